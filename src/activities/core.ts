/** All activities of the `core` task queue. */

import type { DatabasePool } from 'slonik';
import type { PackStore } from '../platform/packStore.ts';
import { createAlertRuleActivities } from './alertRules.ts';
import { createAutomaticResponseActivities } from './automaticResponses.ts';
import { createBillingActivities } from './billing.ts';
import { createEmergencyActivities, type WorkflowStarter } from './emergency.ts';
import { createFeedActivities, type FeedDeps } from './feeds.ts';
import { createGroupActivities } from './groups.ts';
import { createHousekeepingActivities } from './housekeeping.ts';
import { createImpersonationActivities } from './impersonation.ts';
import { createLivenessActivities } from './liveness.ts';
import { createNotificationActivities, type NotificationDeps } from './notifications.ts';
import { createPackActivities } from './packs.ts';
import { createReportActivities } from './reports.ts';
import { createTrustScoreActivities } from './trustScores.ts';

/** What the core worker's activities need. */
export type CoreDeps = {
  readonly pool: DatabasePool;
  readonly feedUrls: FeedDeps['urls'];
  readonly starter: WorkflowStarter;
  readonly store: PackStore;
  readonly notifications: Omit<NotificationDeps, 'pool'>;
};

/** Makes them all. */
export function createCoreActivities({ pool, feedUrls, starter, store, notifications }: CoreDeps) {
  return {
    ...createAlertRuleActivities({ pool }),
    ...createAutomaticResponseActivities({ pool }),
    ...createBillingActivities({ pool }),
    ...createEmergencyActivities({ pool, starter }),
    ...createFeedActivities({ pool, urls: feedUrls }),
    ...createGroupActivities({ pool }),
    ...createHousekeepingActivities({ pool }),
    ...createImpersonationActivities({ pool }),
    ...createLivenessActivities({ pool }),
    ...createNotificationActivities({ pool, ...notifications }),
    ...createPackActivities({ pool, store }),
    ...createReportActivities({ pool }),
    ...createTrustScoreActivities({ pool }),
  };
}

/** Type by which workflows know them. */
export type CoreActivities = ReturnType<typeof createCoreActivities>;
