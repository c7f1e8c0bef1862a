/** Starting workflows: once, quickly, from requests and from activities alike. */

import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';

const START_TIMEOUT_MS = 5_000;

/** Runs `start` under a deadline; a workflow that runs already is as good as started. */
export async function startOnce(client: Client, start: () => Promise<unknown>): Promise<void> {
  try {
    await client.withDeadline(Date.now() + START_TIMEOUT_MS, start);
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
