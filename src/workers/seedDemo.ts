/**
 * Fills an empty database with the demonstration: `node src/workers/seedDemo.ts --file demo-secrets.json` with
 * DATABASE_URL of the owner and MONSYS_SEAL_KEY. Ends when done; a second run changes nothing.
 */

import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { loadBundledFeeds } from '../activities/feeds.ts';
import { issueDueInvoice } from '../activities/invoices.ts';
import { createDefaultRules } from '../db/alertRules.ts';
import { closeBillingMonth } from '../db/billing.ts';
import {
  acknowledgeDemoAlerts,
  backdateDemoMembers,
  type DemoRow,
  DemoSeedError,
  type DemoTable,
  insertDemoDeliveries,
  insertDemoRows,
  listCveTimelines,
  renumberDemoAlerts,
  seedOnce,
  type ToldEvent,
  takeRecordedEvents,
} from '../db/demo.ts';
import { applyMembership } from '../db/groupMembership.ts';
import { lockGroups } from '../db/groups.ts';
import { listDueInvoices } from '../db/invoicing.ts';
import { openPool } from '../db/pool.ts';
import type { SystemTx } from '../db/scope.ts';
import { syncKernelCves } from '../db/vulnerabilities.ts';
import { bytesToHex } from '../domain/bytes.ts';
import { readOperatorInvoicing } from '../domain/invoicing.ts';
import { monthBounds } from '../domain/pack.ts';
import { isAllowed, PERMISSION_NAMES } from '../domain/permissions.ts';
import { tokenHash } from '../domain/token.ts';
import { businessIds } from '../platform/businessIds.ts';
import { DEMO_OPERATOR } from '../platform/embedded/demoOperator.ts';
import { webhookSealKey } from '../platform/embedded/secrets.ts';
import { hashPassword } from '../platform/passwordHash.ts';
import { createSeal, type Seal } from '../platform/seal.ts';
import { newTotpSecret, totpSealContext } from '../platform/totpCode.ts';
import { auditRows, type DemoEvent } from './demo/audit.ts';
import { demoFacts, type HostFacts, type TenantFacts } from './demo/facts.ts';
import { type DemoFile, DemoFileError, newDemoFile, readDemoFile, writeDemoFile } from './demo/file.ts';
import { DEMO_PEOPLE } from './demo/fleet.ts';
import { type DemoGroup, demoGroups, type GroupTargets, groupEvents, groupRows, groupsOfHost } from './demo/groups.ts';
import { CLOSED_MONTHS, dailyCountRows, invoicingRows } from './demo/invoicing.ts';
import { maintenanceRows } from './demo/maintenance.ts';
import { DAY_MS, HOUR_MS, iso, monthBefore } from './demo/moments.ts';
import { demoOnCall } from './demo/onCall.ts';
import { handoverContactRows, integrationTokenRows, invitation, sessionRows, visitRows } from './demo/people.ts';
import { quorumRows } from './demo/quorum.ts';
import * as records from './demo/records.ts';
import { pastScores } from './demo/scores.ts';
import { demoPolicies, policyRows } from './demo/sla.ts';
import { demoWebhook } from './demo/webhook.ts';

/** Alerts are numbered as if there had been this many before the three months of the story. */
const EARLIER_ALERTS = 780;
/** Above the numbers that the matching of kernels hands out; the final ones follow. */
const UNNUMBERED = 100_000;
const YEAR_MS = 365 * DAY_MS;
/** After the end of a month until its invoices are out. */
const CLOSING_MS = 3 * HOUR_MS;

/** What seals the secrets that the rows hold. */
type DemoSeals = { readonly totp: Seal; readonly webhooks: Seal };

/** Everybody with their proofs and tokens; gives the ids of the tokens, in the order of the people. */
async function insertPeople(tx: SystemTx, file: DemoFile, seal: Seal, nowMs: number): Promise<readonly string[]> {
  const hashes = await Promise.all(file.users.map((user) => hashPassword(user.password)));
  await insertDemoRows(
    tx,
    'users',
    file.users.map((user, index) => ({
      id: user.id,
      msp_id: file.msp.id,
      tenant_id: user.tenant_id ?? null,
      email: user.email,
      name: DEMO_PEOPLE[index]?.name as string,
      role: user.role,
      password_hash: hashes[index] as string,
      totp_secret_sealed: `\\x${seal.seal(Buffer.from(user.totp_secret), totpSealContext(user.id)).toString('hex')}`,
      totp_confirmed_at: iso(nowMs),
      is_active: true,
      expires_at: user.role === 'auditor' ? iso(nowMs + 90 * DAY_MS) : null,
      created_at: iso(nowMs - 3 * YEAR_MS),
    })),
  );
  const tokenIds = file.users.map(() => randomUUID());
  await insertDemoRows(
    tx,
    'api_tokens',
    file.users.map((user, index) => ({
      id: tokenIds[index] as string,
      token_hash: `\\x${bytesToHex(tokenHash(user.api_token))}`,
      user_id: user.id,
      msp_id: file.msp.id,
      tenant_id: user.tenant_id ?? null,
      name: 'demonstration',
      scopes: PERMISSION_NAMES.filter((permission) => isAllowed(permission, user.role, null)),
      expires_at: iso(nowMs + YEAR_MS),
    })),
  );
  return tokenIds;
}

/** Lets every host show its kernels in the order of time, so that CVEs and their alerts open and close as they would have. */
async function matchKernels(tx: SystemTx, file: DemoFile, facts: readonly TenantFacts[]): Promise<void> {
  const sightings = facts.flatMap((tenant, index) =>
    tenant.hosts.flatMap((host) =>
      host.kernelsAt.map(({ kernel, atMs }) => ({ index, host: host.index, kernel, atMs })),
    ),
  );
  for (const { index, host, kernel, atMs } of sightings.toSorted((a, b) => a.atMs - b.atMs)) {
    if (kernel.upstream === null) continue;
    await syncKernelCves(tx, {
      tenantId: file.tenants[index]?.id as string,
      agentId: file.agents[host]?.id as string,
      kernelUpstream: kernel.upstream,
      at: iso(atMs),
    });
  }
}

async function insertScores(tx: SystemTx, file: DemoFile, facts: readonly TenantFacts[], nowMs: number): Promise<void> {
  const timelines = await listCveTimelines(tx);
  for (const [index, tenant] of facts.entries()) {
    const tenantId = file.tenants[index]?.id as string;
    const spans = timelines
      .filter((timeline) => timeline.tenant_id === tenantId)
      .map((timeline) => ({
        kev: timeline.kev,
        fromMs: Date.parse(timeline.detected_at),
        toMs: timeline.patched_at === null ? null : Date.parse(timeline.patched_at),
        hostCves: timeline.host_cves,
      }));
    await insertDemoRows(tx, 'trust_scores', records.scoreRows(tenantId, pastScores(tenantId, tenant, spans, nowMs)));
  }
}

/** Requests for approval and what came of them; their tokens are among the others. */
async function insertQuorums(tx: SystemTx, file: DemoFile, facts: readonly TenantFacts[]): Promise<void> {
  const rows = facts.map((tenant, index) => quorumRows(file, file.tenants[index]?.id as string, tenant.quorums));
  const of = (table: keyof ReturnType<typeof quorumRows>): readonly DemoRow[] => rows.flatMap((its) => its[table]);
  await insertDemoRows(tx, 'quorum_requests', of('requests'));
  await insertDemoRows(tx, 'quorum_targets', of('targets'));
  await insertDemoRows(tx, 'quorum_decisions', of('decisions'));
  await insertDemoRows(tx, 'quorum_fires', of('fires'));
  await insertDemoRows(tx, 'eat_orders', of('orders'));
}

/** Closes the months before this one, as the nights after them would have, and makes their invoices. */
async function closeMonths(tx: SystemTx, file: DemoFile, nowMs: number): Promise<void> {
  const rows = invoicingRows(file, nowMs);
  await insertDemoRows(tx, 'msp_invoicing', rows.msp);
  await insertDemoRows(tx, 'tenant_invoicing', rows.tenants);
  await insertDemoRows(tx, 'price_lists', rows.prices);
  const operator = readOperatorInvoicing(DEMO_OPERATOR, businessIds);
  for (let back = CLOSED_MONTHS; back >= 1; back -= 1) {
    const month = monthBefore(nowMs, back);
    const bounds = monthBounds(month);
    await closeBillingMonth(tx, { month, ...bounds });
    const issuedOn = bounds.until.slice(0, 10);
    for (const due of await listDueInvoices(tx)) await issueDueInvoice(tx, { due, issuedOn, operator });
  }
}

/** Makes the groups and lets the product's own pass say who is in them. */
async function insertGroups(
  tx: SystemTx,
  file: DemoFile,
  groups: readonly DemoGroup[],
  targets: GroupTargets,
): Promise<void> {
  const rows = groupRows(file, groups, targets);
  await insertDemoRows(tx, 'groups', rows.groups);
  await insertDemoRows(tx, 'group_runbooks', rows.runbooks);
  for (const [tenantId, its] of Map.groupBy(groups, (group) => group.tenantId)) {
    await lockGroups(tx, tenantId);
    await applyMembership(
      tx,
      { id: tenantId, mspId: file.msp.id },
      its.map(({ id, name, rule }) => ({ id, tenant_id: tenantId, name, rule })),
    );
  }
  await backdateDemoMembers(tx);
}

/** When the hub would have recorded by itself what it recorded while the story was told. */
function timeOf(event: ToldEvent, groups: readonly DemoGroup[], nowMs: number): number {
  const { month, group_id } = event.event_data;
  if (typeof month === 'string') return Math.min(Date.parse(monthBounds(month).until) + CLOSING_MS, nowMs);
  const group = groups.find(({ id }) => id === group_id);
  if (group === undefined) throw new RangeError(`the story has no time for ${event.event_type}`);
  return group.createdMs;
}

/** Tells the whole story into the transaction. */
export async function insertDemo(tx: SystemTx, file: DemoFile, seals: DemoSeals, nowMs: number): Promise<void> {
  const facts = demoFacts(nowMs);
  const insertPerTenant = (
    table: DemoTable,
    rowsOf: (file: DemoFile, tenantId: string, tenant: TenantFacts, nowMs: number) => readonly DemoRow[],
  ): Promise<void> =>
    insertDemoRows(
      tx,
      table,
      facts.flatMap((tenant, index) => rowsOf(file, file.tenants[index]?.id as string, tenant, nowMs)),
    );
  await insertDemoRows(tx, 'msps', [{ ...file.msp, created_at: iso(nowMs - 3 * YEAR_MS) }]);
  await insertDemoRows(
    tx,
    'tenants',
    file.tenants.map((tenant, index) => ({
      ...tenant,
      msp_owner: file.msp.id,
      is_demo: true,
      created_at: iso(facts[index]?.createdMs as number),
    })),
  );
  const apiTokenIds = await insertPeople(tx, file, seals.totp, nowMs);
  const policies = demoPolicies(nowMs);
  const onCall = demoOnCall(file, nowMs);
  const targets: GroupTargets = { policies, onCall };
  const groups = await demoGroups(file, nowMs);
  await insertDemoRows(tx, 'sla_policies', policyRows(file.msp.id, policies));
  await insertDemoRows(tx, 'on_call_schedules', onCall.schedules);
  await insertDemoRows(tx, 'on_call_overrides', onCall.overrides);
  await insertDemoRows(
    tx,
    'enrolment_tokens',
    file.real_agents.map((agent) => ({
      tenant_id: agent.tenant_id,
      token_hash: `\\x${bytesToHex(tokenHash(agent.enrolment_token))}`,
      name: `demonstration: ${agent.hostname}`,
      default_tags: agent.tags,
      max_uses: 5,
      uses: 0,
      expires_at: iso(nowMs + 10 * YEAR_MS),
    })),
  );
  for (const tenant of file.tenants) await createDefaultRules(tx, tenant.id);
  await insertPerTenant('agents', records.agentRows);
  await insertPerTenant('inventories', records.inventoryRows);
  await insertPerTenant('metric_samples', records.metricRows);
  await insertPerTenant('security_findings', records.findingRows);
  await insertPerTenant('baseline_files', records.baselineRows);
  await insertPerTenant('kernel_changes', records.kernelChangeRows);
  await matchKernels(tx, file, facts);
  await acknowledgeDemoAlerts(tx, file.users[1]?.id as string);
  const sla = {
    default_policy: policies.standard,
    groupsOf: (tenantId: string, host: HostFacts) => groupsOfHost(groups, tenantId, host, targets),
  };
  await insertPerTenant('alerts', (_, id, tenant) => records.alertRows(file, id, tenant, sla, UNNUMBERED));
  await renumberDemoAlerts(tx, EARLIER_ALERTS);
  await insertQuorums(tx, file, facts);
  await insertPerTenant('eats', records.eatRows);
  await insertPerTenant('audit_packs', records.packRows);
  await insertScores(tx, file, facts, nowMs);
  // After every alert: only those that open from now on are escalated.
  await insertDemoRows(tx, 'escalation_policies', onCall.policies);
  await insertGroups(tx, file, groups, targets);
  const windows = maintenanceRows(file, groups, nowMs);
  await insertDemoRows(tx, 'maintenance_windows', windows.windows);
  await insertDemoRows(tx, 'maintenance_periods', windows.periods);
  const webhook = demoWebhook(file, seals.webhooks, nowMs);
  await insertDemoRows(tx, 'webhooks', webhook.webhooks);
  await insertDemoRows(tx, 'webhook_subscriptions', webhook.subscriptions);
  await insertDemoRows(tx, 'webhook_secrets', webhook.secrets);
  await insertDemoDeliveries(tx, webhook.told);
  const visits = visitRows(file, apiTokenIds, nowMs);
  const invited = invitation(file, nowMs);
  await insertDemoRows(tx, 'impersonations', visits.visits);
  await insertDemoRows(tx, 'invitations', invited.rows);
  await insertDemoRows(tx, 'sessions', sessionRows(file, nowMs));
  await insertDemoRows(tx, 'integration_tokens', integrationTokenRows(file, nowMs));
  await insertDemoRows(tx, 'handover_contacts', handoverContactRows(file, nowMs));
  await insertPerTenant('agent_daily_counts', dailyCountRows);
  await closeMonths(tx, file, nowMs);
  const recorded = (await takeRecordedEvents(tx)).map((event): DemoEvent => {
    const { tenant_id, event_type, event_data } = event;
    const atMs = timeOf(event, groups, nowMs);
    return { atMs, tenantId: tenant_id, type: event_type, actor: 'system', data: event_data };
  });
  const others = [
    ...groupEvents(groups, targets),
    ...windows.events,
    ...webhook.events,
    ...visits.events,
    ...invited.events,
    ...recorded,
  ];
  const audit = auditRows(file, facts, others, nowMs);
  await insertDemoRows(tx, 'audit_log', audit.entries);
  await insertDemoRows(tx, 'audit_chain_heads', audit.heads);
}

/** Seeds the database of `uri` once; false when it was seeded before. The secrets are in the file before the database has them. */
export async function seedDemo(options: {
  readonly uri: string;
  readonly sealKeyHex: string;
  readonly path: string;
}): Promise<boolean> {
  const pool = await openPool(options.uri, { maxPoolSize: 2, applicationName: 'monsys-seed-demo' });
  try {
    await loadBundledFeeds(pool);
    return await seedOnce(pool, async (tx) => {
      const kept = await readDemoFile(options.path);
      const file = kept ?? newDemoFile(newTotpSecret);
      if (kept === null) await writeDemoFile(options.path, file);
      const seals = {
        totp: createSeal(options.sealKeyHex),
        webhooks: createSeal(webhookSealKey(options.sealKeyHex)),
      };
      await insertDemo(tx, file, seals, Date.now());
    });
  } finally {
    await pool.end();
  }
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { file: { type: 'string' } } });
  const uri = process.env['DATABASE_URL'];
  const sealKeyHex = process.env['MONSYS_SEAL_KEY'];
  if (values.file === undefined) fail('Say where the ids and secrets are kept: --file <path>.');
  if (uri === undefined) fail('Set DATABASE_URL to the database, logging in as its owner.');
  if (sealKeyHex === undefined || !/^[0-9a-f]{64}$/.test(sealKeyHex)) fail('Set MONSYS_SEAL_KEY to 64 hex digits.');
  try {
    const isNew = await seedDemo({ uri, sealKeyHex, path: values.file });
    process.stdout.write(isNew ? 'seeded the demonstration\n' : 'already seeded\n');
  } catch (error) {
    if (error instanceof DemoFileError || error instanceof DemoSeedError) fail(error.message);
    throw error;
  }
}
