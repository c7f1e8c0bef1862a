/**
 * What goes into a pack, read page by page inside one snapshot.
 *
 * Every stream is ordered by a unique key that a closed month cannot change, so that a second build reads the same
 * rows in the same order. A token belongs to the month in which the hub had its result.
 */

import { z } from 'zod';
import { SEVERITIES } from '../domain/severity.ts';
import { type AuditEntryRow, auditEntryRow } from './auditLog.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** A month of one tenant; times are ISO 8601, `until` is not part of it. */
export type PackPeriod = { readonly tenantId: string; readonly from: string; readonly until: string };

const PAGE_ROWS = 500;

/** Takes one row after the other; the next page is read when it has taken the last. */
export type Take<T> = (row: T) => Promise<void> | void;

/** Reads pages by `after` until one is not full; each row goes to `take` in order. */
async function eachRow<T, K>(
  page: (after: K | null) => Promise<readonly T[]>,
  keyOf: (row: T) => K,
  take: (row: T) => Promise<void> | void,
): Promise<void> {
  for (let after: K | null = null; ; ) {
    const rows: readonly T[] = await page(after);
    for (const row of rows) await take(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE_ROWS) return;
    after = keyOf(last);
  }
}

// Keys of pages travel as Postgres writes them: a key rounded to milliseconds would read the last row again.
const pageKey = { page_key: z.string() };
const sqlBase64 = (column: 'e.signature' | 'e.result_signature') =>
  sql.fragment`translate(encode(${sql.identifier(column.split('.'))}, 'base64'), E'\n', '')`;

const eatRow = z.object({
  ...pageKey,
  nonce: z.uuid(),
  agent_id: z.uuid(),
  hostname: z.string(),
  kind: z.string(),
  level: z.int(),
  actions: z.array(z.json()),
  reason: z.string(),
  requested_by_email: z.string().nullable(),
  issued_at: z.string(),
  expires_at: z.string(),
  valid_from: z.string().nullable(),
  conditions: z.record(z.string(), z.json()).nullable(),
  started_at: z.string().nullable(),
  outcome: z.string(),
  refusal_code: z.string().nullable(),
  result_at: z.string(),
  revoked_at: z.string().nullable(),
  token: z.string().nullable(),
  signature: z.string().nullable(),
  key_id: z.string().nullable(),
  result_text: z.string().nullable(),
  result_signature: z.string().nullable(),
  agent_public_key: z.string(),
  is_demo: z.boolean(),
});
export type PackEatRow = z.infer<typeof eatRow>;

/** Tokens whose result came in the month, in the order of the results. */
export function eachPackEat(tx: AnyTx, period: PackPeriod, take: Take<PackEatRow>): Promise<void> {
  return eachRow(
    (after: { key: string; nonce: string } | null) =>
      tx.any(sql.type(eatRow)`
        select e.result_at::text as page_key, e.nonce, e.agent_id, a.hostname, e.kind, e.level, e.actions, e.reason,
          coalesce(e.requested_by_email, (select u.email from users u where u.id = e.requested_by)) as requested_by_email,
          e.issued_at, e.expires_at, e.valid_from, e.conditions, e.started_at, e.outcome, e.refusal_code, e.result_at, e.revoked_at, e.token,
          ${sqlBase64('e.signature')} as signature, e.key_id, e.result_text, ${sqlBase64('e.result_signature')} as result_signature,
          -- A host may have another key by now: a result is shown with the one that it was checked with.
          translate(encode(coalesce(e.result_public_key, a.public_key), 'base64'), E'\n', '') as agent_public_key, e.is_demo
        from eats e join agents a on a.tenant_id = e.tenant_id and a.id = e.agent_id
        where e.tenant_id = ${period.tenantId}::uuid and e.outcome is not null
          and e.result_at >= ${period.from}::timestamptz and e.result_at < ${period.until}::timestamptz
          and (${after === null} or (e.result_at, e.nonce) > (${after?.key ?? null}::timestamptz, ${after?.nonce ?? null}::uuid))
        order by e.result_at, e.nonce limit ${PAGE_ROWS}`),
    (row) => ({ key: row.page_key, nonce: row.nonce }),
    take,
  );
}

export type PackAuditRow = AuditEntryRow;

/** The tenant's audit events of the month, in the order of its chain. */
export function eachPackAudit(tx: AnyTx, period: PackPeriod, take: Take<PackAuditRow>): Promise<void> {
  return eachRow(
    (after: number | null) =>
      tx.any(sql.type(auditEntryRow)`
        select chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email, impersonation_id, event_data,
          occurred_at, encode(prev_hash, 'hex') as prev_hash, encode(hash, 'hex') as hash
        from audit_log
        where chain_id = ${period.tenantId}::uuid and tenant_id = ${period.tenantId}::uuid
          and occurred_at >= ${period.from}::timestamptz and occurred_at < ${period.until}::timestamptz
          and seq > ${after ?? 0}
        order by seq limit ${PAGE_ROWS}`) as Promise<readonly PackAuditRow[]>,
    (row) => row.seq,
    take,
  );
}

const alertRow = z.object({
  ...pageKey,
  id: z.uuid(),
  number: z.number(),
  severity: z.enum(SEVERITIES),
  source: z.string(),
  title: z.string(),
  agent_id: z.uuid().nullable(),
  hostname: z.string().nullable(),
  opened_at: z.string(),
  acknowledged_at: z.string().nullable(),
  acknowledged_by_email: z.string().nullable(),
  resolved_at: z.string(),
  resolved_by_email: z.string().nullable(),
  resolution: z.string().nullable(),
  sla_due_at: z.string(),
});
export type PackAlertRow = z.infer<typeof alertRow>;

/** Alerts resolved in the month. */
export function eachPackAlert(tx: AnyTx, period: PackPeriod, take: Take<PackAlertRow>): Promise<void> {
  return eachRow(
    (after: { key: string; id: string } | null) =>
      tx.any(sql.type(alertRow)`
        select l.resolved_at::text as page_key, l.id, l.number, l.severity, l.source, l.title, l.agent_id, a.hostname, l.opened_at, l.acknowledged_at,
          (select email from users u where u.id = l.acknowledged_by) as acknowledged_by_email, l.resolved_at,
          (select email from users u where u.id = l.resolved_by) as resolved_by_email, l.resolution, l.sla_due_at
        from alerts l left join agents a on a.tenant_id = l.tenant_id and a.id = l.agent_id
        where l.tenant_id = ${period.tenantId}::uuid and l.resolved_at >= ${period.from}::timestamptz and l.resolved_at < ${period.until}::timestamptz
          and (${after === null} or (l.resolved_at, l.id) > (${after?.key ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        order by l.resolved_at, l.id limit ${PAGE_ROWS}`),
    (row) => ({ key: row.page_key, id: row.id }),
    take,
  );
}

// Who updated a host: whoever asked for the last token that really ran there within the day before.
const operatorOf = (at: 'k.changed_at' | 'c.patched_at', agent: 'k.agent_id' | 'c.agent_id') => sql.fragment`
  (select coalesce(e.requested_by_email, (select u.email from users u where u.id = e.requested_by)) from eats e
   where e.tenant_id = ${sql.identifier([at.slice(0, 1), 'tenant_id'])} and e.agent_id = ${sql.identifier(agent.split('.'))} and e.outcome = 'succeeded' and not e.is_dry_run
     and e.result_at <= ${sql.identifier(at.split('.'))} + interval '1 hour' and e.result_at > ${sql.identifier(at.split('.'))} - interval '1 day'
   order by e.result_at desc limit 1)`;

const kernelRow = z.object({
  ...pageKey,
  agent_id: z.uuid(),
  hostname: z.string(),
  changed_at: z.string(),
  from_release: z.string().nullable(),
  to_release: z.string(),
  operator_email: z.string().nullable(),
});
export type PackKernelRow = z.infer<typeof kernelRow>;

/** Hosts that ran another kernel from some moment of the month on. The first report of a host is no update. */
export function eachPackKernelUpdate(tx: AnyTx, period: PackPeriod, take: Take<PackKernelRow>): Promise<void> {
  return eachRow(
    (after: { key: string; id: string } | null) =>
      tx.any(sql.type(kernelRow)`
        select k.changed_at::text as page_key, k.agent_id, a.hostname, k.changed_at, k.from_release, k.to_release,
          ${operatorOf('k.changed_at', 'k.agent_id')} as operator_email
        from kernel_changes k join agents a on a.tenant_id = k.tenant_id and a.id = k.agent_id
        where k.tenant_id = ${period.tenantId}::uuid and k.from_release is not null
          and k.changed_at >= ${period.from}::timestamptz and k.changed_at < ${period.until}::timestamptz
          and (${after === null} or (k.changed_at, k.agent_id) > (${after?.key ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        order by k.changed_at, k.agent_id limit ${PAGE_ROWS}`),
    (row) => ({ key: row.page_key, id: row.agent_id }),
    take,
  );
}

const cveRow = z.object({
  ...pageKey,
  agent_id: z.uuid(),
  hostname: z.string(),
  source: z.string(),
  package: z.string(),
  cve_id: z.string(),
  installed_version: z.string(),
  detected_at: z.string(),
  patched_at: z.string(),
  patched_version: z.string().nullable(),
  is_kev: z.boolean(),
  operator_email: z.string().nullable(),
});
export type PackCveRow = z.infer<typeof cveRow>;

/** CVEs that were closed on a host in the month. */
export function eachPackCve(tx: AnyTx, period: PackPeriod, take: Take<PackCveRow>): Promise<void> {
  return eachRow(
    (after: { key: string; id: string; cve: string; pkg: string } | null) =>
      tx.any(sql.type(cveRow)`
        select c.patched_at::text as page_key, c.agent_id, a.hostname, c.source, c.package, c.cve_id, c.installed_version, c.detected_at,
          c.patched_at, c.patched_version, exists (select from kev_entries k where k.cve_id = c.cve_id) as is_kev,
          ${operatorOf('c.patched_at', 'c.agent_id')} as operator_email
        from agent_cves c join agents a on a.tenant_id = c.tenant_id and a.id = c.agent_id
        where c.tenant_id = ${period.tenantId}::uuid and c.patched_at >= ${period.from}::timestamptz and c.patched_at < ${period.until}::timestamptz
          and (${after === null} or (c.patched_at, c.agent_id, c.cve_id, c.package)
            > (${after?.key ?? null}::timestamptz, ${after?.id ?? null}::uuid, ${after?.cve ?? ''}, ${after?.pkg ?? ''}))
        order by c.patched_at, c.agent_id, c.cve_id, c.package limit ${PAGE_ROWS}`),
    (row) => ({ key: row.page_key, id: row.agent_id, cve: row.cve_id, pkg: row.package }),
    take,
  );
}

const sessionRow = z.object({
  ...pageKey,
  id: z.uuid(),
  user_id: z.uuid(),
  user_email: z.string(),
  reason: z.string(),
  mode: z.string(),
  consented_by_email: z.string().nullable(),
  started_at: z.string(),
  ended_at: z.string().nullable(),
  end_reason: z.string().nullable(),
  actions: z.number(),
});
export type PackSessionRow = z.infer<typeof sessionRow>;

/** Impersonations that began in the month, as far as the month saw them. */
export function eachPackSession(tx: AnyTx, period: PackPeriod, take: Take<PackSessionRow>): Promise<void> {
  return eachRow(
    (after: { key: string; id: string } | null) =>
      tx.any(sql.type(sessionRow)`
        select i.started_at::text as page_key, i.id, i.user_id, i.user_email, i.reason, i.mode, i.consented_by_email, i.started_at,
          -- One that ran over the end of the month is told to its end: it is an hour at most, and the build comes later.
          coalesce(i.ended_at, i.expires_at) as ended_at, coalesce(i.end_reason, 'expired') as end_reason,
          (select count(*) from audit_log l where l.tenant_id = i.tenant_id and l.impersonation_id = i.id
            and l.event_type not in ('impersonation_started', 'impersonation_ended')) as actions
        from impersonations i
        where i.tenant_id = ${period.tenantId}::uuid and i.started_at >= ${period.from}::timestamptz and i.started_at < ${period.until}::timestamptz
          and (${after === null} or (i.started_at, i.id) > (${after?.key ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        order by i.started_at, i.id limit ${PAGE_ROWS}`),
    (row) => ({ key: row.page_key, id: row.id }),
    take,
  );
}

const scoreRow = z.object({
  computed_at: z.string(),
  score: z.number(),
  components: z.record(z.string(), z.object({ value: z.number(), weight: z.number() })),
  formula_version: z.string(),
  inputs_hash: z.string(),
  is_demo: z.boolean(),
});
export type PackScoreRow = z.infer<typeof scoreRow>;

/** The last Trust Score snapshot of each day of the month. */
export async function listPackScores(tx: AnyTx, period: PackPeriod): Promise<readonly PackScoreRow[]> {
  return tx.any(sql.type(scoreRow)`
    select distinct on (date_trunc('day', computed_at at time zone 'UTC')) computed_at, score, components, formula_version,
      encode(inputs_hash, 'hex') as inputs_hash, is_demo
    from trust_scores
    where tenant_id = ${period.tenantId}::uuid and computed_at >= ${period.from}::timestamptz and computed_at < ${period.until}::timestamptz
    order by date_trunc('day', computed_at at time zone 'UTC'), computed_at desc`);
}

const headRow = z.object({
  tenant: z.object({ id: z.uuid(), slug: z.string(), name: z.string() }),
  msp: z.object({ id: z.uuid(), name: z.string() }),
  hosts: z.number(),
  is_over: z.boolean(),
});

/**
 * How long after its end a month may be closed: a transaction begun before may still be open, and an impersonation of
 * the last minute still runs. Built earlier it is a preview.
 */
const CLOSING_MINUTES = 90;

/** Whose pack it is. `is_over`: the month has ended and everything of it is there, by the database's clock. */
export async function getPackHead(tx: AnyTx, period: PackPeriod): Promise<z.infer<typeof headRow>> {
  return tx.one(sql.type(headRow)`
    select jsonb_build_object('id', t.id, 'slug', t.slug, 'name', t.name) as tenant, jsonb_build_object('id', m.id, 'name', m.name) as msp,
      (select count(*) from agents a where a.tenant_id = t.id and a.registered_at < ${period.until}::timestamptz) as hosts, now() >= ${period.until}::timestamptz + make_interval(mins => ${CLOSING_MINUTES}) as is_over
    from tenants t join msps m on m.id = t.msp_owner where t.id = ${period.tenantId}::uuid`);
}
