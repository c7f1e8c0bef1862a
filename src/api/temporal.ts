/** Workflows from requests: started once, told what happened, and one kind of refusal when Temporal is not there. */

import type { Client } from '@temporalio/client';
import type { SignalDefinition } from '@temporalio/common';
import { RefusedError } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';

export { startOnce } from '../platform/startOnce.ts';

/** The client, or `unavailable`. */
export function requireTemporal(deps: ApiDeps): Client {
  if (deps.temporal === null) throw new RefusedError('unavailable', 'Temporal is not connected; nothing was done.');
  return deps.temporal;
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
