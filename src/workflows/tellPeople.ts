/** Telling people from a workflow. */

import { ActivityFailure, log } from '@temporalio/workflow';

/** Sends; when that fails for good it is logged and no more. Telling people helps, but never holds up what follows. */
export async function tellPeople(send: () => Promise<unknown>): Promise<void> {
  try {
    await send();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('some people could not be told', { why: error.cause?.message ?? error.message });
  }
}
