import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  busyWaitSeconds,
  formatWebhookSecret,
  judgeTry,
  RETRY_DELAYS_SECONDS,
  repeatBody,
  signatureHeaders,
  webhookSignature,
} from '../../src/domain/webhook.ts';

const answer = (status: number, retryAfterSeconds = 0) => ({ status, retryAfterSeconds });

describe('webhookSignature', () => {
  it('is the plain lower-case hex of HMAC-SHA256 (RFC 4231, test case 2)', () => {
    expect(webhookSignature('Jefe', 'what do ya want for nothing?')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });

  it('covers the UTF-8 bytes of the body', () => {
    expect(webhookSignature('s', 'größe')).toBe(createHmac('sha256', 's').update('größe', 'utf8').digest('hex'));
  });
});

describe('signatureHeaders', () => {
  const by = (secret: string): string => webhookSignature(secret, 'body');
  it('are one header with one signature, and after a rotation a second one beside that of the secret before', () => {
    expect(signatureHeaders(['only'], 'body')).toEqual({ 'x-monsys-signature': by('only') });
    expect(signatureHeaders(['new', 'old'], 'body')).toEqual({
      'x-monsys-signature': by('old'),
      'x-monsys-signature-next': by('new'),
    });
    expect(() => signatureHeaders([], 'body')).toThrow(RangeError);
  });
});

describe('formatWebhookSecret', () => {
  it('takes 32 bytes and nothing else', () => {
    expect(formatWebhookSecret(new Uint8Array(32))).toBe(`whsec_${'00'.repeat(32)}`);
    expect(() => formatWebhookSecret(new Uint8Array(31))).toThrow(RangeError);
  });
});

describe('judgeTry', () => {
  it.each([200, 201, 204, 299])('takes %i for delivered', (status) => {
    expect(judgeTry(1, answer(status), 0)).toEqual({ kind: 'delivered' });
    expect(judgeTry(9, answer(status), 0)).toEqual({ kind: 'delivered' });
  });

  it('takes 410 for gone', () => expect(judgeTry(1, answer(410), 0)).toEqual({ kind: 'gone' }));

  it.each([null, 100, 199, 300, 302, 400, 401, 404, 429, 500, 503])('tries again after %s', (status) => {
    expect(judgeTry(1, status === null ? null : answer(status), 0)).toEqual({ kind: 'retry', waitSeconds: 10 });
  });

  it('waits as long as the table says, up to a fifth longer, and gives up after the ninth try', () => {
    for (const [index, delay] of RETRY_DELAYS_SECONDS.entries()) {
      expect(judgeTry(index + 1, null, 0)).toEqual({ kind: 'retry', waitSeconds: delay });
      expect(judgeTry(index + 1, null, 1)).toEqual({ kind: 'retry', waitSeconds: delay * 1.2 });
    }
    expect(judgeTry(RETRY_DELAYS_SECONDS.length + 1, null, 0)).toEqual({ kind: 'exhausted' });
    const hours = RETRY_DELAYS_SECONDS.reduce((sum, delay) => sum + delay, 0) / 3600;
    expect(hours).toBeGreaterThan(22);
    expect(hours * 1.2).toBeLessThan(27);
  });

  it('keeps to Retry-After with 429 and 503 alone, never shorter than its own wait nor longer than 12 hours', () => {
    const wait = (status: number, seconds: number) => judgeTry(1, answer(status, seconds), 0);
    expect(wait(429, 90)).toEqual({ kind: 'retry', waitSeconds: 90 });
    expect(wait(503, 90)).toEqual({ kind: 'retry', waitSeconds: 90 });
    expect(wait(500, 90)).toEqual({ kind: 'retry', waitSeconds: 10 });
    expect(wait(429, 1)).toEqual({ kind: 'retry', waitSeconds: 10 });
    expect(wait(429, 1e9)).toEqual({ kind: 'retry', waitSeconds: 43_200 });
  });
});

describe('busyWaitSeconds', () => {
  it('grows with the age of the delivery from seconds to minutes', () => {
    expect(busyWaitSeconds(0, 0)).toBe(2);
    expect(busyWaitSeconds(100, 0)).toBe(25);
    expect(busyWaitSeconds(100, 0.5)).toBe(37.5);
    expect(busyWaitSeconds(86_400, 0)).toBe(300);
  });
});

describe('repeatBody', () => {
  it('changes id and time, and leaves everything else in its place', () => {
    const body = '{"event":"ping","delivery_id":"a","timestamp":"t","tenant_id":null,"webhook":{"z":1,"b":2}}';
    expect(repeatBody(body, 'b', 'u')).toBe(
      '{"event":"ping","delivery_id":"b","timestamp":"u","tenant_id":null,"webhook":{"z":1,"b":2}}',
    );
  });
});
