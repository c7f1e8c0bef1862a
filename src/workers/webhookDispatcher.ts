/**
 * Starts deliveries of webhooks as they are written: hears Postgres' notification and runs a pass. A notification that
 * is missed costs at most a minute, until the sweep.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import type { Logger } from '../platform/log.ts';

const RECONNECT_MS = 5_000;

/** Listens until closed. `pass` starts everything that waits; one runs at a time, and what is heard meanwhile makes one more. */
export function dispatchWebhooks(
  databaseUri: string,
  pass: () => Promise<unknown>,
  log: Logger,
): { readonly close: () => Promise<void> } {
  const closing = new AbortController();
  const { signal } = closing;
  let isAsked = false;
  let running: Promise<void> | null = null;

  const runPasses = async (): Promise<void> => {
    while (isAsked && !signal.aborted) {
      isAsked = false;
      try {
        await pass();
      } catch (error) {
        log.warn({ err: error }, 'deliveries of webhooks were not started; the sweep does it within a minute');
      }
    }
    running = null;
  };
  const ask = (): void => {
    isAsked = true;
    running ??= runPasses();
  };

  /** One connection from its beginning to its end. */
  const listenOnce = async (): Promise<void> => {
    const client = new Client({ connectionString: databaseUri, application_name: 'monsys-webhooks', keepAlive: true });
    const ended = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('error', (error) => log.warn({ err: error }, 'lost the connection that hears of deliveries'));
    const end = (): void => void client.end();
    signal.addEventListener('abort', end, { once: true });
    try {
      client.on('notification', ask);
      await client.connect();
      await client.query('listen webhook_deliveries');
      // What was written while nobody listened.
      ask();
      await ended;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'cannot hear of deliveries yet');
      await client.end();
    } finally {
      signal.removeEventListener('abort', end);
    }
  };

  const listening = (async () => {
    while (!signal.aborted) {
      await listenOnce();
      await delay(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  })();

  return {
    close: async () => {
      closing.abort();
      await listening;
      await running;
    },
  };
}
