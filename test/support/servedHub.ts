/** A hub over a real port, sockets included, that can be taken away and come back on the same port. */

import type { Server } from 'node:http';
import { serve } from '@hono/node-server';
import { attachAgentSockets } from '../../src/api/sockets/agents.ts';
import type { TestApi } from './api.ts';
import { freePort } from './postgres.ts';

/** Serves `api`; `stop` also ends every connection. */
export type ServedHub = {
  readonly url: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Makes the hub; it is not started yet. */
export async function createServedHub(api: TestApi): Promise<ServedHub> {
  const port = await freePort();
  let running: { readonly server: Server; readonly closeSockets: () => void } | null = null;
  return {
    url: `http://127.0.0.1:${port}`,
    start: () =>
      new Promise((resolve) => {
        // Without TLS options @hono/node-server makes a plain http.Server.
        const server = serve({ fetch: api.app.fetch, port, hostname: '127.0.0.1' }, () => resolve()) as Server;
        running = { server, closeSockets: attachAgentSockets(server, api.deps) };
      }),
    stop: () =>
      new Promise((resolve) => {
        running?.closeSockets();
        running?.server.close(() => resolve());
        running?.server.closeAllConnections();
        running = null;
      }),
  };
}
