/** What hosts report of themselves: inventories, metrics, findings, baselines, and the batches they come in. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Inventory, MetricSample } from '../domain/ingest.ts';
import { iso, severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

type Host = { readonly tenantId: string; readonly agentId: string };

/** Takes a batch once; false when it was taken before (the sender did not hear the answer). */
export async function takeBatch(tx: TenantTx, host: Host, batchId: string): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    insert into ingest_batches (tenant_id, agent_id, batch_id) values (${host.tenantId}::uuid, ${host.agentId}::uuid, ${batchId})
    on conflict do nothing`);
  return result.rowCount === 1;
}

/** Stores samples of one host; the same instant twice is one sample. */
export async function insertMetricSamples(tx: TenantTx, host: Host, samples: readonly MetricSample[]): Promise<void> {
  if (samples.length === 0) return;
  await tx.query(sql.unsafe`
    insert into metric_samples (tenant_id, agent_id, sampled_at, cpu_pct, mem_pct, disk_pct, load_avg, network_rx_mbps, network_tx_mbps, processes)
    select ${host.tenantId}::uuid, ${host.agentId}::uuid, s.sampled_at, s.cpu_pct, s.mem_pct, s.disk_pct, s.load_avg, s.network_rx_mbps,
      s.network_tx_mbps, s.processes
    from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as s (sampled_at timestamptz, cpu_pct real, mem_pct real, disk_pct real,
      load_avg real, network_rx_mbps real, network_tx_mbps real, processes text[])
    on conflict do nothing`);
}

const storedRow = z.object({ collected_at: z.string() });

/**
 * Stores the whole inventory unless a newer one is there (a disk buffer delivers old ones late); false then.
 */
export async function storeInventory(tx: TenantTx, host: Host, inventory: Inventory): Promise<boolean> {
  const text = JSON.stringify(inventory);
  const row = await tx.maybeOne(sql.type(storedRow)`
    insert into inventories (tenant_id, agent_id, collected_at, sha256, document)
    values (${host.tenantId}::uuid, ${host.agentId}::uuid, ${inventory.collected_at}::timestamptz,
      ${sql.binary(createHash('sha256').update(text).digest())}, ${text}::jsonb)
    on conflict (tenant_id, agent_id) do update set collected_at = excluded.collected_at, received_at = now(), sha256 = excluded.sha256,
      document = excluded.document
    where inventories.collected_at < excluded.collected_at
    returning collected_at`);
  return row !== null;
}

/** Opens findings that are new, re-opens those that came back, and resolves those that are gone. */
export async function syncSecurityFindings(tx: TenantTx, host: Host, inventory: Inventory): Promise<void> {
  await tx.query(sql.unsafe`
    with reported as (
      select distinct on (kind, subject) kind, subject, severity, detail
      from jsonb_to_recordset(${JSON.stringify(inventory.security_findings)}::jsonb) as f (kind text, subject text, severity text, detail text)
    ), gone as (
      update security_findings s set resolved_at = ${inventory.collected_at}::timestamptz
      where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and resolved_at is null
        and not exists (select from reported r where (r.kind, r.subject) = (s.kind, s.subject))
    )
    insert into security_findings (tenant_id, agent_id, kind, subject, severity, detail, detected_at)
    select ${host.tenantId}::uuid, ${host.agentId}::uuid, kind, subject, severity, detail, ${inventory.collected_at}::timestamptz from reported
    on conflict (tenant_id, agent_id, kind, subject) do update set severity = excluded.severity, detail = excluded.detail, resolved_at = null,
      detected_at = case when security_findings.resolved_at is null then security_findings.detected_at else excluded.detected_at end`);
}

/** First sight of a file is its baseline; later another hash, or its absence, is drift until it is back or accepted. */
export async function syncBaselines(tx: TenantTx, host: Host, inventory: Inventory): Promise<void> {
  await tx.query(sql.unsafe`
    with reported as (
      select distinct on (path) path, kind, decode(sha256, 'hex') as sha256
      from jsonb_to_recordset(${JSON.stringify(inventory.files)}::jsonb) as f (path text, kind text, sha256 text)
    ), gone as (
      update baseline_files b set current_sha256 = null, drifted_at = coalesce(drifted_at, ${inventory.collected_at}::timestamptz)
      where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and current_sha256 is not null
        and not exists (select from reported r where r.path = b.path)
    )
    insert into baseline_files (tenant_id, agent_id, path, kind, baseline_sha256, current_sha256, baseline_at)
    select ${host.tenantId}::uuid, ${host.agentId}::uuid, path, kind, sha256, sha256, ${inventory.collected_at}::timestamptz from reported
    on conflict (tenant_id, agent_id, path) do update set current_sha256 = excluded.current_sha256,
      drifted_at = case when excluded.current_sha256 = baseline_files.baseline_sha256 then null
        else coalesce(baseline_files.drifted_at, excluded.baseline_at) end`);
}

/** Takes the present state of all files of a host as its baseline; gives how many had drifted. Files that are gone leave it. */
export async function acceptBaseline(tx: TenantTx, host: Host): Promise<number> {
  const result = await tx.query(sql.unsafe`
    update baseline_files set baseline_sha256 = coalesce(current_sha256, baseline_sha256), baseline_at = now(), drifted_at = null
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and drifted_at is not null`);
  return result.rowCount;
}

/** A metric sample as the API shows it. */
export const sampleRow = z.object({
  sampled_at: z.string(),
  cpu_pct: z.number().nullable(),
  mem_pct: z.number().nullable(),
  disk_pct: z.number().nullable(),
  load_avg: z.number().nullable(),
  network_rx_mbps: z.number().nullable(),
  network_tx_mbps: z.number().nullable(),
});

/** Samples of a host in a time range, oldest first, thinned to about `points` by averaging equal slices of time. */
export async function listMetricSamples(
  tx: AnyTx,
  host: Host,
  range: { readonly from: string; readonly to: string; readonly points: number },
): Promise<readonly z.infer<typeof sampleRow>[]> {
  return tx.any(sql.type(sampleRow)`
    select min(sampled_at) as sampled_at, avg(cpu_pct)::real as cpu_pct, avg(mem_pct)::real as mem_pct, avg(disk_pct)::real as disk_pct,
      avg(load_avg)::real as load_avg, avg(network_rx_mbps)::real as network_rx_mbps, avg(network_tx_mbps)::real as network_tx_mbps
    from metric_samples
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid
      and sampled_at >= ${range.from}::timestamptz and sampled_at < ${range.to}::timestamptz
    group by floor(extract(epoch from sampled_at) / greatest(1, extract(epoch from ${range.to}::timestamptz - ${range.from}::timestamptz) / ${range.points}))
    order by 1`);
}

/** What a host's page shows beside its row. */
export const agentDetailRow = z.object({
  inventory: z.record(z.string(), z.json()).nullable(),
  inventory_at: z.iso.datetime().nullable(),
  latest_metrics: sampleRow.nullable(),
  findings: z.array(
    z.object({
      kind: z.string(),
      subject: z.string(),
      severity: z.string(),
      detail: z.string(),
      detected_at: z.string(),
    }),
  ),
  drifted_files: z.array(
    z.object({ path: z.string(), kind: z.string(), drifted_at: z.string(), missing: z.boolean() }),
  ),
  open_cves: z.int(),
  open_alerts: z.int(),
});

/** Everything that a host's page shows beside its row. */
export async function getAgentDetail(tx: AnyTx, host: Host): Promise<z.infer<typeof agentDetailRow>> {
  const own = sql.fragment`tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid`;
  return tx.one(sql.type(agentDetailRow)`
    select
      (select document from inventories where ${own}) as inventory,
      (select collected_at from inventories where ${own}) as inventory_at,
      (select to_jsonb(m) from (
        select ${iso(sql.fragment`sampled_at`)} as sampled_at, cpu_pct, mem_pct, disk_pct, load_avg, network_rx_mbps, network_tx_mbps
        from metric_samples where ${own} order by metric_samples.sampled_at desc limit 1) m) as latest_metrics,
      (select coalesce(jsonb_agg(to_jsonb(f)), '[]') from (
        select kind, subject, severity, detail, ${iso(sql.fragment`detected_at`)} as detected_at
        from security_findings where ${own} and resolved_at is null
        order by ${severityRank(sql.fragment`severity`)}, subject limit 500) f) as findings,
      (select coalesce(jsonb_agg(to_jsonb(b)), '[]') from (
        select path, kind, ${iso(sql.fragment`drifted_at`)} as drifted_at, current_sha256 is null as missing
        from baseline_files where ${own} and drifted_at is not null order by path limit 500) b) as drifted_files,
      (select count(distinct cve_id) from agent_cves where ${own} and patched_at is null) as open_cves,
      (select count(*) from alerts where ${own} and status <> 'resolved') as open_alerts`);
}
