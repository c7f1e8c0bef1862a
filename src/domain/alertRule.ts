/**
 * Alert rules: a metric of a host (or of the fleet) compared with a threshold for a time.
 *
 * States of one rule and subject: quiet -> pending (the condition holds, not yet long enough) -> firing.
 * A value that is not known (no fresh sample) neither fires nor clears; it ends a pending wait, because a
 * condition that was not seen did not hold without a break.
 */

import { z } from 'zod';
import { SEVERITIES, type Severity } from './severity.ts';

/** Metrics of one host. `agent_offline` is seconds of silence; `process_running` is 1 or 0 for the named process. */
const HOST_METRICS = [
  'cpu_pct',
  'mem_pct',
  'disk_pct',
  'load_avg',
  'network_rx_mbps',
  'network_tx_mbps',
  'agent_offline',
  'process_running',
] as const;
/** Metrics of a tenant's fleet: one alert per rule. */
const FLEET_METRICS = ['fleet_offline_count', 'fleet_critical_alerts', 'tag_offline_pct'] as const;
export const METRICS = [...HOST_METRICS, ...FLEET_METRICS] as const;
export type Metric = (typeof METRICS)[number];

export const OPERATORS = ['>', '>=', '<', '<=', '==', '!='] as const;
export type Operator = (typeof OPERATORS)[number];

/** Which hosts a rule watches. */
export const ruleTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('agents'), agent_ids: z.array(z.uuid()).min(1).max(1000) }),
  z.strictObject({ kind: z.literal('tag'), tag: z.string().min(1).max(63) }),
]);

/** What a person decides about a rule. */
export const ruleDefinition = z
  .strictObject({
    name: z.string().trim().min(1).max(200),
    metric: z.enum(METRICS),
    operator: z.enum(OPERATORS),
    threshold: z.number(),
    metric_argument: z
      .string()
      .min(1)
      .max(64)
      .nullable()
      .default(null)
      .describe('the process of process_running, the tag of tag_offline_pct'),
    duration_secs: z.int().min(0).max(604_800),
    severity: z.enum(SEVERITIES),
    target: ruleTarget.default({ kind: 'all' }),
    enabled: z.boolean().default(true),
  })
  .check((ctx) => {
    const { metric, metric_argument: argument, target } = ctx.value;
    const wantsArgument = metric === 'process_running' || metric === 'tag_offline_pct';
    if (wantsArgument !== (argument !== null)) {
      const message = wantsArgument ? `${metric} needs the name it is about` : `${metric} takes no argument`;
      ctx.issues.push({ code: 'custom', input: argument, path: ['metric_argument'], message });
    }
    if (isFleetMetric(metric) && target.kind !== 'all') {
      ctx.issues.push({
        code: 'custom',
        input: target,
        path: ['target'],
        message: 'a metric of the fleet watches all hosts',
      });
    }
  });
export type RuleDefinition = z.infer<typeof ruleDefinition>;

/** Whether a metric is the fleet's rather than one host's. */
export function isFleetMetric(metric: Metric): boolean {
  return (FLEET_METRICS as readonly string[]).includes(metric);
}

/** Whether `value` compares with `threshold` as the rule says. */
export function conditionHolds(value: number, operator: Operator, threshold: number): boolean {
  return COMPARE[operator](value, threshold);
}

const COMPARE: Readonly<Record<Operator, (value: number, threshold: number) => boolean>> = {
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
};

/** What is known at one evaluation. Times in milliseconds; `value` null when there is no fresh sample. */
export type RuleObservation = {
  readonly value: number | null;
  readonly pendingSinceMs: number | null;
  readonly hasAlert: boolean;
  readonly nowMs: number;
};

/** What follows from it. `sinceMs` is when the condition began to hold. */
export type RuleVerdict =
  | { readonly kind: 'quiet' | 'unknown' | 'clears' }
  | { readonly kind: 'pending' | 'fires' | 'still_firing'; readonly sinceMs: number };

/** Decides one rule for one subject. */
export function decideRule(
  rule: Pick<RuleDefinition, 'operator' | 'threshold' | 'duration_secs'>,
  seen: RuleObservation,
): RuleVerdict {
  if (seen.value === null) return { kind: 'unknown' };
  if (!conditionHolds(seen.value, rule.operator, rule.threshold)) return { kind: seen.hasAlert ? 'clears' : 'quiet' };
  const sinceMs = seen.pendingSinceMs ?? seen.nowMs;
  if (seen.hasAlert) return { kind: 'still_firing', sinceMs };
  return { kind: seen.nowMs - sinceMs >= rule.duration_secs * 1000 ? 'fires' : 'pending', sinceMs };
}

/** A rule's alert on one subject. */
export function ruleFingerprint(ruleId: string, subjectId: string): string {
  return `rule:${ruleId}:${subjectId}`;
}

/**
 * What a person calls a metric, and the unit of its values. Alerts, which clients read too, are titled with these;
 * the codes are for rules and the API.
 */
export const METRIC_WORDS: Readonly<Record<Metric, { readonly word: string; readonly unit: string }>> = {
  cpu_pct: { word: 'CPU', unit: '%' },
  mem_pct: { word: 'memory', unit: '%' },
  disk_pct: { word: 'disk', unit: '%' },
  load_avg: { word: 'load', unit: '' },
  network_rx_mbps: { word: 'network in', unit: 'Mbit/s' },
  network_tx_mbps: { word: 'network out', unit: 'Mbit/s' },
  agent_offline: { word: 'silent for', unit: 's' },
  process_running: { word: 'processes', unit: '' },
  fleet_offline_count: { word: 'hosts offline', unit: '' },
  fleet_critical_alerts: { word: 'critical alerts', unit: '' },
  tag_offline_pct: { word: 'hosts offline', unit: '%' },
};

/** `==` needs no word: the value is the threshold. */
const LIMIT_WORDS: Readonly<Record<Operator, string | null>> = {
  '>': 'limit',
  '>=': 'limit',
  '<': 'minimum',
  '<=': 'minimum',
  '==': null,
  '!=': 'expected',
};

/** The sentence of an alert: `Disk full on ci-01: disk 99.1 % (limit 98 %)`, of at most 300 characters. */
export function ruleAlertTitle(rule: RuleDefinition, hostname: string | null, value: number): string {
  return `${rule.name}${hostname === null ? '' : ` on ${hostname}`}: ${measured(rule, value)}`.slice(0, 300);
}

/** The value that fired a rule, in words: `disk 99.1 % (limit 98 %)`, `process sshd is not running`. */
function measured({ metric, metric_argument: argument, operator, threshold }: RuleDefinition, value: number): string {
  if (metric === 'process_running') return `process ${argument} is ${value === 0 ? 'not ' : ''}running`;
  const { word, unit } = METRIC_WORDS[metric];
  const amount = (number: number): string => (unit === '' ? String(number) : `${number} ${unit}`);
  const limit = LIMIT_WORDS[operator];
  return [
    argument === null ? word : `${word} with tag ${argument}`,
    amount(Math.round(value * 10) / 10),
    ...(limit === null ? [] : [`(${limit} ${amount(threshold)})`]),
  ].join(' ');
}

type Template = {
  readonly name: string;
  readonly metric: Metric;
  readonly operator: Operator;
  readonly threshold: number;
  readonly duration_secs: number;
  readonly severity: Severity;
  readonly argument?: string;
};

const TEMPLATES: readonly Template[] = [
  { name: 'CPU busy', metric: 'cpu_pct', operator: '>', threshold: 85, duration_secs: 3600, severity: 'medium' },
  { name: 'Memory nearly full', metric: 'mem_pct', operator: '>', threshold: 92, duration_secs: 900, severity: 'high' },
  { name: 'Disk nearly full', metric: 'disk_pct', operator: '>', threshold: 90, duration_secs: 300, severity: 'high' },
  { name: 'Disk full', metric: 'disk_pct', operator: '>=', threshold: 98, duration_secs: 60, severity: 'critical' },
  { name: 'Load high', metric: 'load_avg', operator: '>', threshold: 16, duration_secs: 900, severity: 'medium' },
  {
    name: 'Host offline for long',
    metric: 'agent_offline',
    operator: '>',
    threshold: 300,
    duration_secs: 0,
    severity: 'critical',
  },
  {
    name: 'Several hosts offline',
    metric: 'fleet_offline_count',
    operator: '>=',
    threshold: 3,
    duration_secs: 120,
    severity: 'critical',
  },
  {
    name: 'sshd not running',
    metric: 'process_running',
    operator: '==',
    threshold: 0,
    duration_secs: 300,
    severity: 'high',
    argument: 'sshd',
  },
];

/** Ready-made rules to start from. */
export const RULE_TEMPLATES: readonly RuleDefinition[] = TEMPLATES.map(({ argument, ...template }) => ({
  ...template,
  metric_argument: argument ?? null,
  target: { kind: 'all' },
  enabled: true,
}));

/** Templates that a new tenant starts with: those that make sense on any host. */
export const DEFAULT_RULES: readonly RuleDefinition[] = RULE_TEMPLATES.filter((rule) =>
  ['CPU busy', 'Memory nearly full', 'Disk nearly full', 'Disk full', 'Several hosts offline'].includes(rule.name),
);
