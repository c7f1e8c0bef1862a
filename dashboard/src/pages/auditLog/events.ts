/** Kinds of events that have a sentence of their own, in the groups in which they are offered as a filter. */

import type { TFunction } from 'i18next';
import { isLinkEmail } from '../../../../src/domain/auditorLink.ts';
import type { Item } from '../../api/client.ts';
import messages from '../../messages/en/auditLog.ts';

/** An entry of the log. */
export type AuditEntry = Omit<Item<'/audit-log'>, 'event_data'> & { readonly event_data?: unknown };
/** A kind with a sentence in the catalogue. */
export type KnownEvent = keyof (typeof messages)['event'];
type Group = keyof (typeof messages)['group'];

/** Begin of the name of a kind -> its group; the first that fits counts. */
const PREFIXES: readonly (readonly [prefix: string, group: Group])[] = [
  ['alert', 'alerts'],
  ['maintenance_', 'alerts'],
  ['automatic_', 'emergency'],
  ['emergency_', 'emergency'],
  ['pre_issued_', 'emergency'],
  ['playbook_', 'playbooks'],
  ['agent_', 'hosts'],
  ['trivy_', 'hosts'],
  ['enrolment_', 'hosts'],
  ['integration_', 'hosts'],
  ['group_', 'groups'],
  ['audit', 'evidence'],
  ['handover_', 'evidence'],
  ['report_', 'evidence'],
  ['user_', 'team'],
  ['invitation_', 'team'],
  ['impersonation_', 'impersonation'],
  ['signed_', 'access'],
  ['password_', 'access'],
  ['totp_', 'access'],
  ['session_', 'access'],
  ['api_token_', 'access'],
  ['push_', 'access'],
  ['sign_in_', 'access'],
  ['sudo_', 'access'],
  ['recovery_', 'access'],
  ['billing_', 'billing'],
  ['price_', 'billing'],
  ['invoice_', 'billing'],
];

/** Where a kind is offered. */
export function groupOf(type: string): Group {
  return PREFIXES.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'settings';
}

/** Every fact that a sentence names. */
const FACTS = [...JSON.stringify(messages.event).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');

/** A fact as words; what an older entry does not have is left open, rather than shown as a hole in the sentence. */
function words(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value.join(', ') : '…';
}

/** As {@link words}, but for what the hub names by a code, and for hosts, which entries of before did not always name. */
function wordOf(name: string, value: unknown, t: TFunction<'auditLog'>): string {
  if (name === 'how' && isProof(value)) return t(`how.${value}`);
  return name === 'hostname' && value === undefined ? t('someHost') : words(value);
}

function isProof(value: unknown): value is keyof (typeof messages)['how'] {
  return typeof value === 'string' && Object.hasOwn(messages.how, value);
}

/** Who acted: the address, in words where nobody reads mail, or the kind where it is no person. */
export function actorOf(
  { actor_email: email, actor_kind: kind, event_data: data }: AuditEntry,
  t: TFunction<'auditLog'>,
): string {
  if (email === null) return t(`actor.${kind}`);
  if (!isLinkEmail(email)) return email;
  const { note } = (typeof data === 'object' && data !== null ? data : {}) as { readonly note?: unknown };
  return typeof note === 'string' ? t('actor.linkOf', { note }) : t('actor.link');
}

/** Where a name in quotation marks is left open, the sentence does without it. */
const NAMELESS = / “…”/g;

/** The sentence of an entry; a kind without one is named as the log names it. */
export function sentenceOf({ event_type: type, event_data: data }: AuditEntry, t: TFunction<'auditLog'>): string {
  if (!Object.hasOwn(messages.event, type)) {
    const named = type.replaceAll('_', ' ');
    return named.charAt(0).toUpperCase() + named.slice(1);
  }
  const known = (typeof data === 'object' && data !== null ? data : {}) as Readonly<Record<string, unknown>>;
  const facts: Readonly<Record<string, string>> = Object.fromEntries(
    FACTS.map((name) => [name, wordOf(name, known[name], t)]),
  );
  // Each kind names other facts; all of them are given, so that none is missing.
  const sentence = (t as (key: string, facts: Readonly<Record<string, string>>) => string)(`event.${type}`, facts);
  return sentence.replaceAll(NAMELESS, '');
}

/** Why it was done, when the person had to say. */
export function reasonOf({ event_data: data }: AuditEntry): string | null {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return null;
  const { reason, resolution } = data as { readonly reason?: unknown; readonly resolution?: unknown };
  return typeof reason === 'string' ? reason : typeof resolution === 'string' ? resolution : null;
}
