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

/** What all bodies together may take in memory: a few of the largest that a route allows, hundreds of an agent's. */
const ROOM_BYTES = 256 * 1024 * 1024;

/** How much of it is taken; one for the process. */
export type BodyRoom = { taken: number; readonly bytes: number };

/** Makes the room that the bodies of all requests share. */
export function createBodyRoom(bytes = ROOM_BYTES): BodyRoom {
  return { taken: 0, bytes };
}

/**
 * Reads the body into `rawBody`, refusing more than `limitBytes` without reading on; and while the bodies of others
 * leave no room in memory, so that nobody who sends much at once takes the hub away from all.
 */
export function readBody(limitBytes: number, room: BodyRoom): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const tooLarge = () =>
      new RefusedError('body_too_large', `The body may be ${limitBytes} bytes at most.`, { limit_bytes: limitBytes });
    if (Number(c.req.header('content-length') ?? 0) > limitBytes) throw tooLarge();
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of c.req.raw.body ?? []) {
        size += chunk.length;
        room.taken += chunk.length;
        if (size > limitBytes) throw tooLarge();
        if (room.taken > room.bytes)
          throw new RefusedError('unavailable', 'The hub is reading too much at once; try again in a moment.');
        chunks.push(chunk);
      }
      const body = new Uint8Array(size);
      let offset = 0;
      for (const chunk of chunks.splice(0)) {
        body.set(chunk, offset);
        offset += chunk.length;
      }
      c.set('rawBody', body);
      await next();
    } finally {
      room.taken -= size;
    }
  };
}
