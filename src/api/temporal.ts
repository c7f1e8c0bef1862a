/** Starting workflows from requests: once, quickly, and with one kind of refusal when Temporal is not there. */

import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
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

const SIGNAL_TIMEOUT_MS = 2_000;

/**
 * Tells a workflow that something has happened. The database holds it already, so a workflow that is over, or a
 * Temporal that does not answer, is only logged.
 */
export async function tellWorkflow<Args extends unknown[]>(
  deps: ApiDeps,
  workflowId: string,
  signal: SignalDefinition<Args>,
  ...args: Args
): Promise<void> {
  const { temporal } = deps;
  if (temporal === null) return;
  try {
    await temporal.withDeadline(Date.now() + SIGNAL_TIMEOUT_MS, () =>
      temporal.workflow.getHandle(workflowId).signal(signal, ...args),
    );
  } catch (error) {
    deps.log.info(
      { err: error, workflow_id: workflowId },
      'the workflow was not told; it reads the database by itself',
    );
  }
}
