/** The agent's log: JSON lines on stdout, where journald or a container runtime picks them up. */

import { type Logger, pino } from 'pino';

export type { Logger };

/** Makes the log. Errors show message and code, never request bodies or keys. */
export function createLog(level: string): Logger {
  return pino({
    name: 'monsys-agent',
    level,
    serializers: { err: describeError },
    redact: { paths: ['enrolment_token', '*.enrolment_token'], censor: '[redacted]' },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}

/** What went wrong in one short text: Node hides the reason of a failed fetch in `cause`. */
export function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} (${errorText(error.cause)})`;
}

function describeError(error: unknown): unknown {
  return error instanceof Error
    ? { type: error.name, message: errorText(error), stack: error.stack }
    : { message: String(error) };
}
