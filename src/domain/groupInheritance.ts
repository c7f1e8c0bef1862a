/** What a host inherits from its groups: each thing from the first group, by priority and then name, that gives it. */

import { SEVERITIES, type Severity } from './ingest.ts';
import { DEFAULT_SLA_MINUTES } from './sla.ts';

/** What a group gives. */
export type InheritableGroup = {
  readonly id: string;
  readonly name: string;
  readonly priority: number;
  readonly runbook_version: number;
  readonly has_runbook: boolean;
  readonly sla_resolve_minutes: Partial<Readonly<Record<Severity, number>>>;
  readonly on_call: { readonly name: string; readonly contact: string } | null;
};

/** Where a thing comes from. */
export type Origin<G> = { readonly group: G | null; readonly reason: string };

/** What holds for a host, each with its origin. */
export type Effective<G extends InheritableGroup> = {
  readonly runbook: Origin<G>;
  readonly on_call: Origin<G>;
  readonly sla: Readonly<Record<Severity, Origin<G> & { readonly minutes: number }>>;
};

/** Smaller priority first, then name, then id: the order in which groups are asked. */
export function compareGroups(a: InheritableGroup, b: InheritableGroup): number {
  if (a.priority !== b.priority) return a.priority - b.priority;
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** Asks the groups of one host; what none gives is the tenant's, then the default. */
export function inherit<G extends InheritableGroup>(
  groups: readonly G[],
  tenantSla: Partial<Readonly<Record<Severity, number>>>,
): Effective<G> {
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
  const sla = Object.fromEntries(
    SEVERITIES.map((severity) => {
      const found = origin(
        `a time for ${severity} alerts`,
        (group) => group.sla_resolve_minutes[severity] !== undefined,
      );
      const inherited = found.group?.sla_resolve_minutes[severity];
      if (inherited !== undefined) return [severity, { ...found, minutes: inherited }];
      const own = tenantSla[severity];
      const reason = own === undefined ? 'The default of the hub.' : 'The time of the tenant.';
      return [
        severity,
        { group: null, minutes: own ?? DEFAULT_SLA_MINUTES[severity], reason: `${found.reason} ${reason}` },
      ];
    }),
  ) as Record<Severity, Origin<G> & { minutes: number }>;
  return {
    runbook: origin('a runbook', (group) => group.has_runbook),
    on_call: origin('somebody on call', (group) => group.on_call !== null),
    sla,
  };
}
