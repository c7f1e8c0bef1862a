/** Reports on demand: asked for, how their builds get on, and their files. */

import { z } from 'zod';
import { REPORT_TEMPLATES } from '../domain/report.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** A report as lists and screens show it. */
export const reportRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  tenant_slug: z.string(),
  template: z.enum(REPORT_TEMPLATES),
  title: z.string(),
  from: z.string(),
  until: z.string(),
  hosts: z.int().nullable().describe('how many hosts were chosen; null: all of the tenant'),
  actor_suffix: z.string().nullable(),
  state: z.enum(['building', 'done', 'failed']),
  stage: z.string().describe('waiting, collecting, rendering, signing, done or failed'),
  lines: z.int().describe('lines of the JSONL file, as soon as they are known'),
  error: z.string().nullable(),
  requested_by_email: z.string(),
  created_at: z.string(),
  finished_at: z.string().nullable(),
});
export type ReportRow = z.infer<typeof reportRow>;

const COLUMNS = sql.fragment`r.id, r.tenant_id, t.slug as tenant_slug, r.template, r.title, r.period_from as "from", r.period_until as "until",
  cardinality(r.agent_ids) as hosts, r.actor_suffix, r.state, r.stage, r.lines, r.error, r.requested_by_email, r.created_at, r.finished_at`;

/** Reports in scope, newest first. */
export async function listReports(
  tx: AnyTx,
  filter: { readonly tenantId: string | null; readonly limit: number },
): Promise<readonly ReportRow[]> {
  return tx.any(sql.type(reportRow)`
    select ${COLUMNS} from reports r join tenants t on t.id = r.tenant_id
    where (${filter.tenantId}::uuid is null or r.tenant_id = ${filter.tenantId}::uuid)
    order by r.created_at desc, r.id limit ${filter.limit}`);
}

const reportFilesRow = reportRow.extend({
  agent_ids: z.array(z.uuid()).nullable(),
  manifest: z.string().nullable(),
  sig: z.string().nullable(),
  jsonl_sha256: z.string().nullable(),
  pdf_sha256: z.string().nullable(),
});
export type ReportFilesRow = z.infer<typeof reportFilesRow>;

/** One report with its hosts and what its files are; null when it is not in scope. */
export async function findReport(tx: AnyTx, id: string): Promise<ReportFilesRow | null> {
  return tx.maybeOne(sql.type(reportFilesRow)`
    select ${COLUMNS}, r.agent_ids::text[] as agent_ids, r.manifest, r.sig, r.jsonl_sha256, r.pdf_sha256
    from reports r join tenants t on t.id = r.tenant_id where r.id = ${id}::uuid`);
}

/** Notes that a report is wanted; gives its id. */
export async function insertReport(
  tx: TenantTx,
  report: {
    readonly tenant_id: string;
    readonly template: string;
    readonly title: string;
    readonly from: string;
    readonly until: string;
    readonly agent_ids: readonly string[] | null;
    readonly actor_suffix: string | null;
    readonly requested_by_email: string;
  },
): Promise<string> {
  const agentIds = report.agent_ids === null ? null : sql.array([...report.agent_ids], 'uuid');
  const row = await tx.one(sql.type(z.object({ id: z.uuid() }))`
    insert into reports (tenant_id, template, title, period_from, period_until, agent_ids, actor_suffix, requested_by_email)
    values (${report.tenant_id}::uuid, ${report.template}, ${report.title}, ${report.from}::timestamptz, ${report.until}::timestamptz,
      ${agentIds}, ${report.actor_suffix}, ${report.requested_by_email}) returning id`);
  return row.id;
}

/** Notes how a build is getting on; one that is done stays so. */
export async function noteReport(
  tx: TenantTx,
  id: string,
  note: { readonly stage: string; readonly lines: number },
): Promise<void> {
  await tx.query(sql.unsafe`
    update reports set state = 'building', stage = ${note.stage}, lines = ${note.lines}, error = null, finished_at = null
    where id = ${id}::uuid and state <> 'done'`);
}

/** Notes that a report will not come. */
export async function failReport(tx: TenantTx, id: string, error: string): Promise<void> {
  await tx.query(sql.unsafe`
    update reports set state = 'failed', stage = 'failed', error = ${error}, finished_at = now() where id = ${id}::uuid and state <> 'done'`);
}

/** Makes a report's files appear, whole. False when they were there before: they stay as they are. */
export async function publishReport(
  tx: TenantTx,
  id: string,
  files: {
    readonly manifest: string;
    readonly sig: string;
    readonly key_id: string;
    readonly jsonl_sha256: string;
    readonly pdf_sha256: string;
    readonly entries: number;
  },
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update reports set state = 'done', stage = 'done', lines = ${files.entries}, error = null, finished_at = now(), manifest = ${files.manifest},
      sig = ${files.sig}, key_id = ${files.key_id}, jsonl_sha256 = ${files.jsonl_sha256}, pdf_sha256 = ${files.pdf_sha256}
    where id = ${id}::uuid and state <> 'done'`);
  return result.rowCount === 1;
}

/** Whom a report is about, as it is asked for. */
export type HostChoice =
  | { readonly group_id: string }
  | { readonly tags: readonly string[] }
  | { readonly agent_ids: readonly string[] };

/** Ids of the tenant's hosts that a choice means now: members of the group, hosts with all the tags, or those named. */
export async function chooseHosts(tx: TenantTx, tenantId: string, choice: HostChoice): Promise<readonly string[]> {
  const chosen =
    'group_id' in choice
      ? sql.fragment`id in (select agent_id from group_members where tenant_id = ${tenantId}::uuid and group_id = ${choice.group_id}::uuid)`
      : 'tags' in choice
        ? sql.fragment`tags @> ${sql.array([...choice.tags], 'text')}`
        : sql.fragment`id = any(${sql.array([...choice.agent_ids], 'uuid')})`;
  const rows = await tx.any(sql.type(z.object({ id: z.uuid() }))`
    select id from agents where tenant_id = ${tenantId}::uuid and ${chosen} order by id`);
  return rows.map((row) => row.id);
}

const hostRow = z.object({ hostname: z.string(), registered_at: z.string(), tags: z.array(z.string()) });

/** Hosts of a report by name: the chosen ones, or all that were registered before its end. */
export async function listReportHosts(
  tx: AnyTx,
  report: { readonly tenant_id: string; readonly until: string; readonly agent_ids: readonly string[] | null },
): Promise<readonly z.infer<typeof hostRow>[]> {
  const chosen =
    report.agent_ids === null
      ? sql.fragment`registered_at < ${report.until}::timestamptz`
      : sql.fragment`id = any(${sql.array([...report.agent_ids], 'uuid')})`;
  return tx.any(sql.type(hostRow)`
    select hostname, registered_at, tags from agents where tenant_id = ${report.tenant_id}::uuid and ${chosen} order by hostname, id`);
}
