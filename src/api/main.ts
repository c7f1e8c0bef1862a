/** The API process: `node src/api/main.ts` with the environment of src/platform/config.ts (kind `api`). */

import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import { openPool } from '../db/pool.ts';
import { readOperatorInvoicing } from '../domain/invoicing.ts';
import { businessIds } from '../platform/businessIds.ts';
import { readConfig } from '../platform/config.ts';
import { failProcess } from '../platform/failProcess.ts';
import { createLogger } from '../platform/log.ts';
import { openPackStore } from '../platform/openPackStore.ts';
import { createSeal } from '../platform/seal.ts';
import { createApp } from './app.ts';
import { printSetupToken } from './bootstrap.ts';
import { listenForEvents } from './events.ts';
import { startPresence } from './presence.ts';
import { ROUTES } from './routes/index.ts';
import { attachAgentSockets } from './sockets/agents.ts';
import { readWitnesses } from './witnesses.ts';

/** Runs one step of the start; when it fails, `sentence` says what to do and the cause goes to the log. */
async function step<T>(work: Promise<T>, sentence: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(sentence, { cause: error });
  }
}

const log = createLogger('api', 'info');
/** The largest body that a route takes comes over 5 Mbit/s in this time. */
const REQUEST_TIMEOUT_MS = 120_000;
try {
  const config = readConfig('api', process.env);
  log.level = config.LOG_LEVEL;
  const witnesses = readWitnesses(config);
  const operator = readOperatorInvoicing(config.OPERATOR_INVOICING, businessIds);
  // Without user and password.
  const database = new URL(config.DATABASE_URL).host;
  const noPostgres = `Postgres does not answer at ${database}, or does not let this role in; start it or set DATABASE_URL.`;
  const pool = await step(
    openPool(config.DATABASE_URL, { maxPoolSize: 10, applicationName: 'monsys-api' }),
    noPostgres,
  );
  const events = await step(listenForEvents(config.DATABASE_URL, log), noPostgres);
  const connection = await step(
    Connection.connect({ address: config.TEMPORAL_ADDRESS }),
    `Temporal does not answer at ${config.TEMPORAL_ADDRESS}; start it or set TEMPORAL_ADDRESS.`,
  );
  const temporal = new Client({ connection, namespace: config.TEMPORAL_NAMESPACE });

  const deps = {
    pool,
    temporal,
    config,
    log,
    seal: createSeal(config.MONSYS_SEAL_KEY),
    webhookSeal: config.WEBHOOK_SEAL_KEY === undefined ? null : createSeal(config.WEBHOOK_SEAL_KEY),
    events,
    packs: await openPackStore(config),
    witnesses,
    operator,
    now: Date.now,
  };
  const app = createApp(deps, ROUTES);
  const server = serve({ fetch: app.fetch, port: config.PORT, hostname: config.HOST }, (info) => {
    log.info({ port: info.port }, 'listening');
  });
  server.once('error', (error) => failProcess(log, error));
  // A body that is sent drop by drop holds its memory no longer than that.
  (server as Server).requestTimeout = REQUEST_TIMEOUT_MS;
  // Without TLS options @hono/node-server makes a plain http.Server.
  const closeSockets = attachAgentSockets(server as Server, deps);
  const stopPresence = startPresence(deps);
  await printSetupToken(deps, (line) => process.stdout.write(`${line}\n`));

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    stopPresence();
    closeSockets();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      // Event streams and sockets never end by themselves.
      if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 2_000).unref();
    });
    await events.close();
    await connection.close();
    await pool.end();
  };
  process.once('SIGTERM', () => void stop());
  process.once('SIGINT', () => void stop());
} catch (error) {
  failProcess(log, error);
}
