/** Starting workflows from requests: once, quickly, and with one kind of refusal when Temporal is not there. */

import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { RefusedError } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';

const START_TIMEOUT_MS = 5_000;

/** The client, or `unavailable`. */
export function requireTemporal(deps: ApiDeps): Client {
  if (deps.temporal === null) throw new RefusedError('unavailable', 'Temporal is not connected; nothing was done.');
  return deps.temporal;
}

/** Runs `start` under a deadline; a workflow that runs already is as good as started. */
export async function startOnce(client: Client, start: () => Promise<unknown>): Promise<void> {
  try {
    await client.withDeadline(Date.now() + START_TIMEOUT_MS, start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
