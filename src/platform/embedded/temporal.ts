/** The Temporal server of an embedded hub, with its UI; or a given one, made ready. */

import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Connection, isGrpcServiceError } from '@temporalio/client';
import type { Children } from './children.ts';
import { StartError } from './files.ts';

/** As in src/workflows/messages.ts, which this room may not load; test/platform/embedded.test.ts compares them. */
export const SEARCH_ATTRIBUTE_NAMES = ['MspId', 'TenantId', 'AgentId', 'EatNonce', 'Outcome'] as const;

const START_MS = 60_000;
const POLL_MS = 50;
const CONNECT_MS = 2_000;
/** temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD. */
const KEYWORD = 2;

/** Starts the server on its file in the data folder, and waits until it serves. */
export async function startTemporal(
  children: Children,
  options: { readonly binary: string; readonly dataDir: string; readonly port: number; readonly uiPort: number },
): Promise<{ readonly address: string; readonly uiUrl: string }> {
  const { binary, dataDir, port, uiPort } = options;
  children.start({
    name: 'temporal',
    layer: 'temporal',
    program: binary,
    args: [
      'server',
      'start-dev',
      '--ip',
      '127.0.0.1',
      '--port',
      String(port),
      '--ui-port',
      String(uiPort),
      '--db-filename',
      join(dataDir, 'temporal.db'),
      '--log-level',
      'warn',
      ...SEARCH_ATTRIBUTE_NAMES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ],
    // A home of its own: the server must not read somebody's CLI configuration.
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: dataDir },
  });
  const address = `127.0.0.1:${port}`;
  await children.whileAlive(['temporal'], prepareTemporal(address, 'default'));
  return { address, uiUrl: `http://127.0.0.1:${uiPort}` };
}

/** Waits for the server and its namespace, and registers the search attributes that it does not have. */
export async function prepareTemporal(address: string, namespace: string): Promise<void> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      await registerSearchAttributes(address, namespace);
      return;
    } catch (error) {
      if (Date.now() > deadline)
        throw new StartError(
          `Temporal does not serve the namespace "${namespace}" at ${address}: ${error instanceof Error ? error.message : String(error)}.`,
        );
      await delay(POLL_MS);
    }
  }
}

async function registerSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_MS });
  try {
    await connection.workflowService.describeNamespace({ namespace });
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = SEARCH_ATTRIBUTE_NAMES.filter((name) => customAttributes?.[name] === undefined);
    if (missing.length === 0) return;
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
    });
  } catch (error) {
    // Another start against the same server was quicker.
    if (!isGrpcServiceError(error) || (error.code as number) !== ALREADY_EXISTS) throw error;
  } finally {
    await connection.close();
  }
}

/** gRPC status. */
const ALREADY_EXISTS = 6;
