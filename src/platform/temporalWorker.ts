/** What every worker process does alike: log through pino, wait for its servers, and stop with grace. */

import { setTimeout as delay } from 'node:timers/promises';
import { DefaultLogger, NativeConnection, Runtime, type Worker } from '@temporalio/worker';
import type { Logger } from './log.ts';

const WAIT_MS = 60_000;

/** Sends the SDK's own log lines through `log`. Once per process, before anything else of the SDK. */
export function installTemporalLogger(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // The error apart, so that the logger's rules for errors hold: no bound values, no rows.
      const { error, ...rest } = (meta ?? {}) as { readonly error?: unknown };
      log[level === 'ERROR' ? 'error' : 'warn']({ sdk: rest, ...(error === undefined ? {} : { err: error }) }, message);
    }),
    shutdownSignals: [],
  });
}

/** Connects, waiting up to a minute for a server that is still starting; then one clear sentence. */
export async function connectTemporal(address: string, log: Logger): Promise<NativeConnection> {
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`Temporal does not answer at ${address}; start it or set TEMPORAL_ADDRESS.`, { cause: error });
      log.info({ address }, 'waiting for Temporal');
      await delay(1_000);
    }
  }
}

/** Runs `worker` until SIGTERM or SIGINT, then lets running activities end and calls `close`. */
export async function runUntilSignal(worker: Worker, close: () => Promise<void>): Promise<void> {
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  await worker.run();
  await close();
}
