/** Dynamic groups: their rules, members and runbooks, and what a host inherits (docs/groups.md). */

import { z } from 'zod';
import { findAgent } from '../../db/agents.ts';
import { findPolicy } from '../../db/escalationPolicies.ts';
import { applyMembership, previewRow, previewRule } from '../../db/groupMembership.ts';
import {
  archiveGroup,
  findGroup,
  findGroupTenant,
  findRunbook,
  type GroupDefinition,
  type GroupRow,
  groupRow,
  insertGroup,
  isNameTaken,
  listGroups,
  listGroupsOfHost,
  listMemberIds,
  listMembers,
  listRunbookVersions,
  lockGroups,
  memberRow,
  putRunbook,
  runbookVersionRow,
  updateGroup,
} from '../../db/groups.ts';
import { findSchedule } from '../../db/onCall.ts';
import type { AnyTx } from '../../db/scope.ts';
import { followMembers, restartClocks } from '../../db/slaClocks.ts';
import { findSlaPolicy, getTenantSla } from '../../db/slaPolicies.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { type InheritableGroup, inherit, type Origin } from '../../domain/groupInheritance.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { SEVERITIES } from '../../domain/severity.ts';
import { slaPolicy } from '../../domain/slaPolicy.ts';
import { tagRule } from '../../domain/tagRule.ts';
import { page, pageQuery, readPage } from '../cursor.ts';
import { renderMarkdown } from '../markdown.ts';
import { type OnCallDesk, onCallPerson, openOnCallDesk } from '../onCallDesk.ts';
import { inTenant, inTenantOf, readScope, requireTenantId } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { runbookUrl } from '../runbookUrl.ts';

/** Groups of one tenant; each is looked at whenever one of its hosts changes. */
const MAX_GROUPS_PER_TENANT = 200;
const MAX_RUNBOOK_CHARACTERS = 200_000;
const DEFAULT_PRIORITY = 100;

const params = z.object({ id: z.uuid() });
const minutes = z.partialRecord(z.enum(SEVERITIES), z.int().min(1).max(525_600));
const onCall = z.strictObject({ name: z.string().trim().min(1).max(200), contact: z.string().trim().min(1).max(200) });
const runbookText = z.string().max(MAX_RUNBOOK_CHARACTERS);

const decided = {
  name: z.string().trim().min(1).max(200),
  rule: tagRule,
  priority: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(DEFAULT_PRIORITY)
    .describe('of several groups of a host the smallest number is asked first, then the name'),
  sla_policy_id: z.uuid().nullable().default(null).describe('an SLA policy of the MSP (docs/sla.md)'),
  sla_resolve_minutes: minutes
    .default({})
    .describe('minutes to resolve, by severity, instead of the policy’s; those left out follow it, or the next group'),
  on_call: onCall.nullable().default(null).describe('a text, for whoever has no schedule'),
  on_call_schedule_id: z.uuid().nullable().default(null).describe('an on-call schedule of the MSP (docs/on-call.md)'),
  escalation_policy_id: z.uuid().nullable().default(null).describe('an escalation policy of the MSP'),
};

/** In answers the rule is what was sent. */
const group = groupRow.extend({
  rule: z.record(z.string(), z.json()).describe('see docs/groups.md'),
  runbook_url: z.string().nullable(),
});

function present(row: GroupRow): z.input<typeof group> {
  return { ...row, rule: row.rule as unknown as z.input<typeof group>['rule'], runbook_url: runbookUrl(row) };
}

async function existing(tx: AnyTx, id: string): Promise<GroupRow> {
  const row = await findGroup(tx, id);
  if (row === null) throw new RefusedError('not_found');
  return row;
}

function nameTaken(name: string): RefusedError {
  return new RefusedError('conflict', `This tenant has a group called "${name}" already.`);
}

/** A schedule or policy that the caller does not see is none. */
async function requireOnCall(tx: AnyTx, group: GroupDefinition): Promise<void> {
  const { on_call_schedule_id, escalation_policy_id } = group;
  if (on_call_schedule_id !== null && (await findSchedule(tx, on_call_schedule_id)) === null)
    throw new RefusedError('not_found', 'There is no such on-call schedule.');
  if (escalation_policy_id !== null && (await findPolicy(tx, escalation_policy_id)) === null)
    throw new RefusedError('not_found', 'There is no such escalation policy.');
}

/** What a group says about the SLA of its hosts, and how early it is asked; empty when it says nothing. */
function slaWords({ priority, name, sla_policy_id, sla_resolve_minutes }: GroupDefinition): string {
  if (sla_policy_id === null && Object.keys(sla_resolve_minutes).length === 0) return '';
  return JSON.stringify([priority, name, sla_policy_id, SEVERITIES.map((severity) => sla_resolve_minutes[severity])]);
}

/** A policy that the caller does not see is none. */
async function requirePolicy(tx: AnyTx, policyId: string | null): Promise<void> {
  if (policyId !== null && (await findSlaPolicy(tx, policyId)) === null) throw new RefusedError('sla_policy_unknown');
}

const cursorKey = z.object({ priority: z.int(), name: z.string(), id: z.uuid() });

const list = defineRoute({
  method: 'get',
  path: '/groups',
  tag: 'Groups',
  summary: 'Groups in the order in which they are asked',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  query: pageQuery.extend({ tenant_id: z.uuid().optional() }),
  output: page(group),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const { items, next_cursor } = await readPage(
      query,
      cursorKey,
      (slice) => readScope(ctx, (tx, tenantId) => listGroups(tx, { tenantId, ...slice }), query.tenant_id),
      ({ priority, name, id }) => ({ priority, name, id }),
    );
    return { items: items.map(present), next_cursor };
  },
});

const create = defineRoute({
  method: 'post',
  path: '/groups',
  tag: 'Groups',
  summary: 'Make a group; the hosts that match are in it at once',
  auth: { kind: 'user', permission: 'groups.write' },
  tenantScoped: true,
  body: z.strictObject({ tenant_id: z.uuid().optional(), ...decided, runbook_md: runbookText.default('') }),
  output: group,
  status: 201,
  refusals: ['not_found', 'conflict', 'sla_policy_unknown'],
  handle: async (ctx) => {
    const { tenant_id, runbook_md, ...definition } = ctx.body;
    const tenantId = requireTenantId(ctx.principal, tenant_id);
    return inTenant(ctx, tenantId, async (tx) => {
      const others = await lockGroups(tx, tenantId);
      if (others.length >= MAX_GROUPS_PER_TENANT)
        throw new RefusedError('conflict', `A tenant has at most ${MAX_GROUPS_PER_TENANT} groups; archive one.`);
      await requirePolicy(tx, definition.sla_policy_id);
      await requireOnCall(tx, definition);
      const made = await insertGroup(tx, tenantId, definition);
      if (made === null) throw nameTaken(definition.name);
      const version = await putRunbook(tx, made, runbook_md, ctx.principal.email);
      await applyMembership(tx, { id: tenantId, mspId: ctx.principal.mspId }, [made], () =>
        recordAct(tx, ctx.principal, tenantId, 'group_created', {
          group_id: made.id,
          runbook_version: version,
          ...(definition as unknown as { [key: string]: Json }),
        }),
      );
      return present(await existing(tx, made.id));
    });
  },
});

const get = defineRoute({
  method: 'get',
  path: '/groups/:id',
  tag: 'Groups',
  summary: 'One group with the text of its runbook',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  params,
  output: group.extend({ runbook_md: z.string() }),
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const row = await existing(tx, ctx.params.id);
      const runbook = await findRunbook(tx, row, row.runbook_version);
      return { ...present(row), runbook_md: runbook?.markdown ?? '' };
    }),
});

const replace = defineRoute({
  method: 'put',
  path: '/groups/:id',
  tag: 'Groups',
  summary: 'Replace a group; its members follow at once',
  description: 'Another `runbook_md` becomes the next version; left out, the runbook stays as it is.',
  auth: { kind: 'user', permission: 'groups.write' },
  tenantScoped: true,
  params,
  body: z.strictObject({ ...decided, runbook_md: runbookText.optional() }),
  output: group,
  refusals: ['not_found', 'conflict', 'sla_policy_unknown'],
  handle: async (ctx) => {
    const { runbook_md, ...definition } = ctx.body;
    return inTenantOf(
      ctx,
      (tx) => findGroupTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const before = (await lockGroups(tx, tenantId)).find(({ id }) => id === ctx.params.id);
        if (before === undefined) throw new RefusedError('not_found');
        if (await isNameTaken(tx, tenantId, definition.name, before.id)) throw nameTaken(definition.name);
        await requirePolicy(tx, definition.sla_policy_id);
        await requireOnCall(tx, definition);
        const members = await listMemberIds(tx, before);
        await updateGroup(tx, tenantId, before.id, definition);
        const version =
          runbook_md === undefined
            ? before.runbook_version
            : await putRunbook(tx, before, runbook_md, ctx.principal.email);
        // Those who come or go are followed below, by what the group says now.
        if (slaWords(before) !== slaWords(definition)) await restartClocks(tx, tenantId, members);
        const now = { ...before, ...definition };
        await applyMembership(tx, { id: tenantId, mspId: ctx.principal.mspId }, [now], () =>
          recordAct(tx, ctx.principal, tenantId, 'group_changed', {
            group_id: before.id,
            runbook_version: version,
            ...(definition as unknown as { [key: string]: Json }),
          }),
        );
        return present(await existing(tx, before.id));
      },
    );
  },
});

const archive = defineRoute({
  method: 'delete',
  path: '/groups/:id',
  tag: 'Groups',
  summary: 'Take a group out of use; hosts inherit nothing from it any more',
  auth: { kind: 'user', permission: 'groups.write' },
  tenantScoped: true,
  params,
  status: 204,
  refusals: ['not_found'],
  handle: async (ctx) => {
    await inTenantOf(
      ctx,
      (tx) => findGroupTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const before = (await lockGroups(tx, tenantId)).find(({ id }) => id === ctx.params.id);
        if (before === undefined) throw new RefusedError('not_found');
        const members = await listMemberIds(tx, before);
        await archiveGroup(tx, tenantId, before.id);
        if (slaWords(before) !== '') await restartClocks(tx, tenantId, members);
        await followMembers(
          tx,
          tenantId,
          members.map((agent_id) => ({ group_id: before.id, agent_id })),
        );
        await recordAct(tx, ctx.principal, tenantId, 'group_archived', {
          group_id: before.id,
          name: before.name,
          member_count: before.member_count,
        });
      },
    );
    return undefined;
  },
});

const memberKey = z.object({ hostname: z.string(), id: z.uuid() });

const members = defineRoute({
  method: 'get',
  path: '/groups/:id/members',
  tag: 'Groups',
  summary: 'Hosts of a group by name',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  params,
  query: pageQuery,
  output: page(memberRow),
  refusals: ['not_found'],
  handle: (ctx) =>
    readPage(
      ctx.query,
      memberKey,
      (slice) => readScope(ctx, async (tx) => listMembers(tx, await existing(tx, ctx.params.id), slice)),
      ({ hostname, id }) => ({ hostname, id }),
    ),
});

const PREVIEW_HOSTS = 200;

const preview = defineRoute({
  method: 'post',
  path: '/groups/preview',
  tag: 'Groups',
  summary: 'Who would match a rule; changes nothing',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  body: z.strictObject({ tenant_id: z.uuid().optional(), rule: tagRule }),
  output: z.object({
    total: z.int(),
    items: z.array(previewRow.omit({ total: true })).describe(`the first ${PREVIEW_HOSTS} by name`),
  }),
  status: 200,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const tenantId = requireTenantId(ctx.principal, ctx.body.tenant_id);
    const rows = await inTenant(ctx, tenantId, (tx) => previewRule(tx, tenantId, ctx.body.rule, PREVIEW_HOSTS));
    return { total: rows[0]?.total ?? 0, items: [...rows] };
  },
});

const versions = defineRoute({
  method: 'get',
  path: '/groups/:id/runbook-versions',
  tag: 'Groups',
  summary: 'Versions of a runbook, newest first',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  params,
  query: pageQuery,
  output: page(runbookVersionRow),
  refusals: ['not_found'],
  handle: (ctx) =>
    readPage(
      ctx.query,
      z.object({ version: z.int() }),
      ({ after, limit }) =>
        readScope(ctx, async (tx) =>
          listRunbookVersions(tx, await existing(tx, ctx.params.id), { before: after?.version ?? null, limit }),
        ),
      ({ version }) => ({ version }),
    ),
});

const runbook = defineRoute({
  method: 'get',
  path: '/groups/:id/runbook',
  tag: 'Groups',
  summary: 'The runbook, as it was written or as HTML',
  description:
    'HTML has no script, style, form or picture in it: raw HTML of the text stays text, pictures become links.',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  params,
  query: z.object({
    format: z.enum(['html', 'md']).default('md'),
    version: z.coerce.number().int().min(1).optional().describe('default: the present one'),
  }),
  produces: ['text/markdown', 'text/html'],
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { format, version } = ctx.query;
    const found = await readScope(ctx, async (tx) => {
      const row = await existing(tx, ctx.params.id);
      return findRunbook(tx, row, version ?? row.runbook_version);
    });
    if (found === null && version !== undefined) throw new RefusedError('not_found', 'There is no such version.');
    const markdown = found?.markdown ?? '';
    return new Response(format === 'html' ? renderMarkdown(markdown) : markdown, {
      headers: {
        'content-type': `text/${format === 'html' ? 'html' : 'markdown'}; charset=utf-8`,
        'cache-control': 'private, no-cache',
        'x-runbook-version': String(found?.version ?? 0),
      },
    });
  },
});

const origin = z.object({
  group: z.object({ id: z.uuid(), name: z.string(), priority: z.int() }).nullable(),
  reason: z.string(),
});

function presentOrigin({ group: from, reason }: Origin<InheritableGroup>): z.input<typeof origin> {
  return { group: from && { id: from.id, name: from.name, priority: from.priority }, reason };
}

/** Who is on call now. The origin stays the group's, unless it has nobody and the default schedule has. */
function presentOnCall(from: Origin<InheritableGroup>, desk: OnCallDesk) {
  const found = desk(from.group);
  if (found.from !== 'default') return { ...presentOrigin(from), now: found.now };
  const why = from.group === null ? from.reason : `"${from.group.name}" has nobody on call now.`;
  return { group: null, reason: `${why} The default schedule of the MSP.`, now: found.now };
}

const effective = defineRoute({
  method: 'get',
  path: '/agents/:id/effective',
  tag: 'Groups',
  summary: 'What a host inherits from its groups, and why',
  auth: { kind: 'user', permission: 'groups.read' },
  tenantScoped: true,
  params,
  output: z.object({
    groups: z.array(
      z.object({ id: z.uuid(), name: z.string(), priority: z.int(), runbook_url: z.string().nullable() }),
    ),
    runbook: origin.extend({ version: z.int().nullable(), url: z.string().nullable() }),
    sla_policy: origin.extend(slaPolicy.shape),
    sla: z
      .record(z.enum(SEVERITIES), origin.extend({ resolve_minutes: z.int(), acknowledge_minutes: z.int() }))
      .describe(
        'group and reason are those of resolve_minutes; acknowledge_minutes come with the policy, but are never longer',
      ),
    on_call: origin.extend({ now: onCallPerson.nullable() }),
  }),
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const agent = await findAgent(tx, ctx.params.id);
      if (agent === null) throw new RefusedError('not_found');
      const groups = await listGroupsOfHost(tx, { tenantId: agent.tenant_id, agentId: agent.id });
      const { runbook: book, on_call, sla_policy, sla } = inherit(groups, await getTenantSla(tx, agent.tenant_id));
      const desk = await openOnCallDesk(tx, ctx.principal, [on_call.group], ctx.deps.now());
      const slaOf = (severity: (typeof SEVERITIES)[number]) => ({
        ...presentOrigin(sla[severity]),
        resolve_minutes: sla[severity].resolve_minutes,
        acknowledge_minutes: sla[severity].acknowledge_minutes,
      });
      return {
        groups: groups.map((each) => ({
          id: each.id,
          name: each.name,
          priority: each.priority,
          runbook_url: runbookUrl(each),
        })),
        runbook: {
          ...presentOrigin(book),
          version: book.group?.runbook_version ?? null,
          url: book.group && runbookUrl(book.group),
        },
        sla_policy: { ...presentOrigin(sla_policy), ...sla_policy.policy },
        sla: {
          critical: slaOf('critical'),
          high: slaOf('high'),
          medium: slaOf('medium'),
          low: slaOf('low'),
          info: slaOf('info'),
        },
        on_call: presentOnCall(on_call, desk),
      };
    }),
});

/** Routes of groups; what ends a group comes last. */
export const groupRoutes = [list, create, preview, get, replace, members, versions, runbook, effective, archive];
