import { describe, expect, it } from 'vitest';
import { type InheritableGroup, inherit, slaOfAlert, type TenantSla } from '../../src/domain/groupInheritance.ts';
import { SEVERITIES } from '../../src/domain/severity.ts';
import { acknowledgeState, DEFAULT_ACKNOWLEDGE_MINUTES, DEFAULT_SLA_MINUTES } from '../../src/domain/sla.ts';
import { alertDueMs, BUILT_IN_POLICY, type SlaPolicy, slaPolicyDefinition } from '../../src/domain/slaPolicy.ts';

const MINUTE = 60_000;

/** A policy that gives every severity the same minutes. */
const policy = (name: string, acknowledge_minutes: number, resolve_minutes: number): SlaPolicy => {
  const promise = { acknowledge_minutes, resolve_minutes };
  return {
    id: '00000000-0000-4000-8000-000000000001',
    name,
    minutes: { critical: promise, high: promise, medium: promise, low: promise, info: promise },
    calendar: { kind: '24x7' },
    pauses_in_maintenance: true,
  };
};
const group = (name: string, priority: number, change: Partial<InheritableGroup>): InheritableGroup => ({
  id: name,
  name,
  priority,
  runbook_version: 0,
  has_runbook: false,
  sla_policy: null,
  sla_resolve_minutes: {},
  on_call: null,
  on_call_schedule_id: null,
  ...change,
});
const nothing: TenantSla = { sla_policy: null, sla_resolve_minutes: {}, default_policy: null };
const msp: TenantSla = { ...nothing, default_policy: policy('Standard', 40, 400) };
const tenant: TenantSla = { ...msp, sla_policy: policy('Tenant', 30, 300) };
const owns: TenantSla = { ...tenant, sla_resolve_minutes: { critical: 33 } };
const gold = group('gold', 1, { sla_policy: policy('Gold', 10, 100) });
const silver = group('silver', 2, { sla_policy: policy('Silver', 20, 200), sla_resolve_minutes: { critical: 22 } });
const times = group('times', 0, { sla_resolve_minutes: { critical: 7 } });

describe('the policy in force', () => {
  it.each([
    ['is the built-in one where nobody made any', [], nothing, 'Built-in', null, 15, 60, null],
    ['is the MSP’s default', [], msp, 'Standard', null, 40, 400, null],
    ['is the tenant’s own', [], tenant, 'Tenant', null, 30, 300, null],
    ['gives way to the tenant’s own minutes', [], owns, 'Tenant', null, 30, 33, null],
    ['is that of the group before the tenant’s minutes', [gold], owns, 'Gold', 'gold', 10, 100, 'gold'],
    ['is that of the first group', [silver, gold], owns, 'Gold', 'gold', 10, 100, 'gold'],
    ['gives way to the minutes of the same group', [silver], owns, 'Silver', 'silver', 20, 22, 'silver'],
    ['gives way to the minutes of a group before', [gold, times], owns, 'Gold', 'gold', 7, 7, 'times'],
    ['stays the tenant’s beside the minutes of a group', [times], owns, 'Tenant', null, 7, 7, 'times'],
  ] as const)('%s', (_, groups, own, name, from, acknowledge, resolve, resolveFrom) => {
    const found = inherit(groups, own);
    expect(found.sla_policy).toMatchObject({ policy: { name } });
    expect(found.sla_policy.group?.name ?? null).toBe(from);
    expect(found.sla.critical).toMatchObject({ acknowledge_minutes: acknowledge, resolve_minutes: resolve });
    expect(found.sla.critical.group?.name ?? null).toBe(resolveFrom);
    expect(slaOfAlert(found, 'critical')).toMatchObject({
      policy_name: name,
      acknowledge_minutes: acknowledge,
      resolve_minutes: resolve,
    });
  });

  it('says why', () => {
    expect(inherit([], tenant).sla_policy.reason).toBe('The host is in no group. The policy "Tenant" of the tenant.');
    expect(inherit([times], msp).sla_policy.reason).toBe(
      'None of its groups has an SLA policy. The policy "Standard", the MSP’s default.',
    );
    expect(inherit([gold, silver], msp).sla_policy.reason).toBe('"gold" comes first by priority 1.');
    expect(inherit([], owns).sla.critical.reason).toBe('The host is in no group. The time of the tenant.');
  });

  it('is by default what held before there were policies', () => {
    for (const severity of SEVERITIES) {
      expect(BUILT_IN_POLICY.minutes[severity].resolve_minutes).toBe(DEFAULT_SLA_MINUTES[severity]);
      expect(DEFAULT_ACKNOWLEDGE_MINUTES[severity]).toBeLessThan(DEFAULT_SLA_MINUTES[severity]);
    }
  });
});

describe('the due times of an alert', () => {
  const pauses = [{ fromMs: 5 * MINUTE, untilMs: 25 * MINUTE }];
  const sla = slaOfAlert(inherit([gold], nothing), 'critical');
  it('wait for maintenance where the policy says so', () => {
    expect(alertDueMs(0, sla, pauses)).toEqual({ acknowledgeMs: 30 * MINUTE, resolveMs: 120 * MINUTE });
    expect(alertDueMs(0, { ...sla, pauses_in_maintenance: false }, pauses)).toEqual({
      acknowledgeMs: 10 * MINUTE,
      resolveMs: 100 * MINUTE,
    });
  });
});

describe('the clock of acknowledging', () => {
  it.each([
    ['runs', null, 1, 'ok', 0],
    ['is due soon in its last quarter', null, 46, 'due_soon', 0],
    ['is breached', null, 63, 'breached', 3],
    ['stops in time', 60, 500, 'met', 0],
    ['stops too late, and stays as late as that', 63, 500, 'missed', 3],
  ] as const)('%s', (_, acknowledged, now, state, minutes_overdue) => {
    const acknowledgedMs = acknowledged === null ? null : acknowledged * MINUTE;
    expect(acknowledgeState(0, 60 * MINUTE, acknowledgedMs, now * MINUTE)).toEqual({ state, minutes_overdue });
  });
});

describe('a policy as people write it', () => {
  const { id: _, ...good } = policy('Gold', 10, 100);
  it('pauses in maintenance and is no default unless it says so', () => {
    const { pauses_in_maintenance: __, ...less } = good;
    expect(slaPolicyDefinition.parse(less)).toMatchObject({ pauses_in_maintenance: true, is_default: false });
  });

  it.each([
    ['more minutes to acknowledge than to resolve', policy('x', 101, 100)],
    ['no minutes', policy('x', 0, 100)],
    ['half a minute', policy('x', 1.5, 100)],
    ['a severity left out', { ...good, minutes: { critical: good.minutes.critical } }],
    ['a severity that is none', { ...good, minutes: { ...good.minutes, awful: good.minutes.critical } }],
    ['no name', policy(' ', 1, 2)],
  ] as const)('is refused with %s', (_what, bad) => {
    const { id: __, ...definition } = { id: null, ...bad };
    expect(slaPolicyDefinition.safeParse(definition).success).toBe(false);
  });
});
