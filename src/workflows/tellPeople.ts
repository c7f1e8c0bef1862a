/** Telling people from a workflow. */

import { ActivityFailure, log } from '@temporalio/workflow';

/**
 * Sends and gives what came of it; when that fails for good it is logged and null is given. Telling people helps, but never
 * holds up what follows.
 */
export async function tellPeople<T>(send: () => Promise<T>): Promise<T | null> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    log.warn('some people could not be told', { why: error.cause?.message ?? error.message });
    return null;
  }
}
