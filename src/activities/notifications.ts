/**
 * Telling people on their phones. Inputs carry ids; texts are made here from the database, so that a history holds
 * neither reasons nor endpoints.
 *
 * One activity tells many people over several ways. What has been sent is kept in the heartbeat's details: a retry
 * sends only what failed. When a worker dies in between, a message may come twice; its tag makes the phone show it
 * once.
 */

import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { findEscalationNotice, type LevelRef, listUntold, markTold } from '../db/escalations.ts';
import { findImpersonationNotice } from '../db/impersonations.ts';
import { findPackNotice } from '../db/packs.ts';
import {
  deleteGonePushSubscription,
  isActivePerson,
  listPushTargets,
  markPushSubscriptionFailed,
} from '../db/pushSubscriptions.ts';
import { findQuorumNotice, listMspPeople, type QuorumNotice, type QuorumRequestRef } from '../db/quorumNotices.ts';
import { withSystem } from '../db/scope.ts';
import { findTenant } from '../db/tenants.ts';
import { findWebhookNotice, markWebhookTold, type WebhookRef } from '../db/webhooks.ts';
import { isAllowed } from '../domain/permissions.ts';
import {
  alertEscalationText,
  domainLostText,
  impersonationText,
  type PushPriority,
  type PushText,
  plainText,
  type QuorumCard,
  type QuorumOutcome,
  quorumDecidedText,
  quorumRequestText,
  webhookFailingText,
} from '../domain/pushText.ts';
import { eligibleApprovers } from '../domain/quorum.ts';
import type { SendMail } from '../platform/mail.ts';
import type { SafePost } from '../platform/safeFetch.ts';
import {
  createNtfySender,
  createWebPushSender,
  type NtfySettings,
  PushFailedError,
  type VapidSettings,
} from './pushChannels.ts';

/** What notifying needs; a way that is null is not configured, and telling nobody over it is no error. */
export type NotificationDeps = {
  readonly pool: DatabasePool;
  /** Where a tap leads to. */
  readonly publicUrl: string;
  readonly ntfy: NtfySettings | null;
  readonly vapid: VapidSettings | null;
  /** Sends a mail; null: no mail server is configured. */
  readonly mail: SendMail | null;
  /** Posts to addresses that people gave (platform/safeFetch.ts). */
  readonly post: SafePost;
};

/** What was done; kept in the history as the record of it. */
export type NotificationReport = {
  /**
   * `closed`: nothing is left to decide. `nobody`: there is no one to tell. `unreached`: there is, and none of them has
   * a way that works.
   */
  readonly outcome: 'told' | 'unreached' | 'not_configured' | 'closed' | 'nobody';
  /** Who was meant. */
  readonly people: number;
  /** For how many of them at least one message was taken by ntfy or a push service. */
  readonly reached: number;
  readonly ntfy_sent: number;
  readonly web_push_sent: number;
  /** Subscriptions that the push service had ended, and ours with them. */
  readonly web_push_gone: number;
  /** Subscriptions that can not be sent to; their owners see them marked. */
  readonly web_push_refused: number;
};

/** Details of the failure by which a retry is asked for. */
export type NotificationFailure = { readonly failed_user_ids: readonly string[] };

/** Messages under way at once. */
const PARALLEL = 8;
/** How long a push service keeps news for a phone that is off. */
const NEWS_TTL_SECONDS = 3600;

const NOTHING_SENT = {
  people: 0,
  reached: 0,
  ntfy_sent: 0,
  web_push_sent: 0,
  web_push_gone: 0,
  web_push_refused: 0,
} as const;

/** One message to one person over one way; `key` names it across attempts. */
type Job = {
  readonly key: string;
  readonly userId: string;
  readonly run: () => Promise<'ntfy_sent' | 'web_push_sent' | 'web_push_gone' | 'web_push_refused'>;
};

/** A level as workflows that began before there were generations name it, too. */
type LevelOfAnyAge = Omit<LevelRef, 'generation'> & { readonly generation?: number };

/** What became of telling people: `reached` by at least one way, `failed` on at least one that another try may mend. */
type Telling = {
  readonly report: NotificationReport;
  readonly reached: readonly string[];
  readonly failed: readonly string[];
};

/** Makes the activities of notifying. Give them a heartbeat time-out of 30 s or more: a message may take 10 s. */
export function createNotificationActivities(deps: NotificationDeps) {
  const { pool, publicUrl } = deps;
  const sendNtfy = deps.ntfy === null ? null : createNtfySender(deps.ntfy);
  const sendWebPush = deps.vapid === null ? null : createWebPushSender(deps.vapid, deps.post);

  async function jobsFor(userIds: readonly string[], text: PushText, ttlSeconds: number): Promise<readonly Job[]> {
    const jobs: Job[] = [];
    if (sendNtfy !== null) {
      for (const userId of userIds) {
        jobs.push({
          key: `ntfy:${userId}`,
          userId,
          run: async () => {
            await sendNtfy(userId, text);
            return 'ntfy_sent';
          },
        });
      }
    }
    if (sendWebPush !== null) {
      const targets = await withSystem(pool, (tx) => listPushTargets(tx, userIds));
      for (const target of targets) {
        jobs.push({
          key: `web_push:${target.id}`,
          userId: target.user_id,
          run: async () => {
            const outcome = await sendWebPush(target, text, ttlSeconds);
            if (outcome === 'gone') await withSystem(pool, (tx) => deleteGonePushSubscription(tx, target.id));
            if (outcome === 'refused') await withSystem(pool, (tx) => markPushSubscriptionFailed(tx, target.id));
            return `web_push_${outcome}`;
          },
        });
      }
    }
    return jobs;
  }

  /** Sends to everybody over every way, and says who was reached; a retry of the activity sends only what failed. */
  async function send(userIds: readonly string[], text: PushText, ttlSeconds: number): Promise<Telling> {
    const nothing = (outcome: NotificationReport['outcome']): Telling => ({
      report: { outcome, ...NOTHING_SENT },
      reached: [],
      failed: [],
    });
    if (sendNtfy === null && sendWebPush === null) return nothing('not_configured');
    if (userIds.length === 0) return nothing('nobody');
    const context = Context.current();
    const done = new Map(progressOf(context.info.heartbeatDetails).map((sent) => [sent[0], sent]));
    const waiting = (await jobsFor(userIds, text, ttlSeconds)).filter(({ key }) => !done.has(key));
    const failed = new Set<string>();
    const lanes = Array.from({ length: PARALLEL }, async () => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        try {
          done.set(job.key, [job.key, await job.run(), job.userId]);
        } catch (error) {
          if (!(error instanceof PushFailedError)) throw error;
          failed.add(job.userId);
          context.log.warn('a notification failed', { user_id: job.userId, fault: error.message });
        }
        context.heartbeat([...done.values()]);
      }
    });
    await Promise.all(lanes);
    const sent = [...done.values()];
    const count = (outcome: JobOutcome): number => sent.filter(([, one]) => one === outcome).length;
    const taken = new Set(sent.filter(([, outcome]) => outcome.endsWith('_sent')).map(([, , userId]) => userId));
    const reached = userIds.filter((id) => taken.has(id));
    return {
      report: {
        outcome: reached.length > 0 ? 'told' : 'unreached',
        people: userIds.length,
        reached: reached.length,
        ntfy_sent: count('ntfy_sent'),
        web_push_sent: count('web_push_sent'),
        web_push_gone: count('web_push_gone'),
        web_push_refused: count('web_push_refused'),
      },
      reached,
      failed: userIds.filter((id) => failed.has(id)),
    };
  }

  /** Sends, and asks for a retry while a way of anybody fails. */
  async function tell(userIds: readonly string[], text: PushText, ttlSeconds: number): Promise<Telling> {
    const telling = await send(userIds, text, ttlSeconds);
    if (telling.failed.length > 0) throw notTold(telling.failed, userIds.length);
    return telling;
  }

  /** The request, and everyone who may decide it now. */
  async function loadNotice(
    ref: QuorumRequestRef,
  ): Promise<{ readonly notice: QuorumNotice; readonly approverIds: readonly string[] }> {
    return withSystem(pool, async (tx) => {
      const notice = await findQuorumNotice(tx, ref);
      if (notice === null)
        throw ApplicationFailure.nonRetryable('There is no such quorum request', 'QuorumRequestUnknown');
      const people = await listMspPeople(tx, ref.msp_id);
      return { notice, approverIds: eligibleApprovers(people, notice.requested_by).map(({ id }) => id) };
    });
  }

  return {
    /** Asks everyone who may approve a request, over every way that they have. */
    async notifyApprovers(ref: QuorumRequestRef): Promise<NotificationReport> {
      const { notice, approverIds } = await loadNotice(ref);
      const secondsLeft = (Date.parse(notice.expires_at) - Date.now()) / 1000;
      if (notice.state !== 'open' || secondsLeft <= 0) return { outcome: 'closed', ...NOTHING_SENT };
      return (await tell(approverIds, quorumRequestText(cardOf(notice), publicUrl), secondsLeft)).report;
    },

    /** Tells the same people that nothing is left to decide; it takes the place of the first card. */
    async notifyDecision(ref: QuorumRequestRef & { readonly outcome: QuorumOutcome }): Promise<NotificationReport> {
      const { notice, approverIds } = await loadNotice(ref);
      const text = quorumDecidedText(cardOf(notice), ref.outcome, decidersOf(notice, ref.outcome), publicUrl);
      return (await tell(approverIds, text, NEWS_TTL_SECONDS)).report;
    },

    /**
     * Tells a level of an escalation. Whom a message was handed over for is kept in the database, with an audit row: nobody
     * is told of a level twice. A retry is asked for while somebody was reached in no way and one of theirs failed.
     */
    async notifyEscalation(asked: LevelOfAnyAge): Promise<NotificationReport> {
      const level: LevelRef = { ...asked, generation: asked.generation ?? 0 };
      const [notice, userIds] = await withSystem(pool, async (tx) => [
        await findEscalationNotice(tx, level),
        await listUntold(tx, level),
      ]);
      if (notice === null || notice.status !== 'open' || notice.generation !== level.generation)
        return { outcome: 'closed', ...NOTHING_SENT };
      const text = alertEscalationText(
        {
          alertId: level.alert_id,
          tenantName: notice.tenant_name,
          hostname: notice.hostname,
          severity: notice.severity,
          alertTitle: notice.title,
          openMinutes: notice.open_minutes,
        },
        publicUrl,
      );
      const { report, reached, failed } = await send(userIds, text, NEWS_TTL_SECONDS);
      await withSystem(pool, async (tx) => {
        const told = await markTold(tx, level, reached);
        if (told.length === 0) return;
        await appendAudit(tx, {
          msp_id: level.msp_id,
          tenant_id: level.tenant_id,
          event_type: 'alert_escalation_told',
          actor: { kind: 'system' },
          event_data: {
            alert_id: level.alert_id,
            number: notice.number,
            title: notice.title,
            round: level.round,
            level: level.level,
            told: [...told],
          },
        });
      });
      const missed = failed.filter((id) => !reached.includes(id));
      if (missed.length > 0) throw notTold(missed, userIds.length);
      return report;
    },

    /** Tells the owners and admins of an MSP that a client's domain went to another tenant. */
    async notifyDomainLost(lost: {
      readonly tenant_id: string;
      readonly msp_id: string;
      readonly domain: string;
    }): Promise<NotificationReport> {
      const [tenant, people] = await withSystem(
        pool,
        async (tx) => [await findTenant(tx, lost.tenant_id), await listMspPeople(tx, lost.msp_id)] as const,
      );
      const admins = people.filter(({ role, is_active }) => is_active && isAllowed('branding.write', role, null));
      const text = domainLostText(
        { tenantId: lost.tenant_id, tenantName: tenant?.name ?? '', domain: lost.domain },
        publicUrl,
      );
      return (
        await tell(
          admins.map(({ id }) => id),
          text,
          NEWS_TTL_SECONDS,
        )
      ).report;
    },

    /**
     * Tells whoever manages webhooks that nothing gets through one of them: once an outage. That it was told is written
     * down with who it was, also where there is no way to tell anybody: nobody is to be told of it days later.
     */
    async notifyWebhookFailing(ref: WebhookRef): Promise<NotificationReport> {
      const [notice, people] = await withSystem(
        pool,
        async (tx) => [await findWebhookNotice(tx, ref), await listMspPeople(tx, ref.msp_id)] as const,
      );
      if (notice === null) return { outcome: 'closed', ...NOTHING_SENT };
      const admins = people.filter(({ role, is_active }) => is_active && isAllowed('webhooks.write', role, null));
      const text = webhookFailingText(
        {
          webhookId: ref.webhook_id,
          name: notice.name,
          tenantName: notice.tenant_name,
          isGone: notice.is_gone,
          lastSuccessAt: notice.last_success_at,
          lastError: notice.last_error,
        },
        publicUrl,
      );
      const { report, reached } = await tell(
        admins.map(({ id }) => id),
        text,
        NEWS_TTL_SECONDS,
      );
      await withSystem(pool, async (tx) => {
        if (!(await markWebhookTold(tx, ref))) return;
        await appendAudit(tx, {
          msp_id: ref.msp_id,
          tenant_id: ref.tenant_id,
          event_type: 'webhook_failure_told',
          actor: { kind: 'system' },
          event_data: {
            webhook_id: ref.webhook_id,
            name: notice.name,
            outcome: report.outcome,
            told: admins.flatMap(({ id, email }) => (reached.includes(id) ? [email] : [])),
          },
        });
      });
      return report;
    },

    /** Tells the client's people that somebody works in their context, or asks to. */
    async notifyImpersonation(ref: {
      readonly impersonation_id: string;
      readonly tenant_id: string;
      readonly msp_id: string;
    }): Promise<NotificationReport> {
      const notice = await withSystem(pool, (tx) => findImpersonationNotice(tx, ref));
      if (notice === null || notice.state === 'ended') return { outcome: 'closed', ...NOTHING_SENT };
      const text = impersonationText(
        {
          impersonationId: ref.impersonation_id,
          actorEmail: notice.user_email,
          mspName: notice.msp_name,
          tenantName: notice.tenant_name,
          reason: notice.reason,
          minutes: notice.duration_minutes,
          isAsking: notice.state === 'awaiting_consent',
        },
        publicUrl,
      );
      return (await tell(notice.client_ids, text, NEWS_TTL_SECONDS)).report;
    },

    /** Hands a finished pack over: the tenant's contacts hear where it lies. */
    async announcePack(ref: {
      readonly tenant_id: string;
      readonly msp_id: string;
      readonly pack_id: string;
    }): Promise<NotificationReport> {
      const notice = await withSystem(pool, (tx) => findPackNotice(tx, ref));
      if (notice === null) return { outcome: 'closed', ...NOTHING_SENT };
      const link = `${publicUrl.replace(/\/$/, '')}/audit-packs`;
      const text = plainText({
        title: `${notice.tenant_name}: audit pack of ${notice.month}`,
        body: `${notice.entries} entries, signed. Download it and verify it yourself.`,
        click: link,
        priority: 3,
        tag: `audit-pack-${ref.pack_id}`,
      });
      return (await tell(notice.client_ids, text, NEWS_TTL_SECONDS)).report;
    },

    /** Mails the tenant's contacts where a finished pack lies; apart from the pushes, whose retries must not mail again. */
    async mailPack(ref: {
      readonly tenant_id: string;
      readonly pack_id: string;
    }): Promise<{ readonly mailed: number }> {
      const notice = await withSystem(pool, (tx) => findPackNotice(tx, ref));
      if (notice === null || deps.mail === null || notice.contacts.length === 0) return { mailed: 0 };
      const link = `${publicUrl.replace(/\/$/, '')}/audit-packs`;
      await deps.mail({
        to: notice.contacts,
        subject: `${notice.tenant_name}: audit pack of ${notice.month}`,
        text: [
          `The audit pack of ${notice.month} for ${notice.tenant_name} is signed and ready.`,
          '',
          `Download the PDF and its .sig: ${link}`,
          'Verify them offline with monsys-verify-eat, or with openssl alone as the last chapter of the PDF says.',
          '',
          notice.msp_name,
        ].join('\n'),
      });
      return { mailed: notice.contacts.length };
    },

    /** Tells one person. `click` is a page of the hub, as a path; the words go into the history. */
    async notifyPerson(input: {
      readonly user_id: string;
      readonly title: string;
      readonly body: string;
      readonly click: string;
      readonly priority: PushPriority;
      /** A later message with the same tag replaces this one. */
      readonly tag: string;
    }): Promise<NotificationReport> {
      const click = new URL(input.click, publicUrl);
      if (click.origin !== new URL(publicUrl).origin)
        throw ApplicationFailure.nonRetryable('A notification leads to pages of the hub only', 'ForeignClick');
      const isActive = await withSystem(pool, (tx) => isActivePerson(tx, input.user_id));
      const text = plainText({ ...input, click: click.href });
      return (await tell(isActive ? [input.user_id] : [], text, NEWS_TTL_SECONDS)).report;
    },
  };
}

/** Type by which workflows know them. */
export type NotificationActivities = ReturnType<typeof createNotificationActivities>;

type JobOutcome = Awaited<ReturnType<Job['run']>>;

/** The key of a job, what came of it, and whose it was. */
type Sent = readonly [key: string, outcome: JobOutcome, userId: string];

/** What an earlier attempt sent; heartbeats are ours alone, so their shape is known. */
function progressOf(details: unknown): readonly Sent[] {
  return Array.isArray(details) ? (details as Sent[]) : [];
}

function notTold(failed: readonly string[], people: number): ApplicationFailure {
  const details: NotificationFailure = { failed_user_ids: failed.toSorted() };
  return ApplicationFailure.retryable(
    `${failed.length} of ${people} people were not told`,
    'NotificationsFailed',
    details,
  );
}

function cardOf(notice: QuorumNotice): QuorumCard {
  return {
    requestId: notice.id,
    tenantName: notice.tenant_name,
    hostnames: notice.hostnames,
    actions: notice.actions,
    requestedByEmail: notice.requested_by_email,
    requestedAt: notice.created_at,
    reason: notice.reason,
  };
}

function decidersOf(notice: QuorumNotice, outcome: QuorumOutcome): readonly string[] {
  if (outcome === 'approved') return notice.approver_emails;
  return outcome === 'rejected' ? notice.rejecter_emails : [];
}
