/** The service worker's reading of the hub's own payload. */

import { describe, expect, it } from 'vitest';
import { notificationOf, targetOf } from '../../dashboard/worker/notification.ts';
import { quorumDecidedText, quorumRequestText, webPushPayload } from '../../src/domain/pushText.ts';

const CARD = {
  requestId: '0b9d7c1e-7a52-4f0e-9d57-1a2b3c4d5e6f',
  tenantName: 'ACME',
  hostnames: ['db-prod-01'],
  actions: [
    {
      kind: 'run_playbook',
      playbook_id: '6d6f6e73-7973-4000-8000-000000000005',
      slug: 'db-restore',
      version: 1,
      sha256: 'a'.repeat(64),
      irreversible: true,
      parameters: {},
    },
  ],
  requestedByEmail: 'alice@yourmsp.com',
  requestedAt: '2026-05-19T14:23:07.000Z',
  reason: 'Restore from 2026-04-15 snapshot per ticket TKT-9001',
} as const;
const HUB = 'https://hub.yourmsp.com';

describe('what a phone shows', () => {
  it('the card of a request: title, lines, both buttons, ringing until somebody looks', () => {
    const { title, options } = notificationOf(webPushPayload(quorumRequestText(CARD, HUB)));
    expect(title).toBe('ACME / db-prod-01');
    expect(options.body).toContain('RunPlaybook: db-restore\nRequested by alice@yourmsp.com at 14:23 UTC\nReason: ');
    expect(options.actions.map((action) => action.title)).toEqual(['Approve with TOTP', 'Reject']);
    expect(options).toMatchObject({ requireInteraction: true, renotify: true, silent: false });
  });

  it('the card that takes its place: the same tag, without a sound', () => {
    const first = notificationOf(webPushPayload(quorumRequestText(CARD, HUB)));
    const second = notificationOf(webPushPayload(quorumDecidedText(CARD, 'rejected', ['bob@yourmsp.com'], HUB)));
    expect(second.options.tag).toBe(first.options.tag);
    expect(second.options).toMatchObject({ silent: true, renotify: false, requireInteraction: false, actions: [] });
  });

  it.each([[undefined], [''], ['not JSON'], ['[1]'], ['null'], ['{"title":7,"actions":[{"label":1}]}']])(
    'something for a push that cannot be read: %s (browsers end the subscription of a site that shows nothing)',
    (text) => {
      const { title, options } = notificationOf(text);
      expect(title).toBe('monsys');
      expect(targetOf(options.data, '', HUB)).toBe(`${HUB}/`);
      expect(options.actions).toEqual([]);
    },
  );
});

describe('where a press leads', () => {
  const { data, actions } = notificationOf(webPushPayload(quorumRequestText(CARD, HUB))).options;

  it('the card and each button to their pages', () => {
    expect(targetOf(data, '', HUB)).toBe(`${HUB}/approve/${CARD.requestId}`);
    expect(targetOf(data, actions[0]?.action ?? '', HUB)).toBe(`${HUB}/approve/${CARD.requestId}`);
    expect(targetOf(data, actions[1]?.action ?? '', HUB)).toBe(`${HUB}/approve/${CARD.requestId}?decision=reject`);
    expect(targetOf(data, 'no such button', HUB)).toBe(`${HUB}/approve/${CARD.requestId}`);
  });

  it.each([
    ['another host', 'https://elsewhere.example/approve/1', `${HUB}/approve/1`],
    ['a host without a scheme', '//elsewhere.example/x', `${HUB}/x`],
    ['a path that begins like a host', 'https://hub.yourmsp.com//elsewhere.example/x', `${HUB}/elsewhere.example/x`],
    ['a script', 'javascript:alert(1)', `${HUB}/`],
    ['no address', 'https://', `${HUB}/`],
  ])('never off the site: %s', (_, url, expected) => {
    expect(targetOf({ url, actionUrls: [] }, '', HUB)).toBe(expected);
  });
});
