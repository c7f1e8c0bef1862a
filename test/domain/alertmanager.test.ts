import { describe, expect, it } from 'vitest';
import { alertmanagerEvents, alertmanagerWebhook } from '../../src/domain/alertmanager.ts';

const alert = {
  status: 'firing',
  labels: { alertname: 'HighLatency', severity: 'critical', instance: 'web-03:9100' },
  annotations: { summary: 'Latency is high', description: 'p99 above 2 s' },
  startsAt: '2026-05-01T10:00:00.123456789Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: 'http://prometheus/graph',
  fingerprint: 'c1f3a9b2d4e5f607',
};
const eventsOf = (...alerts: readonly object[]) =>
  alertmanagerEvents(
    alertmanagerWebhook.parse({ version: '4', groupKey: '{}', status: 'firing', receiver: 'monsys', alerts }),
  );

describe('the Alertmanager webhook', () => {
  it('becomes an event with host, severity and Alertmanager’s own fingerprint', () => {
    expect(eventsOf(alert)).toEqual([
      {
        hostname: 'web-03',
        event: {
          at: alert.startsAt,
          severity: 'critical',
          title: 'Latency is high',
          fingerprint: 'alertmanager:c1f3a9b2d4e5f607',
          resolved: false,
          detail: {
            'label alertname': 'HighLatency',
            'label severity': 'critical',
            'label instance': 'web-03:9100',
            description: 'p99 above 2 s',
            generator_url: 'http://prometheus/graph',
          },
        },
      },
    ]);
  });

  it('resolves by the same fingerprint', () => {
    const [fired, resolved] = eventsOf(alert, { ...alert, status: 'resolved' });
    expect(resolved?.event).toMatchObject({ resolved: true, fingerprint: fired?.event.fingerprint });
  });

  it.each([
    [{ instance: 'web-03:9100' }, 'web-03'],
    [{ instance: 'web-03' }, 'web-03'],
    [{ instance: '[2001:db8::1]:9100' }, '2001:db8::1'],
    [{ instance: 'a:9100', node: 'db-01' }, 'db-01'],
    [{ node: 'db-01', hostname: 'db-prod-01' }, 'db-prod-01'],
    [{ hostname: '', instance: 'web-04:80' }, 'web-04'],
    [{ job: 'node' }, null],
  ])('finds the host in %j', (labels, hostname) => {
    expect(eventsOf({ ...alert, labels })[0]?.hostname).toBe(hostname);
  });

  it.each([
    ['CRITICAL', 'critical'],
    ['page', 'critical'],
    ['error', 'high'],
    ['warning', 'medium'],
    ['notice', 'low'],
    ['none', 'info'],
    ['catastrophic', 'medium'],
    [undefined, 'medium'],
  ])('reads severity %s as %s', (word, severity) => {
    const labels = { alertname: 'x', ...(word === undefined ? {} : { severity: word }) };
    expect(eventsOf({ ...alert, labels })[0]?.event.severity).toBe(severity);
  });

  it('finds a title when there is no summary', () => {
    expect(eventsOf({ ...alert, annotations: {} })[0]?.event.title).toBe('HighLatency');
    expect(eventsOf({ ...alert, annotations: {}, labels: {} })[0]?.event.title).toBe('Alertmanager alert');
    expect(eventsOf({ ...alert, annotations: { summary: 'x'.repeat(900) } })[0]?.event.title).toHaveLength(300);
  });

  it.each([
    ['another version', { version: '3', alerts: [] }],
    ['a status that is none', { version: '4', alerts: [{ ...alert, status: 'maybe' }] }],
    ['an alert without fingerprint', { version: '4', alerts: [{ ...alert, fingerprint: '' }] }],
    ['a label that is no text', { version: '4', alerts: [{ ...alert, labels: { a: 1 } }] }],
  ])('refuses %s', (_, body) => {
    expect(alertmanagerWebhook.safeParse(body).success).toBe(false);
  });
});
