/**
 * The words of notifications. A phone shows them on its lock screen, and two services carry them there, so they
 * hold what a person needs in order to open the right page and never a secret.
 *
 * Everything that people or hosts typed is cleaned first: a line break in a reason could otherwise forge the line
 * "Requested by", and a direction override could turn a host's name round.
 */

import { sha256Hex, utf8ToBytes } from './bytes.ts';
import { actionLabel, type EatAction } from './eat.ts';
import type { QuorumState } from './quorum.ts';

/** As ntfy counts: 3 is an ordinary sound, 5 keeps ringing. */
export type PushPriority = 1 | 2 | 3 | 4 | 5;

/** One notification, ready for any channel. */
export type PushText = {
  readonly title: string;
  readonly body: string;
  /** Page that a tap opens, absolute. */
  readonly click: string;
  readonly priority: PushPriority;
  /** A later notification with the same tag replaces this one on the phone. */
  readonly tag: string;
  /** Buttons; each opens a page, where the person signs in and types the code. None decides by itself. */
  readonly actions: readonly { readonly label: string; readonly url: string }[];
};

/** Limits in UTF-8 bytes. Together they keep the Web Push payload, as JSON, under the 3,993 bytes of RFC 8291. */
const MAX_TITLE_BYTES = 120;
const MAX_LINE_BYTES = 200;
const MAX_REASON_BYTES = 600;
const MAX_BODY_BYTES = 1500;
/** More actions than this are counted, not listed. */
const MAX_ACTIONS_SHOWN = 3;

// Line and paragraph separators count as controls here; so do direction marks and invisible characters, save the
// joiner (U+200D) of emoji.
const CONTROLS = /[\p{Cc}\u2028\u2029\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+/gu;

/** One line of clean text of at most `maxBytes`; a cut shows as an ellipsis. */
export function cleanLine(text: string, maxBytes: number): string {
  return clip(text.toWellFormed().replace(CONTROLS, ' ').replace(/ {2,}/g, ' ').trim(), maxBytes);
}

function clip(text: string, maxBytes: number): string {
  if (utf8ToBytes(text).length <= maxBytes) return text;
  const mark = '…';
  let used = utf8ToBytes(mark).length;
  let kept = '';
  // By code point: a cut through a surrogate pair would not be text.
  for (const point of text) {
    used += utf8ToBytes(point).length;
    if (used > maxBytes) break;
    kept += point;
  }
  return kept.trimEnd() + mark;
}

/** A quorum request as far as its card shows it. */
export type QuorumCard = {
  readonly requestId: string;
  readonly tenantName: string;
  /** In the order of their turn; at least one. */
  readonly hostnames: readonly string[];
  readonly actions: readonly EatAction[];
  readonly requestedByEmail: string;
  /** ISO 8601 in UTC. */
  readonly requestedAt: string;
  readonly reason: string;
};

/** Tag of everything about one quorum request. */
export function quorumTag(requestId: string): string {
  return `quorum-${requestId}`;
}

/** The card with which approvers are asked. */
export function quorumRequestText(card: QuorumCard, publicUrl: string): PushText {
  const click = approvalUrl(publicUrl, card.requestId);
  return {
    title: quorumTitle(card),
    body: lines([
      ...actionLines(card.actions),
      `Requested by ${cleanLine(card.requestedByEmail, MAX_LINE_BYTES)} at ${clockTime(card.requestedAt)} UTC`,
      `Reason: ${cleanLine(card.reason, MAX_REASON_BYTES)}`,
    ]),
    click,
    priority: 5,
    tag: quorumTag(card.requestId),
    actions: [
      { label: 'Approve with TOTP', url: click },
      { label: 'Reject', url: `${click}?decision=reject` },
    ],
  };
}

/** What became of a request. */
export type QuorumOutcome = Exclude<QuorumState, 'open'>;

const OUTCOME_WORDS: Readonly<Record<QuorumOutcome, string>> = {
  approved: 'Approved',
  rejected: 'Rejected',
  cancelled: 'Cancelled by the requester',
  expired: 'Expired without enough approvals',
};

/** The card that takes the place of the first one: nothing is left to decide. */
export function quorumDecidedText(
  card: QuorumCard,
  outcome: QuorumOutcome,
  /** Who brought it about; their emails. */
  deciders: readonly string[],
  publicUrl: string,
): PushText {
  const names = deciders.map((email) => cleanLine(email, MAX_LINE_BYTES)).join(', ');
  return {
    title: quorumTitle(card),
    body: lines([
      cleanLine(`${OUTCOME_WORDS[outcome]}${names === '' ? '' : ` by ${names}`}`, MAX_REASON_BYTES),
      ...actionLines(card.actions),
      `Requested by ${cleanLine(card.requestedByEmail, MAX_LINE_BYTES)} at ${clockTime(card.requestedAt)} UTC`,
    ]),
    click: approvalUrl(publicUrl, card.requestId),
    priority: 2,
    tag: quorumTag(card.requestId),
    actions: [],
  };
}

/** To the client: someone of the MSP has begun to work in their context. */
export function impersonationText(
  session: {
    readonly impersonationId: string;
    readonly actorEmail: string;
    readonly mspName: string;
    readonly tenantName: string;
    readonly reason: string;
    readonly minutes: number;
    /** The client is asked first; nobody has entered yet. */
    readonly isAsking?: boolean;
  },
  publicUrl: string,
): PushText {
  return {
    title: cleanLine(
      `${session.mspName} ${session.isAsking ? 'asks to work' : 'works'} in ${session.tenantName}`,
      MAX_TITLE_BYTES,
    ),
    body: lines([
      `${cleanLine(session.actorEmail, MAX_LINE_BYTES)} for at most ${session.minutes} minutes`,
      `Reason: ${cleanLine(session.reason, MAX_REASON_BYTES)}`,
      session.isAsking ? 'Grant or refuse it in your portal.' : 'Every action is in your audit log.',
    ]),
    click: `${base(publicUrl)}/audit-log`,
    priority: 3,
    tag: `impersonation-${session.impersonationId}`,
    actions: [],
  };
}

/** To whoever is on call: nobody has answered an alert. */
export function alertEscalationText(
  alert: {
    readonly alertId: string;
    readonly tenantName: string;
    readonly hostname: string | null;
    readonly severity: string;
    readonly alertTitle: string;
    readonly openMinutes: number;
  },
  publicUrl: string,
): PushText {
  const click = `${base(publicUrl)}/alerts/${alert.alertId}`;
  const host = alert.hostname === null ? '' : ` / ${alert.hostname}`;
  return {
    title: cleanLine(`${alert.tenantName}${host}`, MAX_TITLE_BYTES),
    body: lines([
      cleanLine(`${alert.severity}: ${alert.alertTitle}`, MAX_REASON_BYTES),
      `Open for ${alert.openMinutes} min and not acknowledged`,
    ]),
    click,
    priority: alert.severity === 'critical' ? 5 : 4,
    tag: `alert-${alert.alertId}`,
    actions: [{ label: 'Acknowledge', url: click }],
  };
}

/** To whoever manages webhooks: nothing gets through one of them. */
export function webhookFailingText(
  webhook: {
    readonly webhookId: string;
    readonly name: string;
    /** Null: it hears of all tenants. */
    readonly tenantName: string | null;
    /** The receiver answered 410, and the hub switched the webhook off. */
    readonly isGone: boolean;
    /** ISO 8601 in UTC; null: nothing ever got through. */
    readonly lastSuccessAt: string | null;
    readonly lastError: string | null;
  },
  publicUrl: string,
): PushText {
  const since =
    webhook.lastSuccessAt === null
      ? 'Nothing has ever got through.'
      : `Nothing has got through since ${webhook.lastSuccessAt.slice(0, 16).replace('T', ' ')} UTC.`;
  return {
    title: cleanLine(`Webhook ${webhook.name} ${webhook.isGone ? 'is switched off' : 'fails'}`, MAX_TITLE_BYTES),
    body: lines([
      cleanLine(webhook.tenantName ?? 'All clients', MAX_LINE_BYTES),
      ...(webhook.isGone ? [] : [since]),
      ...(webhook.lastError === null ? [] : [cleanLine(webhook.lastError, MAX_REASON_BYTES)]),
    ]),
    click: `${base(publicUrl)}/settings/webhooks`,
    priority: 4,
    tag: `webhook-${webhook.webhookId}`,
    actions: [],
  };
}

/** To whoever sets brands: a client's portal is no longer at its domain. */
export function domainLostText(
  lost: { readonly tenantId: string; readonly tenantName: string; readonly domain: string },
  publicUrl: string,
): PushText {
  return {
    title: cleanLine(`${lost.tenantName} lost the domain ${lost.domain}`, MAX_TITLE_BYTES),
    body: lines([
      'Its TXT record was gone, and another client of this hub proved the domain.',
      'Unless that was meant, look at who changes its DNS.',
    ]),
    click: `${base(publicUrl)}/settings/branding?tenant=${lost.tenantId}`,
    priority: 5,
    tag: `domain-${lost.tenantId}`,
    actions: [],
  };
}

/** Any other notification: the caller's words, cleaned and capped like all others. */
export function plainText(text: {
  readonly title: string;
  readonly body: string;
  readonly click: string;
  readonly priority: PushPriority;
  readonly tag: string;
}): PushText {
  return {
    ...text,
    title: cleanLine(text.title, MAX_TITLE_BYTES),
    body: lines(text.body.split('\n').map((line) => cleanLine(line, MAX_REASON_BYTES))),
    actions: [],
  };
}

/** Page on which one request is decided. */
export function approvalUrl(publicUrl: string, requestId: string): string {
  return `${base(publicUrl)}/approve/${requestId}`;
}

/**
 * The ntfy topic of one person. Whoever knows a topic can read it, so nobody can guess one: 80 bits under a secret
 * of the hub.
 */
export function personalTopic(prefix: string, topicSecret: string, userId: string): string {
  return `${prefix}-${sha256Hex(userId + topicSecret).slice(0, 20)}`;
}

/** Topic header of RFC 8030 (at most 32 URL-safe characters): a push service keeps the newest message of a topic only. */
export function webPushTopic(tag: string): string {
  return sha256Hex(tag).slice(0, 32);
}

/** The payload that the service worker of the dashboard reads. */
export function webPushPayload(text: PushText): string {
  return JSON.stringify({
    title: text.title,
    body: text.body,
    url: text.click,
    tag: text.tag,
    priority: text.priority,
    actions: text.actions,
  });
}

function quorumTitle(card: QuorumCard): string {
  const more = card.hostnames.length - 1;
  return cleanLine(
    `${card.tenantName} / ${card.hostnames[0] ?? 'unknown host'}${more > 0 ? ` and ${more} more` : ''}`,
    MAX_TITLE_BYTES,
  );
}

function actionLines(actions: readonly EatAction[]): string[] {
  const shown = actions.slice(0, MAX_ACTIONS_SHOWN).map((action) => cleanLine(actionLabel(action), MAX_LINE_BYTES));
  const more = actions.length - shown.length;
  return more > 0 ? [...shown, `and ${more} more`] : shown;
}

/** `14:23` of `2026-05-19T14:23:07.000Z`. */
function clockTime(instant: string): string {
  return instant.slice(11, 16);
}

function lines(parts: readonly string[]): string {
  return clip(parts.join('\n'), MAX_BODY_BYTES);
}

function base(publicUrl: string): string {
  return publicUrl.replace(/\/+$/, '');
}
