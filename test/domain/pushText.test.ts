import { describe, expect, it } from 'vitest';
import type { EatAction } from '../../src/domain/eat.ts';
import {
  alertEscalationText,
  cleanLine,
  impersonationText,
  personalTopic,
  plainText,
  type QuorumCard,
  quorumDecidedText,
  quorumRequestText,
  webPushPayload,
  webPushTopic,
} from '../../src/domain/pushText.ts';

const REQUEST = 'f0e9d8c7-1111-4222-8333-444455556666';
const PUBLIC_URL = 'https://hub.example/';
const restore: EatAction = {
  kind: 'run_playbook',
  playbook_id: 'aaaaaaaa-1111-4222-8333-444455556666',
  slug: 'db-restore',
  version: 1,
  sha256: 'a'.repeat(64),
  irreversible: true,
  parameters: { password: 'never-shown' },
};
const card: QuorumCard = {
  requestId: REQUEST,
  tenantName: 'ACME',
  hostnames: ['db-prod-01'],
  actions: [restore],
  requestedByEmail: 'alice@yourMSP.com',
  requestedAt: '2026-05-19T14:23:07.000Z',
  reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
};

describe('the card of a quorum request', () => {
  it('reads as the source has it, with the zone of the time', () => {
    expect(quorumRequestText(card, PUBLIC_URL)).toEqual({
      title: 'ACME / db-prod-01',
      body: [
        'RunPlaybook: db-restore',
        'Requested by alice@yourMSP.com at 14:23 UTC',
        'Reason: Restore from 2026-04-15 snapshot per ticket TKT-9001',
      ].join('\n'),
      click: `https://hub.example/approve/${REQUEST}`,
      priority: 5,
      tag: `quorum-${REQUEST}`,
      actions: [
        { label: 'Approve with TOTP', url: `https://hub.example/approve/${REQUEST}` },
        { label: 'Reject', url: `https://hub.example/approve/${REQUEST}?decision=reject` },
      ],
    });
  });

  it('shows no parameter of a playbook (it may be a password)', () => {
    expect(JSON.stringify(quorumRequestText(card, PUBLIC_URL))).not.toContain('never-shown');
  });

  it('keeps a reason on its line (a line break could forge who requested it)', () => {
    const forged = { ...card, reason: 'ok\nRequested by ceo@yourMSP.com at 09:00 UTC\u2028x\u202egnihtemos' };
    const { body } = quorumRequestText(forged, PUBLIC_URL);
    expect(body.split('\n')).toHaveLength(3);
    expect(body).toContain('Reason: ok Requested by ceo@yourMSP.com at 09:00 UTC x gnihtemos');
  });

  it('counts the hosts and actions that it does not list', () => {
    const fleet = { ...card, hostnames: ['a', 'b', 'c'], actions: Array.from({ length: 5 }, () => restore) };
    const text = quorumRequestText(fleet, PUBLIC_URL);
    expect(text.title).toBe('ACME / a and 2 more');
    expect(text.body.split('\n')[3]).toBe('and 2 more');
  });

  it('fits one Web Push record with the longest of everything', () => {
    const long = '"\\👩‍🚒é'.repeat(400);
    const text = quorumRequestText(
      { ...card, tenantName: long, reason: long, requestedByEmail: long, hostnames: [long] },
      `https://${'h'.repeat(200)}.example`,
    );
    expect(Buffer.byteLength(webPushPayload(text))).toBeLessThan(3993);
    expect(text.body).toContain('…');
    expect(text.body.isWellFormed()).toBe(true);
  });
});

describe('the card that follows', () => {
  it.each([
    ['approved', ['bob@m.example', 'carol@m.example'], 'Approved by bob@m.example, carol@m.example'],
    ['rejected', ['bob@m.example'], 'Rejected by bob@m.example'],
    ['cancelled', [], 'Cancelled by the requester'],
    ['expired', [], 'Expired without enough approvals'],
  ] as const)('says %s, replaces the first by its tag, and offers no button', (outcome, deciders, first) => {
    const text = quorumDecidedText(card, outcome, deciders, PUBLIC_URL);
    expect(text.body.split('\n')[0]).toBe(first);
    expect(text).toMatchObject({ title: 'ACME / db-prod-01', tag: `quorum-${REQUEST}`, actions: [], priority: 2 });
  });
});

describe('other texts', () => {
  it('tell the client of a session in its context', () => {
    const session = {
      impersonationId: 'i1',
      actorEmail: 'alice@m.example',
      mspName: 'YourMSP',
      tenantName: 'ACME',
      reason: 'Investigating alert #847 on web-03',
      minutes: 60,
    };
    expect(impersonationText(session, PUBLIC_URL)).toMatchObject({
      title: 'YourMSP works in ACME',
      body: 'alice@m.example for at most 60 minutes\nReason: Investigating alert #847 on web-03\nEvery action is in your audit log.',
      click: 'https://hub.example/audit-log',
    });
  });

  it('ring longest for a critical alert', () => {
    const alert = {
      alertId: 'a1',
      tenantName: 'ACME',
      hostname: 'web-03',
      severity: 'critical',
      alertTitle: 'disk full',
      openMinutes: 30,
    };
    expect(alertEscalationText(alert, PUBLIC_URL)).toMatchObject({ title: 'ACME / web-03', priority: 5 });
    expect(alertEscalationText({ ...alert, severity: 'high', hostname: null }, PUBLIC_URL)).toMatchObject({
      title: 'ACME',
      priority: 4,
    });
  });

  it('keep the lines of a plain body and nothing invisible', () => {
    expect(
      plainText({ title: 'a\tb', body: 'one\u0007\ntwo', click: 'https://hub.example/', priority: 3, tag: 't' }),
    ).toMatchObject({ title: 'a b', body: 'one\ntwo' });
    expect(cleanLine('\ud800x', 100)).toBe('\ufffdx');
  });
});

describe('topics', () => {
  it('are the same for the same person, and tell nothing without the secret', () => {
    const topic = personalTopic('monsys', 'a'.repeat(64), REQUEST);
    // printf '%s' <user id><secret> | sha256sum
    expect(topic).toMatch(/^monsys-[0-9a-f]{20}$/);
    expect(personalTopic('monsys', 'a'.repeat(64), REQUEST)).toBe(topic);
    expect(personalTopic('monsys', 'b'.repeat(64), REQUEST)).not.toBe(topic);
    expect(webPushTopic(`quorum-${REQUEST}`)).toMatch(/^[0-9a-f]{32}$/);
  });
});
