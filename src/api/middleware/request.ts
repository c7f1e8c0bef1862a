/** What every request gets: the caller's address, its body read once under a limit, and one log line. */

import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { RefusedError } from '../../domain/refusal.ts';
import type { Logger } from '../../platform/log.ts';
import type { AppEnv } from '../route.ts';

/** Sets `clientAddress`. X-Forwarded-For counts only behind a proxy of ours, and then its last entry, the one that proxy wrote. */
export function clientAddress(trustProxy: boolean): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const forwarded = trustProxy ? c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() : undefined;
    // Tests call the app without a socket.
    const direct = (c.env as { incoming?: unknown } | undefined)?.incoming ? getConnInfo(c).remote.address : undefined;
    c.set('clientAddress', forwarded ?? direct ?? 'local');
    await next();
  };
}

/** Logs method, path (never the query), status and duration; keeps a child logger with the request id. */
export function requestLog(log: Logger): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const child = log.child({ request_id: c.get('requestId') });
    c.set('log', child);
    const startedAt = performance.now();
    await next();
    const principal = c.get('principal');
    child.info(
      {
        method: c.req.method,
        path: c.req.path,
        status: c.res.status,
        ms: Math.round(performance.now() - startedAt),
        caller:
          principal?.kind === 'user'
            ? principal.userId
            : principal?.kind === 'agent'
              ? principal.agentId
              : principal?.kind,
      },
      'request',
    );
  };
}

/** Reads the body into `rawBody`, refusing more than `limitBytes` without reading on. */
export function readBody(limitBytes: number): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const tooLarge = () =>
      new RefusedError('body_too_large', `The body may be ${limitBytes} bytes at most.`, { limit_bytes: limitBytes });
    if (Number(c.req.header('content-length') ?? 0) > limitBytes) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of c.req.raw.body ?? []) {
      size += chunk.length;
      if (size > limitBytes) throw tooLarge();
      chunks.push(chunk);
    }
    c.set('rawBody', new Uint8Array(Buffer.concat(chunks)));
    await next();
  };
}
