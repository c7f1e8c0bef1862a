/**
 * Fills an empty database with the demonstration: `node src/workers/seedDemo.ts --file demo-secrets.json` with
 * DATABASE_URL of the owner and MONSYS_SEAL_KEY. Ends when done; a second run changes nothing.
 */

import { parseArgs } from 'node:util';
import { loadBundledFeeds } from '../activities/feeds.ts';
import { issueDueInvoice } from '../activities/invoices.ts';
import { createDefaultRules } from '../db/alertRules.ts';
import { closeBillingMonth } from '../db/billing.ts';
import {
  acknowledgeDemoAlerts,
  DemoSeedError,
  insertDemoRows,
  listCveTimelines,
  renumberDemoAlerts,
  seedOnce,
} from '../db/demo.ts';
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
import { hashPassword } from '../platform/passwordHash.ts';
import { createSeal, type Seal } from '../platform/seal.ts';
import { newTotpSecret, totpSealContext } from '../platform/totpCode.ts';
import { auditRows } from './demo/audit.ts';
import { DAY_MS, demoFacts, monthBefore, type TenantFacts } from './demo/facts.ts';
import { type DemoFile, DemoFileError, newDemoFile, readDemoFile, writeDemoFile } from './demo/file.ts';
import { DEMO_PEOPLE } from './demo/fleet.ts';
import { CLOSED_MONTHS, dailyCountRows, invoicingRows } from './demo/invoicing.ts';
import { onCallRows } from './demo/onCall.ts';
import * as records from './demo/records.ts';
import { pastScores } from './demo/scores.ts';
import { demoPolicies, policyRows } from './demo/sla.ts';

/** Alerts are numbered as if there had been this many before the three months of the story. */
const EARLIER_ALERTS = 780;
const YEAR_MS = 365 * DAY_MS;

async function insertPeople(tx: SystemTx, file: DemoFile, seal: Seal, nowMs: number): Promise<void> {
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
      totp_confirmed_at: records.iso(nowMs),
      is_active: true,
      expires_at: user.role === 'auditor' ? records.iso(nowMs + 90 * DAY_MS) : null,
      created_at: records.iso(nowMs - 3 * YEAR_MS),
    })),
  );
  await insertDemoRows(
    tx,
    'api_tokens',
    file.users.map((user) => ({
      token_hash: `\\x${bytesToHex(tokenHash(user.api_token))}`,
      user_id: user.id,
      msp_id: file.msp.id,
      tenant_id: user.tenant_id ?? null,
      name: 'demonstration',
      scopes: PERMISSION_NAMES.filter((permission) => isAllowed(permission, user.role, null)),
      expires_at: records.iso(nowMs + YEAR_MS),
    })),
  );
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
      at: records.iso(atMs),
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
    for (const due of await listDueInvoices(tx, month)) await issueDueInvoice(tx, { due, issuedOn, operator });
  }
}

/** Tells the whole story into the transaction. */
export async function insertDemo(tx: SystemTx, file: DemoFile, seal: Seal, nowMs: number): Promise<void> {
  const facts = demoFacts(nowMs);
  const perTenant = (
    rows: (tenantId: string, tenant: TenantFacts, index: number) => ReturnType<typeof records.agentRows>,
  ) => facts.flatMap((tenant, index) => rows(file.tenants[index]?.id as string, tenant, index));
  await insertDemoRows(tx, 'msps', [{ ...file.msp, created_at: records.iso(nowMs - 3 * YEAR_MS) }]);
  await insertDemoRows(
    tx,
    'tenants',
    file.tenants.map((tenant, index) => ({
      ...tenant,
      msp_owner: file.msp.id,
      is_demo: true,
      created_at: records.iso(facts[index]?.createdMs as number),
    })),
  );
  await insertPeople(tx, file, seal, nowMs);
  const policies = demoPolicies(nowMs);
  await insertDemoRows(tx, 'sla_policies', policyRows(file.msp.id, policies));
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
      expires_at: records.iso(nowMs + 10 * YEAR_MS),
    })),
  );
  for (const tenant of file.tenants) await createDefaultRules(tx, tenant.id);
  await insertDemoRows(
    tx,
    'agents',
    perTenant((id, tenant) => records.agentRows(file, id, tenant, nowMs)),
  );
  await insertDemoRows(
    tx,
    'inventories',
    perTenant((id, tenant) => records.inventoryRows(file, id, tenant, nowMs)),
  );
  await insertDemoRows(
    tx,
    'metric_samples',
    perTenant((id, tenant) => records.metricRows(file, id, tenant, nowMs)),
  );
  await insertDemoRows(
    tx,
    'security_findings',
    perTenant((id, tenant) => records.findingRows(file, id, tenant)),
  );
  await insertDemoRows(
    tx,
    'baseline_files',
    perTenant((id, tenant) => records.baselineRows(file, id, tenant)),
  );
  await insertDemoRows(
    tx,
    'kernel_changes',
    perTenant((id, tenant) => records.kernelChangeRows(file, id, tenant)),
  );
  await matchKernels(tx, file, facts);
  await acknowledgeDemoAlerts(tx, file.users[1]?.id as string);
  // Above the numbers that the matching of kernels has handed out; the final ones follow.
  await insertDemoRows(
    tx,
    'alerts',
    perTenant((id, tenant) => records.alertRows(file, id, tenant, policies.standard, 100_000)),
  );
  await renumberDemoAlerts(tx, EARLIER_ALERTS);
  await insertDemoRows(
    tx,
    'eats',
    perTenant((id, tenant) => records.eatRows(file, id, tenant)),
  );
  await insertDemoRows(
    tx,
    'audit_packs',
    perTenant((id, tenant) => records.packRows(id, tenant)),
  );
  await insertScores(tx, file, facts, nowMs);
  // After every alert: only those that open from now on are escalated.
  const onCall = onCallRows(file);
  await insertDemoRows(tx, 'on_call_schedules', onCall.schedules);
  await insertDemoRows(tx, 'escalation_policies', onCall.policies);
  const audit = auditRows(file, facts, nowMs);
  await insertDemoRows(tx, 'audit_log', audit.entries);
  await insertDemoRows(tx, 'audit_chain_heads', audit.heads);
  await insertDemoRows(
    tx,
    'agent_daily_counts',
    perTenant((id, tenant) => dailyCountRows(id, tenant, nowMs)),
  );
  await closeMonths(tx, file, nowMs);
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
      await insertDemo(tx, file, createSeal(options.sealKeyHex), Date.now());
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
