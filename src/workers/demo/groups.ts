/** The clients' groups: their rules, what their hosts inherit, and since when there are such groups. */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { DemoRow } from '../../db/demo.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import type { InheritableGroup } from '../../domain/groupInheritance.ts';
import type { SlaPolicy } from '../../domain/slaPolicy.ts';
import { matches, type TagRule } from '../../domain/tagRule.ts';
import { VERSION } from '../../domain/version.ts';
import type { DemoEvent } from './audit.ts';
import { type HostFacts } from './facts.ts';
import type { DemoFile } from './file.ts';
import { DAY_MS, iso } from './moments.ts';
import type { DemoOnCall } from './onCall.ts';
import type { DemoPolicies } from './sla.ts';

type Runbook = 'production' | 'databases' | 'web' | 'backups' | 'old-kernels' | 'staging';

type GroupStory = {
  /** Slug of the client. */
  readonly of: string;
  readonly name: string;
  readonly rule: TagRule;
  readonly runbook: Runbook;
  /** None: that of the tenant. */
  readonly policy?: keyof DemoPolicies;
  readonly rota?: keyof DemoOnCall['scheduleIds'];
  readonly escalation?: keyof DemoOnCall['policyIds'];
};

/** The rule of docs/groups.md. */
const PRODUCTION_EU: TagRule = { all_of: [{ tag: 'production' }, { tag: 'eu-west-1' }] };
const DATABASES: TagRule = { hostname: 'db-prod-*' };
const STAGING: TagRule = { all_of: [{ any_of: [{ tag: 'staging' }, { hostname: 'ci-*' }] }, { none_of: [DATABASES] }] };

/**
 * In the order in which they are asked. Office hours hold only where no alert is open as the demonstration begins, so
 * that the cockpit looks the same on every day of the week. Three clients have no group.
 */
const GROUPS: readonly GroupStory[] = [
  { of: 'acme', name: 'Databases', rule: DATABASES, runbook: 'databases', policy: 'gold', escalation: 'databases' },
  { of: 'acme', name: 'Production EU West', rule: PRODUCTION_EU, runbook: 'production', rota: 'primary' },
  {
    of: 'acme',
    name: 'Old kernels',
    rule: { any_of: [{ kernel: '<5.11' }, { all_of: [{ os: 'ubuntu' }, { kernel: '<5.15.100' }] }] },
    runbook: 'old-kernels',
  },
  { of: 'globex', name: 'Databases', rule: DATABASES, runbook: 'databases', policy: 'gold', escalation: 'databases' },
  {
    of: 'globex',
    name: 'Production EU West',
    rule: PRODUCTION_EU,
    runbook: 'production',
    policy: 'standard',
    rota: 'primary',
  },
  { of: 'globex', name: 'Staging', rule: STAGING, runbook: 'staging', rota: 'desk' },
  { of: 'initech', name: 'Build hosts', rule: STAGING, runbook: 'staging', rota: 'desk' },
  {
    of: 'northwind',
    name: 'Shop',
    rule: { any_of: [{ hostname: 'web-*' }, { hostname: 'app-*' }, { tag: 'edge' }] },
    runbook: 'web',
    policy: 'gold',
    rota: 'primary',
  },
  { of: 'northwind', name: 'Backups', rule: { tag: 'backup' }, runbook: 'backups', rota: 'desk' },
  {
    of: 'contoso',
    name: 'Patient data',
    rule: { all_of: [{ tag: 'production' }, { any_of: [{ tag: 'db' }, { tag: 'backup' }] }] },
    runbook: 'databases',
    policy: 'gold',
    rota: 'primary',
    escalation: 'databases',
  },
  { of: 'fabrikam', name: 'Production EU West', rule: PRODUCTION_EU, runbook: 'production', rota: 'primary' },
  { of: 'tailspin', name: 'Booking site', rule: { hostname: 'web-*' }, runbook: 'web', policy: 'standard' },
  { of: 'lakeside', name: 'Patient data', rule: DATABASES, runbook: 'databases', policy: 'gold', rota: 'primary' },
  {
    of: 'harbour',
    name: 'Core banking',
    rule: { tag: 'production' },
    runbook: 'production',
    policy: 'gold',
    rota: 'primary',
    escalation: 'databases',
  },
  { of: 'harbour', name: 'Staging', rule: STAGING, runbook: 'staging', policy: 'office', rota: 'desk' },
];

/**
 * Asked after the groups that a visitor makes, which have 100 unless one says otherwise: those of the demonstration
 * never stand in their way.
 */
const FIRST_PRIORITY = 200;
const FIRST_DAYS_AGO = 260;

/** A group with its ids. `author` is the place of a person. */
export type DemoGroup = GroupStory & {
  readonly id: string;
  readonly tenantId: string;
  readonly priority: number;
  readonly createdMs: number;
  readonly author: number;
  readonly markdown: string;
};

/** Every group of the demonstration; all were made after the last of their hosts had come. */
export async function demoGroups(file: DemoFile, nowMs: number): Promise<readonly DemoGroup[]> {
  return Promise.all(
    GROUPS.map(async (story, place) => ({
      ...story,
      id: randomUUID(),
      tenantId: file.tenants.find(({ slug }) => slug === story.of)?.id as string,
      priority: FIRST_PRIORITY + 10 * place,
      createdMs: nowMs - (FIRST_DAYS_AGO - 7 * place) * DAY_MS,
      author: 1 + (place % 3),
      markdown: await readFile(new URL(`runbooks/${story.runbook}.md`, import.meta.url), 'utf8'),
    })),
  );
}

/** What the groups refer to. */
export type GroupTargets = { readonly policies: DemoPolicies; readonly onCall: DemoOnCall };

function definition(group: DemoGroup, { policies, onCall }: GroupTargets): { readonly [key: string]: Json } {
  return {
    name: group.name,
    rule: group.rule,
    priority: group.priority,
    sla_policy_id: group.policy === undefined ? null : policies[group.policy].id,
    sla_resolve_minutes: {},
    on_call: null,
    on_call_schedule_id: group.rota === undefined ? null : onCall.scheduleIds[group.rota],
    escalation_policy_id: group.escalation === undefined ? null : onCall.policyIds[group.escalation],
  };
}

/** The rows of the groups, still without members, and of their runbooks. */
export function groupRows(
  file: DemoFile,
  groups: readonly DemoGroup[],
  targets: GroupTargets,
): { readonly groups: readonly DemoRow[]; readonly runbooks: readonly DemoRow[] } {
  return {
    groups: groups.map((group) => ({
      id: group.id,
      tenant_id: group.tenantId,
      ...definition(group, targets),
      runbook_version: 1,
      has_runbook: true,
      created_at: iso(group.createdMs),
      updated_at: iso(group.createdMs),
    })),
    runbooks: groups.map((group) => ({
      tenant_id: group.tenantId,
      group_id: group.id,
      version: 1,
      markdown: group.markdown,
      author_email: file.users[group.author]?.email as string,
      created_at: iso(group.createdMs),
    })),
  };
}

/** What the audit log says of their making; who came in is recorded by the pass itself. */
export function groupEvents(groups: readonly DemoGroup[], targets: GroupTargets): readonly DemoEvent[] {
  return groups.map((group) => ({
    atMs: group.createdMs,
    tenantId: group.tenantId,
    type: 'group_created',
    actor: group.author,
    data: { group_id: group.id, runbook_version: 1, ...definition(group, targets) },
  }));
}

/** What a host inherited from, for alerts that opened since. */
export function groupsOfHost(
  groups: readonly DemoGroup[],
  tenantId: string,
  host: HostFacts,
  { policies, onCall }: GroupTargets,
): readonly InheritableGroup[] {
  const kernel = host.kernels.at(-1);
  const facts = {
    hostname: host.hostname,
    tags: host.tags,
    os_id: host.distribution.os_id,
    os_name: host.distribution.os_name,
    kernel_release: kernel?.release ?? null,
    kernel_upstream: kernel?.upstream ?? null,
    agent_version: VERSION,
  };
  return groups
    .filter((group) => group.tenantId === tenantId && matches(group.rule, facts))
    .map((group) => ({
      id: group.id,
      name: group.name,
      priority: group.priority,
      runbook_version: 1,
      has_runbook: true,
      sla_policy: group.policy === undefined ? null : (policies[group.policy] satisfies SlaPolicy),
      sla_resolve_minutes: {},
      on_call: null,
      on_call_schedule_id: group.rota === undefined ? null : onCall.scheduleIds[group.rota],
    }));
}
