/** What every request gets: the caller's address, its body read once under a limit, and one log line. */

import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import { RefusedError } from '../../domain/refusal.ts';
import type { Logger } from '../../platform/log.ts';
import type { AppEnv } from '../route.ts';
import { addressGroup } from './rateLimit.ts';

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

/** So much of a body is always taken: a sign-in, a heartbeat or an approval must pass whatever others send. */
const FREE_BYTES = 64 * 1024;

/** Memory that the larger bodies of many requests share. */
export type BodyRoom = {
  /** False when there is no room left for `bytes` more of this sender. */
  readonly take: (sender: string, bytes: number) => boolean;
  readonly release: (sender: string, bytes: number) => void;
};

/** Makes a room of `bytes`, of which one sender has at most `share`. */
export function createBodyRoom({ bytes, share }: { readonly bytes: number; readonly share: number }): BodyRoom {
  const bySender = new Map<string, number>();
  let taken = 0;
  const add = (sender: string, more: number): void => {
    taken += more;
    const now = (bySender.get(sender) ?? 0) + more;
    if (now === 0) bySender.delete(sender);
    else bySender.set(sender, now);
  };
  return {
    take: (sender, more) => {
      if (taken + more > bytes || (bySender.get(sender) ?? 0) + more > share) return false;
      add(sender, more);
      return true;
    },
    release: (sender, less) => add(sender, -less),
  };
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
    const sender = addressGroup(c.get('clientAddress'));
    const chunks: Uint8Array[] = [];
    let [size, held] = [0, 0];
    try {
      for await (const chunk of c.req.raw.body ?? []) {
        size += chunk.length;
        if (size > limitBytes) throw tooLarge();
        const more = Math.max(0, size - FREE_BYTES) - held;
        if (!room.take(sender, more))
          throw new RefusedError('unavailable', 'The hub is reading too much at once; try again in a moment.');
        held += more;
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
      room.release(sender, held);
    }
  };
}
