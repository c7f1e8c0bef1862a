/** CVEs of hosts: matched for kernels, reported for packages; opened and patched with their times. */

import { z } from 'zod';
import { parseKernelVersion } from '../domain/kernelCve.ts';
import { SEVERITIES, type Severity } from '../domain/severity.ts';
import type { PackageCve } from '../domain/trivy.ts';
import { lockTenantAlerts } from './alertLock.ts';
import { clearAlert, raiseAlert } from './alerts.ts';
import { PATCHED_BY } from './cveTimeline.ts';
import { severityRank } from './fragments.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** A host whose kernel may have changed. `at` is when that was seen, ISO 8601. */
export type KernelSighting = {
  readonly tenantId: string;
  readonly agentId: string;
  readonly kernelUpstream: string | null;
  readonly at: string;
};

/**
 * Brings the kernel CVEs of one host up to date, in one pass over its stream's fixes: new ones open, those that
 * the kernel has reached (or left with its stream) are patched, those of a downgrade open again.
 */
export async function syncKernelCves(tx: AnyTx, host: KernelSighting): Promise<void> {
  const version = host.kernelUpstream === null ? null : parseKernelVersion(host.kernelUpstream);
  // Before the first row of the hosts, here and below: two passes over one tenant wait here, not for each other's rows.
  await lockTenantAlerts(tx, host.tenantId);
  await tx.query(sql.unsafe`
    with open_now as (
      select cve_id, fixed_version from kernel_cve_fixes
      where stream = ${version?.stream ?? null} and fixed_patch > ${version?.patch ?? 0}
    ), patched as (
      update agent_cves c set patched_at = ${host.at}::timestamptz, patched_version = ${host.kernelUpstream}
      where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and source = 'kernel' and patched_at is null
        -- A kernel that cannot be known neither opens nor closes anything.
        and ${version !== null} and not exists (select from open_now o where o.cve_id = c.cve_id)
    )
    insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, detected_at)
    select ${host.tenantId}::uuid, ${host.agentId}::uuid, 'kernel', 'linux', cve_id, ${host.kernelUpstream ?? ''}, fixed_version, ${host.at}::timestamptz
    from open_now
    on conflict (tenant_id, agent_id, source, package, cve_id) do update set installed_version = excluded.installed_version,
      fixed_version = excluded.fixed_version, patched_at = null, patched_version = null,
      detected_at = case when agent_cves.patched_at is null then agent_cves.detected_at else excluded.detected_at end
    where agent_cves.patched_at is not null or agent_cves.installed_version <> excluded.installed_version
      or agent_cves.fixed_version is distinct from excluded.fixed_version`);
  await syncKevAlerts(tx, host.tenantId, host.at);
}

/** Replaces the package CVEs of a host by those of a new report; what is gone is patched. */
export async function syncPackageCves(
  tx: AnyTx,
  host: { readonly tenantId: string; readonly agentId: string; readonly at: string },
  cves: readonly PackageCve[],
): Promise<void> {
  await lockTenantAlerts(tx, host.tenantId);
  await tx.query(sql.unsafe`
    with reported as (
      select cve_id, package, installed_version, fixed_version, severity
      from jsonb_to_recordset(${JSON.stringify(cves)}::jsonb) as r (cve_id text, package text, installed_version text, fixed_version text, severity text)
    ), patched as (
      update agent_cves c set patched_at = ${host.at}::timestamptz
      where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and source = 'trivy' and patched_at is null
        and not exists (select from reported r where (r.package, r.cve_id) = (c.package, c.cve_id))
    )
    insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, severity, detected_at)
    select ${host.tenantId}::uuid, ${host.agentId}::uuid, 'trivy', package, cve_id, installed_version, fixed_version, severity, ${host.at}::timestamptz
    from reported
    on conflict (tenant_id, agent_id, source, package, cve_id) do update set installed_version = excluded.installed_version,
      fixed_version = excluded.fixed_version, severity = excluded.severity, patched_at = null, patched_version = null,
      detected_at = case when agent_cves.patched_at is null then agent_cves.detected_at else excluded.detected_at end`);
  await syncKevAlerts(tx, host.tenantId, host.at);
}

const kevStateRow = z.object({
  cve_id: z.string(),
  name: z.string(),
  ransomware: z.boolean(),
  hosts: z.number(),
  is_alerted: z.boolean(),
});

/**
 * One alert per tenant and known-exploited CVE: raised while a host is open to it, critical when ransomware uses
 * it, cleared with the last patched host. Hosts patched at once come one after the other, so that the last one sees
 * all of them.
 */
export async function syncKevAlerts(tx: AnyTx, tenantId: string, at: string): Promise<void> {
  await lockTenantAlerts(tx, tenantId);
  const states = await tx.any(sql.type(kevStateRow)`
    with open_kev as (
      select cve_id, count(distinct agent_id) as hosts
      from agent_cves c join kev_entries k using (cve_id)
      where c.tenant_id = ${tenantId}::uuid and c.patched_at is null
        and exists (select from agents a where a.tenant_id = c.tenant_id and a.id = c.agent_id and a.is_active)
      group by cve_id
    ), alerted as (
      select substr(fingerprint, 9) as cve_id from alerts
      where tenant_id = ${tenantId}::uuid and source = 'cve' and status <> 'resolved' and fingerprint like 'kev_cve:%'
    )
    select cve_id, coalesce(k.name, '') as name, coalesce(k.ransomware, false) as ransomware, coalesce(o.hosts, 0) as hosts, a.cve_id is not null as is_alerted
    from open_kev o full join alerted a using (cve_id) left join kev_entries k using (cve_id)
    where (o.cve_id is null) <> (a.cve_id is null)`);
  for (const state of states) {
    const fingerprint = `kev_cve:${state.cve_id}`;
    if (state.is_alerted) {
      await clearAlert(tx, tenantId, fingerprint, at, 'No active host is open to it any more.');
    } else {
      await raiseAlert(tx, {
        tenant_id: tenantId,
        agent_id: null,
        source: 'cve',
        fingerprint,
        severity: state.ransomware ? 'critical' : 'high',
        title:
          `${state.cve_id} is exploited in the wild and open on ${state.hosts} ${state.hosts === 1 ? 'host' : 'hosts'}: ${state.name}`.slice(
            0,
            300,
          ),
        detail: { cve_id: state.cve_id, hosts: state.hosts, ransomware: state.ransomware },
        at,
      });
    }
  }
}

/** A CVE over all hosts in scope, as lists show it. */
export const cveRow = z.object({
  cve_id: z.string(),
  kev: z.boolean(),
  ransomware: z.boolean(),
  epss: z.number().nullable(),
  cvss: z.number().nullable(),
  severity: z.enum(SEVERITIES).nullable(),
  packages: z.array(z.string()),
  sources: z.array(z.enum(['kernel', 'trivy'])),
  hosts_open: z.number(),
  hosts_patched: z.number(),
  fixed_versions: z.array(z.string()),
  first_detected_at: z.string(),
  last_patched_at: z.string().nullable(),
});
export type CveRow = z.infer<typeof cveRow>;

/** What a list of CVEs is narrowed to; `after` is the (kev, hosts, id) of the last row of the page before. */
export type CveFilter = {
  readonly tenantId: string | null;
  /** Of one host; its counts of hosts are then one or none. */
  readonly agentId?: string | undefined;
  readonly state: 'open' | 'patched' | 'all';
  readonly kevOnly: boolean;
  readonly severity: Severity | null;
  /** CVSS score at least; those without a score are left out. */
  readonly minCvss: number | null;
  readonly source: 'kernel' | 'trivy' | null;
  readonly search: string | null;
  readonly after: { readonly kev: number; readonly hosts: number; readonly id: string } | null;
  readonly limit: number;
};

/** CVEs in scope: known-exploited first, then by hosts open. Deactivated hosts do not count. */
export async function listCves(tx: AnyTx, filter: CveFilter): Promise<readonly CveRow[]> {
  const { after } = filter;
  return tx.any(sql.type(cveRow)`
    with grouped as (
      select c.cve_id, k.cve_id is not null as kev, coalesce(k.ransomware, false) as ransomware, s.epss, s.cvss,
        (array_agg(c.severity order by ${severityRank(sql.fragment`c.severity`)}))[1] as severity,
        array_agg(distinct c.package) as packages, array_agg(distinct c.source) as sources,
        count(distinct c.agent_id) filter (where c.patched_at is null) as hosts_open,
        count(distinct c.agent_id) filter (where c.patched_at is not null) as hosts_patched,
        coalesce(array_agg(distinct c.fixed_version) filter (where c.fixed_version is not null), '{}') as fixed_versions,
        min(c.detected_at) as first_detected_at, max(c.patched_at) as last_patched_at
      from agent_cves c join agents a on a.tenant_id = c.tenant_id and a.id = c.agent_id and a.is_active
        left join kev_entries k using (cve_id) left join cve_scores s using (cve_id)
      where (${filter.tenantId}::uuid is null or c.tenant_id = ${filter.tenantId}::uuid)
        and (${filter.agentId ?? null}::uuid is null or c.agent_id = ${filter.agentId ?? null}::uuid)
        and (${filter.source}::text is null or c.source = ${filter.source})
        and (${filter.search}::text is null or strpos(lower(c.cve_id || ' ' || c.package), lower(${filter.search})) > 0)
        and (not ${filter.kevOnly} or k.cve_id is not null)
      group by c.cve_id, k.cve_id, k.ransomware, s.epss, s.cvss
    )
    select * from grouped
    where (${filter.state} = 'all' or (hosts_open > 0) = (${filter.state} = 'open'))
      and (${filter.severity}::text is null or severity = ${filter.severity})
      and (${filter.minCvss}::real is null or cvss >= ${filter.minCvss}::real)
      and (${after === null} or (kev::int, hosts_open, cve_id) < (${after?.kev ?? 0}, ${after?.hosts ?? 0}, ${after?.id ?? ''}))
    order by kev desc, hosts_open desc, cve_id desc limit ${filter.limit}`);
}

/** One host's part in a CVE. */
export const cveHostRow = z.object({
  tenant_id: z.uuid(),
  agent_id: z.uuid(),
  hostname: z.string(),
  source: z.enum(['kernel', 'trivy']),
  package: z.string(),
  installed_version: z.string(),
  fixed_version: z.string().nullable(),
  detected_at: z.string(),
  patched_at: z.string().nullable(),
  patched_version: z.string().nullable(),
  operator_email: z.string().nullable().describe('who had it patched, as far as a token tells'),
});

/** Hosts in scope that have or had a CVE, open ones first. */
export async function listCveHosts(
  tx: AnyTx,
  cveId: string,
  tenantId: string | null,
): Promise<readonly z.infer<typeof cveHostRow>[]> {
  return tx.any(sql.type(cveHostRow)`
    select c.tenant_id, c.agent_id, a.hostname, c.source, c.package, c.installed_version, c.fixed_version, c.detected_at, c.patched_at, c.patched_version,
      ${PATCHED_BY} as operator_email
    from agent_cves c join agents a on a.tenant_id = c.tenant_id and a.id = c.agent_id
    where c.cve_id = ${cveId} and (${tenantId}::uuid is null or c.tenant_id = ${tenantId}::uuid)
    order by c.patched_at is not null, a.hostname, c.package limit 5000`);
}

const sightingRow = z.object({ tenant_id: z.uuid(), agent_id: z.uuid(), kernel_upstream: z.string().nullable() });

/** Hosts after the given one, for a pass over the whole fleet. */
export async function listKernelSightings(
  tx: AnyTx,
  afterAgentId: string | null,
  limit: number,
): Promise<readonly z.infer<typeof sightingRow>[]> {
  return tx.any(sql.type(sightingRow)`
    select tenant_id, id as agent_id, kernel_upstream from agents
    where is_active and kernel_upstream is not null and (${afterAgentId}::uuid is null or id > ${afterAgentId}::uuid) order by id limit ${limit}`);
}
