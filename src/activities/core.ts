/** All activities of the `core` task queue. */

import type { DatabasePool } from 'slonik';
import type { OperatorInvoicing } from '../domain/invoicing.ts';
import type { PackStore } from '../platform/packStore.ts';
import type { Seal } from '../platform/seal.ts';
import { createAlertRuleActivities } from './alertRules.ts';
import { createAutomaticResponseActivities } from './automaticResponses.ts';
import { createBillingActivities } from './billing.ts';
import { createDomainRecordActivities, type DomainRecordDeps } from './domainRecords.ts';
import { createEmergencyActivities, type WorkflowStarter } from './emergency.ts';
import { createEscalationActivities, type EscalationStarter } from './escalations.ts';
import { createFeedActivities, type FeedDeps } from './feeds.ts';
import { createGroupActivities } from './groups.ts';
import { createHousekeepingActivities } from './housekeeping.ts';
import { createImpersonationActivities } from './impersonation.ts';
import { createLivenessActivities } from './liveness.ts';
import { createNotificationActivities, type NotificationDeps } from './notifications.ts';
import { createPackActivities } from './packs.ts';
import { createReportActivities } from './reports.ts';
import { createTrustScoreActivities } from './trustScores.ts';
import { createWebhookActivities } from './webhooks.ts';

/** What the core worker's activities need. */
export type CoreDeps = {
  readonly pool: DatabasePool;
  readonly feedUrls: FeedDeps['urls'];
  readonly starter: WorkflowStarter & EscalationStarter;
  readonly store: PackStore;
  readonly operator: OperatorInvoicing | null;
  readonly notifications: Omit<NotificationDeps, 'pool'>;
  /** Opens the secrets of webhooks; null: none can be sent. */
  readonly webhookSeal: Seal | null;
  readonly lookUpTxt: DomainRecordDeps['lookUpTxt'];
};

/** Makes them all. */
export function createCoreActivities({
  pool,
  feedUrls,
  starter,
  store,
  operator,
  notifications,
  webhookSeal,
  lookUpTxt,
}: CoreDeps) {
  return {
    ...createAlertRuleActivities({ pool, starter }),
    ...createAutomaticResponseActivities({ pool }),
    ...createBillingActivities({ pool, operator }),
    ...createDomainRecordActivities({ pool, lookUpTxt }),
    ...createEmergencyActivities({ pool, starter }),
    ...createEscalationActivities({ pool, starter }),
    ...createFeedActivities({ pool, urls: feedUrls }),
    ...createGroupActivities({ pool }),
    ...createHousekeepingActivities({ pool }),
    ...createImpersonationActivities({ pool }),
    ...createLivenessActivities({ pool, starter }),
    ...createNotificationActivities({ pool, ...notifications }),
    ...createPackActivities({ pool, store }),
    ...createReportActivities({ pool }),
    ...createTrustScoreActivities({ pool }),
    ...createWebhookActivities({ pool, starter, post: notifications.post, seal: webhookSeal }),
  };
}

/** Type by which workflows know them. */
export type CoreActivities = ReturnType<typeof createCoreActivities>;
