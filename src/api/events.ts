/**
 * Postgres notifications, fanned out inside one API process: "tenant X changed on the cockpit", "agent Y has
 * a command waiting". A notification is only a nudge; whoever hears it reads the database.
 */

import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../platform/log.ts';

/** Channels of migrations/0006 and of src/db. The payload is a tenant id, an agent id or a key id. */
type Channel = 'cockpit' | 'agent_outbox' | 'credentials' | 'hub_keys';
const CHANNELS: readonly Channel[] = ['cockpit', 'agent_outbox', 'credentials', 'hub_keys'];

/** Hears notifications; also tells of `reconnected`, after which listeners must assume that they missed some. */
export type EventHub = {
  readonly on: (channel: Channel, listener: (payload: string) => void) => () => void;
  readonly onReconnected: (listener: () => void) => () => void;
  readonly close: () => Promise<void>;
};

/** Listens on a connection of its own and reconnects for as long as it is open. */
export async function listenForEvents(databaseUri: string, log: Logger): Promise<EventHub> {
  const emitter = new EventEmitter().setMaxListeners(0);
  const closing = new AbortController();
  let client: Client | null = null;

  const connect = async (): Promise<void> => {
    const next = new Client({ connectionString: databaseUri, application_name: 'monsys-events', keepAlive: true });
    next.on('notification', (message) => emitter.emit(message.channel, message.payload ?? ''));
    next.on('error', (error) => log.warn({ err: error }, 'lost the connection that hears notifications'));
    // pg emits `end` after a failed connect too. Only a connection that listened starts a loop when it ends, and
    // the loop that made it has returned by then: there is never more than one.
    let listens = false;
    let hasEnded = false;
    next.on('end', () => {
      hasEnded = true;
      if (listens && !closing.signal.aborted) void reconnect();
    });
    try {
      await next.connect();
      for (const channel of CHANNELS) await next.query(`listen ${channel}`);
      if (hasEnded) throw new Error('the connection ended while it was being opened');
      closing.signal.throwIfAborted();
    } catch (error) {
      await next.end();
      throw error;
    }
    listens = true;
    client = next;
  };

  const reconnect = async (): Promise<void> => {
    for (let waitMs = 200; !closing.signal.aborted; waitMs = Math.min(waitMs * 2, 10_000)) {
      await delay(waitMs);
      if (closing.signal.aborted) return;
      try {
        await connect();
        emitter.emit('reconnected');
        return;
      } catch (error) {
        if (!closing.signal.aborted) log.warn({ err: error }, 'cannot hear notifications yet');
      }
    }
  };

  await connect();
  const subscribe = (event: string, listener: (payload: string) => void): (() => void) => {
    emitter.on(event, listener);
    return () => emitter.off(event, listener);
  };
  return {
    on: (channel, listener) => subscribe(channel, listener),
    onReconnected: (listener) => subscribe('reconnected', () => listener()),
    close: async () => {
      closing.abort();
      await client?.end();
    },
  };
}
