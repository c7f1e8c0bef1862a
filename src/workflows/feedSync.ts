/** The vulnerability feeds, daily: each refreshed by itself, then all hosts matched again if anything changed. */

import { ActivityFailure, log, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { CoreActivities } from '../activities/core.ts';

const { refreshFeed } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '5 minutes',
  retry: { initialInterval: '30 seconds', backoffCoefficient: 3, maximumAttempts: 4 },
});
const { rematchKernels } = proxyActivities<CoreActivities>({
  startToCloseTimeout: '2 hours',
  retry: { initialInterval: '10 seconds', maximumAttempts: 5 },
  summary: 'match all hosts against the new feeds',
});

/** Outcome by feed: what it brought, or why the last good copy stays. */
type FeedSyncResult = Readonly<Record<'kev' | 'kernel', string>>;

/** Refreshes both feeds; one that fails does not hold up the other. */
export async function feedSync(): Promise<FeedSyncResult> {
  const kev = await refresh('kev');
  const kernel = await refresh('kernel');
  if (kev.changed || kernel.changed) await rematchKernels();
  const result = { kev: kev.sentence, kernel: kernel.sentence };
  setCurrentDetails(`- KEV catalogue: ${result.kev}\n- kernel fixes: ${result.kernel}`);
  return result;
}

async function refresh(name: 'kev' | 'kernel'): Promise<{ readonly changed: boolean; readonly sentence: string }> {
  try {
    const outcome = await refreshFeed(name);
    return {
      changed: outcome.changed,
      sentence: `${outcome.entries} entries, ${outcome.changed ? 'changed' : 'unchanged'}`,
    };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    const why = error.cause?.message ?? error.message;
    log.warn('feed not refreshed; the last good copy stays', { feed: name, why });
    return { changed: false, sentence: `the last good copy stays: ${why}` };
  }
}
