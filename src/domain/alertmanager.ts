/** Prometheus Alertmanager's webhook (version 4) as reported events. A foreign format: unknown members are let be. */

import { z } from 'zod';
import type { ReportedEvent } from './ingest.ts';
import type { Severity } from './severity.ts';

const labels = z.record(z.string().max(200), z.string().max(2000));

/** Body of the webhook; see Alertmanager's documentation of `webhook_config`. */
export const alertmanagerWebhook = z.looseObject({
  version: z.literal('4'),
  alerts: z
    .array(
      z.looseObject({
        status: z.enum(['firing', 'resolved']),
        labels,
        annotations: labels.default({}),
        startsAt: z.iso.datetime({ offset: true }),
        endsAt: z.iso.datetime({ offset: true }).optional(),
        fingerprint: z.string().min(1).max(64),
        generatorURL: z.string().max(2000).optional(),
      }),
    )
    .max(1000),
});

/** Words that people put into the `severity` label, by ours. Anything else is medium: unknown must not be silent. */
const SEVERITY_WORDS: Readonly<Record<string, Severity>> = {
  critical: 'critical',
  emergency: 'critical',
  disaster: 'critical',
  page: 'critical',
  high: 'high',
  error: 'high',
  major: 'high',
  warning: 'medium',
  warn: 'medium',
  medium: 'medium',
  average: 'medium',
  minor: 'medium',
  low: 'low',
  notice: 'low',
  info: 'info',
  information: 'info',
  none: 'info',
  debug: 'info',
};

/** Labels that may name the host, in this order; a port after `instance` is dropped. */
const HOST_LABELS = ['hostname', 'host', 'node', 'nodename', 'instance'] as const;

/** One alert of the webhook with the host that it names. */
export type HostEvent = { readonly hostname: string | null; readonly event: ReportedEvent };

/** Maps a webhook; resolves go by Alertmanager's own fingerprint. Times stay as Alertmanager writes them (offset, nanoseconds). */
export function alertmanagerEvents(body: z.infer<typeof alertmanagerWebhook>): readonly HostEvent[] {
  return body.alerts.map((alert) => ({
    hostname: hostOf(alert.labels),
    event: {
      at: alert.startsAt,
      severity: SEVERITY_WORDS[(alert.labels['severity'] ?? '').toLowerCase()] ?? 'medium',
      title:
        (alert.annotations['summary'] ?? alert.labels['alertname'] ?? 'Alertmanager alert').slice(0, 300) ||
        'Alertmanager alert',
      fingerprint: `alertmanager:${alert.fingerprint}`,
      resolved: alert.status === 'resolved',
      detail: {
        ...Object.fromEntries(Object.entries(alert.labels).map(([key, value]) => [`label ${key}`.slice(0, 64), value])),
        ...(alert.annotations['description'] === undefined ? {} : { description: alert.annotations['description'] }),
        ...(alert.generatorURL === undefined ? {} : { generator_url: alert.generatorURL }),
      },
    },
  }));
}

function hostOf(found: Readonly<Record<string, string>>): string | null {
  for (const name of HOST_LABELS) {
    const value = found[name];
    if (!value) continue;
    if (name !== 'instance') return value;
    // host:port, [v6]:port or a bare host.
    return /^\[(.+)\](?::\d+)?$/.exec(value)?.[1] ?? value.replace(/:\d+$/, '');
  }
  return null;
}
