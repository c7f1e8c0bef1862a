/** Trust Score snapshots: inputs gathered for many tenants at once, results kept with them. */

import { z } from 'zod';
import { FORMULA_VERSION, type TrustScore, type TrustScoreInputs } from '../domain/trustScore.ts';
import { VERSION } from '../domain/version.ts';
import { sql } from './pool.ts';
import type { AnyTx, SystemTx } from './scope.ts';

const inputsRow = z.object({
  tenant_id: z.uuid(),
  tenant_age_days: z.number(),
  hosts: z.object({ active: z.number(), watched: z.number(), online: z.number(), current_version: z.number() }),
  open_cves: z.array(
    z.object({
      kev: z.boolean(),
      epss_pct: z.number().nullable(),
      older_than_30_days: z.boolean(),
      host_cves: z.number(),
    }),
  ),
  findings: z.object({ critical: z.number(), high: z.number(), medium: z.number(), low: z.number() }),
  files: z.object({ watched: z.number(), drifted: z.number() }),
  eats_30_days: z.object({ succeeded: z.number(), failed: z.number() }),
  packs: z.object({ months_due: z.number(), months_built: z.number() }),
});

/** Inputs of a page of tenants after `afterTenantId`, in one statement, as of now. `at` (ISO 8601) is what the snapshot is stamped with. */
export async function gatherTrustScoreInputs(
  tx: SystemTx,
  page: { readonly at: string; readonly afterTenantId: string | null; readonly limit: number },
): Promise<readonly TrustScoreInputs[]> {
  const rows = await tx.any(sql.type(inputsRow)`
    with page as materialized (
      select id, created_at from tenants where ${page.afterTenantId}::uuid is null or id > ${page.afterTenantId}::uuid order by id limit ${page.limit}
    ), quiet as materialized (
      select distinct tenant_id, agent_id from app.hosts_in_maintenance(now()) where tenant_id in (select id from page)
    ), hosts as (
      select tenant_id, count(*) as active,
        count(*) filter (where not in_maintenance) as watched,
        count(*) filter (where not in_maintenance and link_state = 'online') as online,
        count(*) filter (where not in_maintenance and agent_version = ${VERSION}) as current_version
      from (
        select agents.*, q.agent_id is not null as in_maintenance
        from agents left join quiet q on (q.tenant_id, q.agent_id) = (agents.tenant_id, agents.id)
        where is_active and agents.tenant_id in (select id from page)) a
      group by tenant_id
    ), cve_groups as (
      select c.tenant_id, k.cve_id is not null as kev, round(s.epss * 100) as epss_pct,
        c.detected_at < now() - interval '30 days' as older_than_30_days, count(distinct (c.agent_id, c.cve_id)) as host_cves
      from agent_cves c
        join agents a on a.tenant_id = c.tenant_id and a.id = c.agent_id and a.is_active
        left join kev_entries k using (cve_id) left join cve_scores s using (cve_id)
      where c.patched_at is null and c.tenant_id in (select id from page)
      group by 1, 2, 3, 4
    ), cves as (
      select tenant_id, jsonb_agg(jsonb_build_object('kev', kev, 'epss_pct', epss_pct, 'older_than_30_days', older_than_30_days, 'host_cves', host_cves)
        order by kev desc, epss_pct, older_than_30_days) as groups
      from cve_groups group by tenant_id
    ), findings as (
      select f.tenant_id, count(*) filter (where severity = 'critical') as critical, count(*) filter (where severity = 'high') as high,
        count(*) filter (where severity = 'medium') as medium, count(*) filter (where severity = 'low') as low
      from security_findings f join agents a on a.tenant_id = f.tenant_id and a.id = f.agent_id and a.is_active
      where f.resolved_at is null and f.tenant_id in (select id from page) group by f.tenant_id
    ), files as (
      select b.tenant_id, count(*) as watched, count(*) filter (where drifted_at is not null) as drifted
      from baseline_files b join agents a on a.tenant_id = b.tenant_id and a.id = b.agent_id and a.is_active
      where b.tenant_id in (select id from page) group by b.tenant_id
    ), tokens as (
      select tenant_id, count(*) filter (where outcome = 'succeeded') as succeeded,
        count(*) filter (where outcome in ('failed', 'indeterminate') or (outcome is null and expires_at < now())) as failed
      from eats where issued_at > now() - interval '30 days' and tenant_id in (select id from page) group by tenant_id
    ), closed_months as (
      -- Closed months since the tenant came, at most the last twelve.
      select page.id as tenant_id, to_char(month, 'YYYY-MM') as month
      from page, generate_series(greatest(date_trunc('month', page.created_at), date_trunc('month', now()) - interval '12 months'),
        date_trunc('month', now()) - interval '1 month', interval '1 month') as month
    ), packs as (
      -- Signed and final; of the demonstration's history the months on record, which have no files.
      select m.tenant_id, count(*) as months_due, count(p.month) as months_built
      from closed_months m left join audit_packs p on p.tenant_id = m.tenant_id and p.month = m.month
        and (p.is_demo or p.manifest is not null and not p.is_preview)
      group by m.tenant_id
    )
    select page.id as tenant_id, floor(extract(epoch from now() - page.created_at) / 86400)::int as tenant_age_days,
      jsonb_build_object('active', coalesce(h.active, 0), 'watched', coalesce(h.watched, 0), 'online', coalesce(h.online, 0), 'current_version', coalesce(h.current_version, 0)) as hosts,
      coalesce(c.groups, '[]') as open_cves,
      jsonb_build_object('critical', coalesce(f.critical, 0), 'high', coalesce(f.high, 0), 'medium', coalesce(f.medium, 0), 'low', coalesce(f.low, 0)) as findings,
      jsonb_build_object('watched', coalesce(b.watched, 0), 'drifted', coalesce(b.drifted, 0)) as files,
      jsonb_build_object('succeeded', coalesce(t.succeeded, 0), 'failed', coalesce(t.failed, 0)) as eats_30_days,
      jsonb_build_object('months_due', coalesce(p.months_due, 0), 'months_built', coalesce(p.months_built, 0)) as packs
    from page
      left join hosts h on h.tenant_id = page.id left join cves c on c.tenant_id = page.id left join findings f on f.tenant_id = page.id
      left join files b on b.tenant_id = page.id left join tokens t on t.tenant_id = page.id left join packs p on p.tenant_id = page.id
    order by page.id`);
  return rows.map((row) => ({ formula_version: FORMULA_VERSION, computed_at: page.at, ...row }));
}

/** Keeps snapshots; one that is there already (a retried pass) stays as it is. */
export async function insertTrustScores(
  tx: AnyTx,
  at: string,
  scores: readonly { readonly tenant_id: string; readonly score: TrustScore }[],
): Promise<number> {
  const records = scores.map(({ tenant_id, score }) => ({
    tenant_id,
    score: score.score,
    components: score.components,
    inputs: score.inputs_text,
    inputs_hash: score.inputs_hash,
  }));
  const result = await tx.query(sql.unsafe`
    insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
    select tenant_id, ${at}::timestamptz, score, components, ${FORMULA_VERSION}, inputs, decode(inputs_hash, 'hex')
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as r (tenant_id uuid, score numeric, components jsonb, inputs text, inputs_hash text)
    on conflict do nothing`);
  return result.rowCount;
}

const componentValue = z.object({ value: z.number(), weight: z.number() });

/** A snapshot as the API shows it. */
export const trustScoreRow = z.object({
  computed_at: z.string(),
  score: z.number(),
  components: z.record(z.string(), componentValue),
  formula_version: z.string(),
  inputs_hash: z.string(),
});

/** The newest snapshot of a tenant. */
export async function findCurrentTrustScore(
  tx: AnyTx,
  tenantId: string,
): Promise<z.infer<typeof trustScoreRow> | null> {
  return tx.maybeOne(sql.type(trustScoreRow)`
    select computed_at, score, components, formula_version, encode(inputs_hash, 'hex') as inputs_hash
    from trust_scores where tenant_id = ${tenantId}::uuid order by computed_at desc limit 1`);
}

const pointRow = z.object({ computed_at: z.string(), score: z.number() });

/** The newest score that is at least 24 hours old. */
export async function findDayOldTrustScore(tx: AnyTx, tenantId: string): Promise<z.infer<typeof pointRow> | null> {
  return tx.maybeOne(sql.type(pointRow)`
    select computed_at, score from trust_scores
    where tenant_id = ${tenantId}::uuid and computed_at <= now() - interval '24 hours' order by computed_at desc limit 1`);
}

/** The last score of each slice of time over the past `days`, oldest first. */
export async function listTrustScoreSeries(
  tx: AnyTx,
  tenantId: string,
  days: number,
  points: number,
): Promise<readonly z.infer<typeof pointRow>[]> {
  return tx.any(sql.type(pointRow)`
    select distinct on (slice) computed_at, score from (
      select computed_at, score, floor(extract(epoch from computed_at) / (${days}::float8 * 86400 / ${points})) as slice
      from trust_scores where tenant_id = ${tenantId}::uuid and computed_at > now() - make_interval(days => ${days})
    ) s order by slice, computed_at desc`);
}

const inputsTextRow = z.object({
  computed_at: z.string(),
  inputs: z.string(),
  inputs_hash: z.string(),
  score: z.number(),
});

/** The stored inputs of the snapshot in force at a moment, to recompute it. */
export async function findTrustScoreInputs(
  tx: AnyTx,
  tenantId: string,
  at: string,
): Promise<z.infer<typeof inputsTextRow> | null> {
  return tx.maybeOne(sql.type(inputsTextRow)`
    select computed_at, inputs, encode(inputs_hash, 'hex') as inputs_hash, score from trust_scores
    where tenant_id = ${tenantId}::uuid and computed_at <= ${at}::timestamptz order by computed_at desc limit 1`);
}
