/**
 * The cockpit: every tenant of an MSP by composite urgency, in one statement.
 *
 * The urgency expression is rendered from the table in src/domain/urgency.ts, so that formula and SQL cannot
 * drift apart. The counts come from partial indexes that hold open things only (alerts_open, agent_cves_open_by_cve,
 * eats_unanswered), grouped once for all tenants; the details of a row (top alert, top CVE, sparkline) are
 * looked up laterally for the rows of the page alone. Measured by bench/cockpit.ts.
 */

import { z } from 'zod';
import { SEVERITIES } from '../domain/severity.ts';
import { URGENCY_TERMS } from '../domain/urgency.ts';
import { iso, severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { MspTx } from './scope.ts';

const cockpitRow = z.object({
  tenant_id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  urgency: z.number(),
  open_critical: z.number(),
  open_high: z.number(),
  sla_breach_minutes: z.number(),
  kev_open_cves: z.number(),
  trust_score_delta_24h: z.number(),
  overdue_eats: z.number(),
  trust_score: z.number().nullable(),
  trust_score_at: z.string().nullable(),
  sparkline: z.array(z.number().nullable()),
  agents_active: z.number(),
  agents_offline: z.number(),
  top_alert: z
    .object({
      id: z.uuid(),
      number: z.number(),
      severity: z.enum(SEVERITIES),
      title: z.string(),
      agent_id: z.uuid().nullable(),
      hostname: z.string().nullable(),
      opened_at: z.string(),
      clocks_since: z.string(),
      sla_due_at: z.string(),
    })
    .nullable(),
  top_kernel_cve: z
    .object({ cve_id: z.string(), kev: z.boolean(), hosts: z.number(), fixed_versions: z.array(z.string()) })
    .nullable(),
  sort_key: z.union([z.number(), z.string()]),
});
export type CockpitRow = z.infer<typeof cockpitRow>;

/** Orders of the cockpit; `-` is descending. */
export const COCKPIT_SORTS = ['-urgency', 'urgency', 'name', '-name', 'trust_score', '-trust_score'] as const;
type CockpitSort = (typeof COCKPIT_SORTS)[number];

/** What to show. `after` is the sort key and tenant of the last row of the page before. */
export type CockpitQuery = {
  readonly mspId: string;
  readonly urgencyGreaterThan: number | null;
  readonly search: string | null;
  /** These tenants alone, such as the rows that a screen refreshes in place; without it, all. */
  readonly tenantIds?: readonly string[] | undefined;
  readonly sort: CockpitSort;
  readonly after: { readonly key: number | string; readonly id: string } | null;
  readonly limit: number;
};

const URGENCY = sql.join(
  URGENCY_TERMS.map(
    (term) => sql.fragment`${sql.identifier([term.name])} * ${term.weight}::float8 / ${term.divisor}::float8`,
  ),
  sql.fragment` + `,
);

/** Every tenant of the MSP that fits, with its terms and its urgency, as the common table expression `ranked`. */
function rankedTenants({ mspId, search, tenantIds }: Pick<CockpitQuery, 'mspId' | 'search' | 'tenantIds'>) {
  const pattern = search === null ? null : `%${search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
  const ids = tenantIds === undefined ? null : sql.array([...tenantIds], 'uuid');
  return sql.fragment`
    with mine as materialized (
      select id, slug, name from tenants
      where msp_owner = ${mspId}::uuid and (${pattern}::text is null or name ilike ${pattern} or slug ilike ${pattern})
        and (${ids}::uuid[] is null or id = any (${ids}::uuid[]))
    ),
    open_alerts as (
      select tenant_id,
        count(*) filter (where severity = 'critical') as open_critical,
        count(*) filter (where severity = 'high') as open_high,
        sum(floor(extract(epoch from now() - sla_due_at) / 60)) filter (where sla_due_at < now()) as sla_breach_minutes
      from alerts where status = 'open' group by tenant_id
    ),
    kev_cves as (
      select agent_cves.tenant_id, count(distinct cve_id) as kev_open_cves
      from agent_cves join agents on (agents.tenant_id, agents.id) = (agent_cves.tenant_id, agent_cves.agent_id)
      -- As an array rather than a join: the planner then looks the catalogue's CVEs up in agent_cves_open_by_cve, where
      -- for a join it reads every open CVE of every host (bench/cockpit.ts).
      where cve_id = any (array(select cve_id from kev_entries)) and patched_at is null and agents.is_active
      group by agent_cves.tenant_id
    ),
    unanswered as (
      select tenant_id, count(*) as overdue_eats
      from eats where outcome is null and acknowledged_at is null and expires_at < now() group by tenant_id
    ),
    hosts as (
      select tenant_id, count(*) as agents_active, count(*) filter (where link_state = 'offline') as agents_offline
      from agents where is_active group by tenant_id
    ),
    terms as (
      select mine.*, coalesce(open_critical, 0)::float8 as open_critical, coalesce(open_high, 0)::float8 as open_high,
        coalesce(sla_breach_minutes, 0)::float8 as sla_breach_minutes, coalesce(kev_open_cves, 0)::float8 as kev_open_cves,
        coalesce(overdue_eats, 0)::float8 as overdue_eats,
        coalesce(agents_active, 0) as agents_active, coalesce(agents_offline, 0) as agents_offline,
        now_score.score as trust_score, now_score.computed_at as trust_score_at,
        -- Newest snapshot that is at least 24 h old; no such snapshot, no change.
        coalesce(now_score.score - day_ago.score, 0)::float8 as trust_score_delta_24h
      from mine
      left join open_alerts on open_alerts.tenant_id = mine.id
      left join kev_cves on kev_cves.tenant_id = mine.id
      left join unanswered on unanswered.tenant_id = mine.id
      left join hosts on hosts.tenant_id = mine.id
      left join lateral (
        select score, computed_at from trust_scores where tenant_id = mine.id order by computed_at desc limit 1
      ) now_score on true
      left join lateral (
        select score from trust_scores
        where tenant_id = mine.id and computed_at <= now() - interval '24 hours' order by computed_at desc limit 1
      ) day_ago on true
    ),
    ranked as (select terms.*, ${URGENCY} as urgency from terms)`;
}

const summaryRow = z.object({
  tenants: z.number(),
  tenants_above: z.number(),
  open_critical: z.number(),
  open_high: z.number(),
  tenants_with_kev: z.number(),
  kev_open_cves: z.number(),
  overdue_eats: z.number(),
  agents_offline: z.number(),
});

/** All tenants of an MSP in one line. `tenants_above` counts those above the urgency given. */
export async function summarizeCockpit(
  tx: MspTx,
  query: { readonly mspId: string; readonly urgencyAbove: number },
): Promise<z.infer<typeof summaryRow>> {
  return tx.one(sql.type(summaryRow)`
    ${rankedTenants({ mspId: query.mspId, search: null })}
    select count(*) as tenants, count(*) filter (where urgency > ${query.urgencyAbove}::float8) as tenants_above,
      coalesce(sum(open_critical), 0) as open_critical, coalesce(sum(open_high), 0) as open_high,
      count(*) filter (where kev_open_cves > 0) as tenants_with_kev, coalesce(sum(kev_open_cves), 0) as kev_open_cves,
      coalesce(sum(overdue_eats), 0) as overdue_eats, coalesce(sum(agents_offline), 0)::float8 as agents_offline
    from ranked`);
}

/** One page of the cockpit in the MSP's scope. */
export async function listCockpit(tx: MspTx, query: CockpitQuery): Promise<readonly CockpitRow[]> {
  const column = query.sort.replace('-', '');
  const descending = query.sort.startsWith('-');
  // Tenants without a score yet sort below every score.
  const key = column === 'trust_score' ? sql.fragment`coalesce(trust_score, -1)` : sql.identifier([column]);
  const keyType = column === 'name' ? sql.fragment`text` : sql.fragment`float8`;
  const direction = descending ? sql.fragment`desc` : sql.fragment`asc`;
  const beyond = descending ? sql.fragment`<` : sql.fragment`>`;

  return tx.any(sql.type(cockpitRow)`
    ${rankedTenants(query)},
    shown as (
      select ranked.*, ${key} as sort_key from ranked
      where (${query.urgencyGreaterThan}::float8 is null or urgency > ${query.urgencyGreaterThan}::float8)
        and (${query.after === null} or (${key}, id) ${beyond} (${String(query.after?.key ?? 0)}::${keyType}, ${query.after?.id ?? null}::uuid))
      order by ${key} ${direction}, id ${direction} limit ${query.limit}
    )
    select shown.id as tenant_id, slug, name, urgency, open_critical, open_high, sla_breach_minutes, kev_open_cves,
      trust_score_delta_24h, overdue_eats, trust_score, trust_score_at, agents_active, agents_offline, sort_key,
      sparkline.points as sparkline, to_jsonb(top_alert) as top_alert, to_jsonb(top_cve) as top_kernel_cve
    from shown
    cross join lateral (
      select array_agg(point.score order by days desc) as points
      from generate_series(0, 13) as days
      left join lateral (
        select score from trust_scores
        where tenant_id = shown.id and computed_at <= now() - make_interval(days => days) order by computed_at desc limit 1
      ) point on true
    ) sparkline
    left join lateral (
      select alerts.id, number, severity, title, agent_id, hostname,
        ${iso(sql.fragment`opened_at`)} as opened_at,
        ${iso(sql.fragment`coalesce(severity_since, opened_at)`)} as clocks_since,
        ${iso(sql.fragment`sla_due_at`)} as sla_due_at
      from alerts left join agents on (agents.tenant_id, agents.id) = (alerts.tenant_id, alerts.agent_id)
      where alerts.tenant_id = shown.id and status = 'open'
      order by ${severityRank(sql.fragment`severity`)}, alerts.opened_at limit 1
    ) top_alert on true
    left join lateral (
      -- Known-exploited ones first. The second half runs only for tenants that have none: it must look at every open CVE.
      (
        select cve_id, true as kev, count(*) as hosts, array_agg(distinct fixed_version) filter (where fixed_version is not null) as fixed_versions
        from kev_entries join agent_cves using (cve_id) join agents on (agents.tenant_id, agents.id) = (agent_cves.tenant_id, agent_cves.agent_id)
        where agent_cves.tenant_id = shown.id and source = 'kernel' and patched_at is null and is_active and shown.kev_open_cves > 0
        group by cve_id, ransomware order by ransomware desc, hosts desc, cve_id desc limit 1
      ) union all (
        select cve_id, false as kev, count(*) as hosts, array_agg(distinct fixed_version) filter (where fixed_version is not null) as fixed_versions
        from agent_cves join agents on (agents.tenant_id, agents.id) = (agent_cves.tenant_id, agent_cves.agent_id)
          left join cve_scores using (cve_id)
        where agent_cves.tenant_id = shown.id and source = 'kernel' and patched_at is null and is_active
        group by cve_id, epss, cvss order by coalesce(epss, 0) desc, coalesce(cvss, 0) desc, hosts desc, cve_id desc limit 1
      ) limit 1
    ) top_cve on true
    order by sort_key ${direction}, shown.id ${direction}`);
}
