import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  conditionHolds,
  DEFAULT_RULES,
  decideRule,
  OPERATORS,
  RULE_TEMPLATES,
  ruleAlertTitle,
  ruleDefinition,
} from '../../src/domain/alertRule.ts';

const rule = { operator: '>', threshold: 85, duration_secs: 60 } as const;
const seen = { value: 90, pendingSinceMs: null, hasAlert: false, nowMs: 1_000_000 };

describe('a rule', () => {
  it('waits its whole duration, then fires', () => {
    expect(decideRule(rule, seen)).toEqual({ kind: 'pending', sinceMs: 1_000_000 });
    const since = { ...seen, pendingSinceMs: 1_000_000 };
    expect(decideRule(rule, { ...since, nowMs: 1_059_999 })).toEqual({ kind: 'pending', sinceMs: 1_000_000 });
    expect(decideRule(rule, { ...since, nowMs: 1_060_000 })).toEqual({ kind: 'fires', sinceMs: 1_000_000 });
  });

  it('without duration fires at once', () => {
    expect(decideRule({ ...rule, duration_secs: 0 }, seen).kind).toBe('fires');
  });

  it('does not fire twice, and clears when the condition ends', () => {
    expect(decideRule(rule, { ...seen, hasAlert: true, pendingSinceMs: 1 }).kind).toBe('still_firing');
    expect(decideRule(rule, { ...seen, value: 85, hasAlert: true, pendingSinceMs: 1 }).kind).toBe('clears');
    expect(decideRule(rule, { ...seen, value: 85, pendingSinceMs: 1 }).kind).toBe('quiet');
  });

  it('neither fires nor clears on a value that is not known', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.option(fc.nat(), { nil: null }), fc.nat(), (hasAlert, pendingSinceMs, nowMs) => {
        expect(decideRule(rule, { value: null, hasAlert, pendingSinceMs, nowMs })).toEqual({ kind: 'unknown' });
      }),
    );
  });

  it('fires exactly when the condition has held long enough and no alert is there', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...OPERATORS),
        fc.integer({ min: 0, max: 5 }),
        fc.integer({ min: 0, max: 5 }),
        fc.nat(600),
        fc.nat(600),
        fc.boolean(),
        (operator, value, threshold, duration_secs, heldSecs, hasAlert) => {
          const verdict = decideRule(
            { operator, threshold, duration_secs },
            { value, hasAlert, pendingSinceMs: 0, nowMs: heldSecs * 1000 },
          );
          const holds = conditionHolds(value, operator, threshold);
          expect(verdict.kind === 'fires').toBe(holds && !hasAlert && heldSecs >= duration_secs);
          expect(verdict.kind === 'clears').toBe(!holds && hasAlert);
        },
      ),
    );
  });
});

describe('operators', () => {
  it.each([
    ['>', [false, false, true]],
    ['>=', [false, true, true]],
    ['<', [true, false, false]],
    ['<=', [true, true, false]],
    ['==', [false, true, false]],
    ['!=', [true, false, true]],
  ] as const)('%s', (operator, expected) => {
    expect([1, 2, 3].map((value) => conditionHolds(value, operator, 2))).toEqual(expected);
  });
});

describe('a definition', () => {
  const good = { name: 'CPU', metric: 'cpu_pct', operator: '>', threshold: 85, duration_secs: 60, severity: 'medium' };

  it('has templates that are themselves valid', () => {
    for (const template of RULE_TEMPLATES) expect(ruleDefinition.parse(template)).toEqual(template);
    expect(DEFAULT_RULES.length).toBe(5);
  });

  it.each([
    ['an unknown metric', { metric: 'humidity' }],
    ['a process without its name', { metric: 'process_running' }],
    ['a name for a metric that has none', { metric_argument: 'sshd' }],
    ['a fleet metric on one tag', { metric: 'fleet_offline_count', target: { kind: 'tag', tag: 'x' } }],
    ['a negative duration', { duration_secs: -1 }],
    ['more than a week', { duration_secs: 604_801 }],
    ['NaN', { threshold: Number.NaN }],
    ['no hosts', { target: { kind: 'agents', agent_ids: [] } }],
    ['a member that is not known', { sql: 'drop' }],
  ])('refuses %s', (_, change) => {
    expect(ruleDefinition.safeParse(good).success).toBe(true);
    expect(ruleDefinition.safeParse({ ...good, ...change }).success).toBe(false);
  });

  it('is told in a title of at most 300 characters', () => {
    const long = ruleDefinition.parse({ ...good, name: 'x'.repeat(200) });
    expect(ruleAlertTitle(long, 'h'.repeat(253), 90).length).toBe(300);
  });

  it.each([
    [{}, 97.24, 'CPU on web-03: CPU 97.2 % (limit 85 %)'],
    [
      { name: 'Disk full', metric: 'disk_pct', operator: '>=', threshold: 98 },
      98,
      'Disk full on web-03: disk 98 % (limit 98 %)',
    ],
    [
      { name: 'Idle', metric: 'network_tx_mbps', operator: '<', threshold: 1 },
      0.04,
      'Idle on web-03: network out 0 Mbit/s (minimum 1 Mbit/s)',
    ],
    [{ name: 'Gone', metric: 'agent_offline', threshold: 300 }, 412, 'Gone on web-03: silent for 412 s (limit 300 s)'],
    [{ name: 'Load', metric: 'load_avg', operator: '!=', threshold: 2 }, 3, 'Load on web-03: load 3 (expected 2)'],
    [{ name: 'Load', metric: 'load_avg', operator: '==', threshold: 3 }, 3, 'Load on web-03: load 3'],
  ])('says in its title what was measured, in words and with the unit (%o)', (change, value, title) => {
    expect(ruleAlertTitle(ruleDefinition.parse({ ...good, ...change }), 'web-03', value)).toBe(title);
  });

  it('names what it is about where the metric has a name, and the fleet where there is no host', () => {
    const of = (change: object, host: string | null, value: number) =>
      ruleAlertTitle(ruleDefinition.parse({ ...good, ...change }), host, value);
    const process = { name: 'SSH', metric: 'process_running', metric_argument: 'sshd', operator: '==', threshold: 0 };
    expect(of(process, 'web-03', 0)).toBe('SSH on web-03: process sshd is not running');
    expect(of({ ...process, threshold: 1 }, 'web-03', 1)).toBe('SSH on web-03: process sshd is running');
    const fleet = { name: 'Several hosts offline', metric: 'fleet_offline_count', operator: '>=', threshold: 3 };
    expect(of(fleet, null, 4)).toBe('Several hosts offline: hosts offline 4 (limit 3)');
    const tag = { name: 'Web', metric: 'tag_offline_pct', metric_argument: 'web', threshold: 25 };
    expect(of(tag, null, 40)).toBe('Web: hosts offline with tag web 40 % (limit 25 %)');
  });
});
