/** Structured logs with redaction; one logger per process, children per request or workflow. */

import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** Paths that never reach a log, whatever object is logged. */
const REDACTED = [
  'password',
  'totp_code',
  'recovery_code',
  'token',
  'secret',
  '*.password',
  '*.totp_code',
  '*.recovery_code',
  '*.token',
  '*.secret',
  'headers.authorization',
  'headers.cookie',
  'headers["x-totp-code"]',
  'req.headers.authorization',
  'req.headers.cookie',
  'req.headers["x-totp-code"]',
];

/** Makes the logger of a process; `name` is the process, e.g. `api` or `worker-core`. Writes to stdout unless told otherwise. */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      name,
      level,
      serializers: { err: serializeError },
      redact: { paths: REDACTED, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination ?? pino.destination(1),
  );
}

/** What a log may know of an error: never the bound values or the row that database errors carry along. */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, issues } = error as { code?: unknown; issues?: unknown };
  return {
    type: error.name,
    message: error.message,
    stack: error.stack,
    ...(typeof code === 'string' ? { code } : {}),
    ...(Array.isArray(issues) ? { issues: issues.slice(0, 5) } : {}),
    ...(error.cause === undefined ? {} : { cause: serializeError(error.cause) }),
  };
}
