/** The one place that turns a refusal or an unexpected error into an answer (RFC 9457). */

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { REFUSALS, type Refusal, RefusedError } from '../domain/refusal.ts';
import type { Logger } from '../platform/log.ts';
import type { AppEnv } from './route.ts';

/** Stable identifier of a kind of problem; clients may compare it. */
export function problemType(code: keyof typeof REFUSALS): string {
  return `urn:monsys:problem:${code}`;
}

/** Answers with problem+json. */
export function problemResponse(c: Context<AppEnv>, refusal: Refusal): Response {
  const known = REFUSALS[refusal.code];
  const retryAfter = refusal.extra?.['retry_after_seconds'];
  if (typeof retryAfter === 'number') c.header('Retry-After', String(retryAfter));
  if (known.status === 401) {
    c.header('WWW-Authenticate', 'Bearer realm="monsys-msp"');
    const challenge = c.get('challenge') ?? null;
    if (challenge !== null) c.header('WWW-Authenticate', challenge, { append: true });
  }
  return c.body(
    JSON.stringify({
      type: problemType(refusal.code),
      title: known.title,
      status: known.status,
      detail: refusal.detail ?? known.sentence,
      instance: `urn:monsys:request:${c.get('requestId')}`,
      ...refusal.extra,
    }),
    known.status as ContentfulStatusCode,
    { 'Content-Type': 'application/problem+json; charset=utf-8' },
  );
}

/** Refusals are answers; everything else is logged whole and shown only as an id. */
export function errorResponse(c: Context<AppEnv>, error: Error, log: Logger): Response {
  if (error instanceof RefusedError) return problemResponse(c, error.refusal);
  log.error({ err: error, request_id: c.get('requestId') }, 'request failed');
  if (!isOutage(error)) return problemResponse(c, { code: 'internal' });
  return problemResponse(c, { code: mayHaveDone(c) ? 'outcome_unknown' : 'unavailable' });
}

/**
 * Whether a request that failed without a refusal may have changed something: its handler may have committed before,
 * or the answer to its commit was lost. Not so for one that only reads, or whose handler never began.
 */
function mayHaveDone(c: Context<AppEnv>): boolean {
  return c.get('isBegun') && c.req.method !== 'GET' && c.req.method !== 'HEAD';
}

/** A database or Temporal that cannot be reached comes back; the caller is told so. */
function isOutage(error: Error): boolean {
  const causes = [error, error.cause].filter((item): item is Error => item instanceof Error);
  return causes.some(
    (cause) =>
      ['ConnectionError', 'BackendTerminatedError', 'BackendTerminatedUnexpectedlyError', 'ServiceError'].includes(
        cause.name,
      ) || ['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03'].includes(String((cause as { code?: unknown }).code)),
  );
}
