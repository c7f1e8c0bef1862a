/** What people and auditors read of the audit log, in both languages. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInstance, type TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import en from '../../dashboard/src/messages/en/auditLog.ts';
import nl from '../../dashboard/src/messages/nl/auditLog.ts';
import { type AuditEntry, actorOf, sentenceOf } from '../../dashboard/src/pages/auditLog/events.ts';

const SRC = join(import.meta.dirname, '../../src');
/** Where an event's type is named as such: a member of an entry, or the argument before its facts. */
const NAMED = [
  /event_type:\s*(?:[^,\n]*\?\s*)?'([a-z0-9_]+)'(?:\s*:\s*'([a-z0-9_]+)')?/g,
  /\brecord(?:Act|Own)?\(\s*tx,[^;]*?,\s*'([a-z0-9]+(?:_[a-z0-9]+)+)',\s*[{a-z]/g,
];

async function wordsOf(lng: 'en' | 'nl'): Promise<TFunction<'auditLog'>> {
  const i18n = createInstance();
  await i18n.init({
    lng,
    ns: ['auditLog'],
    resources: { en: { auditLog: en }, nl: { auditLog: nl } },
    interpolation: { escapeValue: false },
  });
  return i18n.getFixedT(lng, 'auditLog');
}
const t = await wordsOf('en');
const dutch = await wordsOf('nl');

const entry = (event_type: string, event_data: object, actor: Partial<AuditEntry> = {}): AuditEntry =>
  ({ event_type, event_data, actor_kind: 'user', actor_email: 'alice@yourmsp.com', ...actor }) as AuditEntry;

describe('sentences of the audit log', () => {
  it('are there for every event that the hub writes (if not: add it to both languages)', () => {
    const types = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(SRC, file), 'utf8');
        return NAMED.flatMap((pattern) =>
          [...text.matchAll(pattern)].flatMap((match) => match.slice(1).filter((each) => each !== undefined)),
        );
      });
    // A control: the patterns find events of each shape.
    expect(types).toEqual(
      expect.arrayContaining(['pre_issued_token_issued', 'emergency_token_issued', 'sudo_granted', 'webhook_created']),
    );
    expect([...new Set(types)].filter((type) => !Object.hasOwn(en.event, type)).toSorted()).toEqual([]);
  });

  it('say how somebody signed in, and leave no hole where an older entry does not know a name', () => {
    expect(sentenceOf(entry('signed_in', { how: 'totp', address: '::1' }), t)).toBe(
      'Signed in with password and authenticator from ::1',
    );
    expect(sentenceOf(entry('signed_in', { how: 'auditor_link', address: '::1' }), dutch)).toBe(
      'Meldde zich aan met een link voor auditors vanaf ::1',
    );
    expect(sentenceOf(entry('agent_signing_key_cleared', { hostname: 'web-03' }), t)).toBe(
      'Allowed a new key for web-03',
    );
    expect(sentenceOf(entry('agent_signing_key_cleared', {}), t)).toBe('Allowed a new key for a host');
    expect(sentenceOf(entry('auditor_link_created', {}), t)).toBe('Made the auditor’s link');
  });
});

it('who acted is a person by their address, and a link by its note', () => {
  const link = { actor_email: 'auditor-link-610e9904@links.invalid' };
  expect(actorOf(entry('signed_out', {}), t)).toBe('alice@yourmsp.com');
  expect(actorOf(entry('signed_in', { note: 'Spring audit' }, link), t)).toBe('Auditor’s link: Spring audit');
  expect(actorOf(entry('audit_pack_downloaded', {}, link), dutch)).toBe('Een link voor auditors');
  expect(actorOf(entry('agent_registered', {}, { actor_kind: 'agent', actor_email: null }), t)).toBe('The host itself');
});
