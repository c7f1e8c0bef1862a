/** What a host inherits from its groups: each thing from the first group, by priority and then name, that gives it. */

import { SEVERITIES, type Severity } from './severity.ts';
import { type AlertSla, BUILT_IN_POLICY, type SlaPolicy } from './slaPolicy.ts';

/** What a group gives. */
export type InheritableGroup = {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  readonly runbook_version: number;
  readonly has_runbook: boolean;
  readonly sla_policy: SlaPolicy | null;
  /** Minutes to resolve that take the place of its policy's. */
  readonly sla_resolve_minutes: Partial<Readonly<Record<Severity, number>>>;
  readonly on_call: { readonly name: string; readonly contact: string } | null;
  /** A schedule of the MSP; asked before the text in `on_call`. */
  readonly on_call_schedule_id: string | null;
};

/** Where a thing comes from. */
export type Origin<G> = { readonly group: G | null; readonly reason: string };

/** What holds for a tenant where no group says otherwise. */
export type TenantSla = {
  readonly sla_policy: SlaPolicy | null;
  /** Minutes to resolve that take the place of its policy's. */
  readonly sla_resolve_minutes: Partial<Readonly<Record<Severity, number>>>;
  /** The policy of the MSP for tenants without one. */
  readonly default_policy: SlaPolicy | null;
};

/** What holds for a host, each with its origin. */
export type Effective<G extends InheritableGroup> = {
  readonly runbook: Origin<G>;
  readonly on_call: Origin<G>;
  readonly sla_policy: Origin<G> & { readonly policy: SlaPolicy };
  /** The origin is that of the minutes to resolve; those to acknowledge are the policy's, but never longer. */
  readonly sla: Readonly<
    Record<Severity, Origin<G> & { readonly resolve_minutes: number; readonly acknowledge_minutes: number }>
  >;
};

/** Smaller priority first, then name, then id: the order in which groups are asked. */
function compareGroups(a: InheritableGroup, b: InheritableGroup): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Asks the groups of one host; what none gives is the tenant's, then the MSP's, then the hub's. */
export function inherit<G extends InheritableGroup>(groups: readonly G[], tenant: TenantSla): Effective<G> {
  const ordered = groups.toSorted(compareGroups);
  const origin = (what: string, gives: (group: G) => boolean): Origin<G> => {
    const group = ordered.find(gives) ?? null;
    if (group === null)
      return { group, reason: ordered.length === 0 ? 'The host is in no group.' : `None of its groups has ${what}.` };
    const before = ordered.indexOf(group);
    const others = ordered.filter(gives).length - 1;
    const passed = before === 0 ? '' : ` ${before} before it ${before === 1 ? 'has' : 'have'} none.`;
    const rank =
      others === 0 ? `Only "${group.name}" has ${what}.` : `"${group.name}" comes first by priority ${group.priority}.`;
    return { group, reason: rank + (others === 0 ? '' : passed) };
  };
  const policyOrigin = origin('an SLA policy', (group) => group.sla_policy !== null);
  const below = policyBelowGroups(tenant);
  const policy = policyOrigin.group?.sla_policy ?? below.policy;
  const sla = Object.fromEntries(
    SEVERITIES.map((severity) => {
      const found = origin(
        `a time for ${severity} alerts`,
        (group) => group.sla_resolve_minutes[severity] !== undefined || group.sla_policy !== null,
      );
      const own = tenant.sla_resolve_minutes[severity];
      const resolve_minutes =
        found.group?.sla_resolve_minutes[severity] ??
        found.group?.sla_policy?.minutes[severity].resolve_minutes ??
        own ??
        below.policy.minutes[severity].resolve_minutes;
      const acknowledge_minutes = Math.min(policy.minutes[severity].acknowledge_minutes, resolve_minutes);
      const next = own === undefined ? below.reason : 'The time of the tenant.';
      const reason = found.group === null ? `${found.reason} ${next}` : found.reason;
      return [severity, { group: found.group, reason, resolve_minutes, acknowledge_minutes }];
    }),
  ) as Record<Severity, Effective<G>['sla'][Severity]>;
  return {
    runbook: origin('a runbook', (group) => group.has_runbook),
    on_call: origin('somebody on call', (group) => group.on_call !== null || group.on_call_schedule_id !== null),
    sla_policy: {
      group: policyOrigin.group,
      reason: policyOrigin.group === null ? `${policyOrigin.reason} ${below.reason}` : policyOrigin.reason,
      policy,
    },
    sla,
  };
}

function policyBelowGroups(tenant: TenantSla): { readonly policy: SlaPolicy; readonly reason: string } {
  if (tenant.sla_policy !== null)
    return { policy: tenant.sla_policy, reason: `The policy "${tenant.sla_policy.name}" of the tenant.` };
  if (tenant.default_policy !== null)
    return { policy: tenant.default_policy, reason: `The policy "${tenant.default_policy.name}", the MSP’s default.` };
  return { policy: BUILT_IN_POLICY, reason: 'The default of the hub.' };
}

/** The promise for one alert of a host, as it is kept with it. */
export function slaOfAlert(effective: Effective<InheritableGroup>, severity: Severity): AlertSla {
  const { policy } = effective.sla_policy;
  const { acknowledge_minutes, resolve_minutes } = effective.sla[severity];
  return {
    policy_id: policy.id,
    policy_name: policy.name,
    acknowledge_minutes,
    resolve_minutes,
    calendar: policy.calendar,
    pauses_in_maintenance: policy.pauses_in_maintenance,
  };
}
