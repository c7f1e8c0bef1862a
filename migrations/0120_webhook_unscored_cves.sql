-- Why: the kernel's own feed has no scores, so a kernel CVE raised no cve.match.new at all, not even one that is exploited
-- in the wild. Told from now on: what is scored 7.0 or more; what CISA lists, whatever its score; what has no score and is
-- called high or critical by its scanner; and kernel CVEs without a score, as nobody can say that they are harmless.
-- Runs beside old code: yes. Policies: none change.

-- All new matches of a host go together, a hundred a delivery: a new host may bring a thousand. Kernel CVEs without a score
-- are one delivery, whatever their number, with the newest hundred by name and the rest as a count: a host on an old kernel
-- brings thousands at once, and as many posts would bury the rest.
create or replace function app.tell_of_cves(rows agent_cves[]) returns void language sql as $$
  with judged as (
    select r.*, round(s.cvss::numeric, 1) as cvss, exists (select from kev_entries k where k.cve_id = r.cve_id) as kev
    from unnest(tell_of_cves.rows) r left join cve_scores s using (cve_id)
  ), wanted as (
    select j.*, not kev and cvss is null and severity is null and source = 'kernel' as is_unscored from judged j
    where kev or coalesce(cvss >= 7.0, severity in ('critical', 'high'), source = 'kernel')
  ), placed as (
    select w.*, row_number() over (partition by tenant_id, agent_id, is_unscored order by
        case when is_unscored then substr(cve_id, 5, 4) end desc, case when is_unscored then length(cve_id) end desc,
        case when is_unscored then cve_id end desc, cve_id, package) - 1 as place,
      count(*) over (partition by tenant_id, agent_id, is_unscored) as total
    from wanted w
  )
  select app.tell_webhooks('cve.match.new', g.tenant_id, g.agent_id, 'cve_match', json_build_object(
    'hostname', (select a.hostname from agents a where a.tenant_id = g.tenant_id and a.id = g.agent_id),
    'cves', g.cves, 'not_listed', g.not_listed))
  from (
    select tenant_id, agent_id, json_agg(json_build_object(
        'cve_id', cve_id,
        'cvss', cvss,
        'severity', severity,
        'kev', kev,
        'source', source,
        'package', package,
        'installed_version', installed_version,
        'fixed_version', fixed_version,
        'detected_at', app.webhook_time(detected_at)) order by place) as cves,
      case when is_unscored then max(total) - count(*) else 0 end as not_listed
    from placed where not is_unscored or place < 100
    group by tenant_id, agent_id, is_unscored, place / 100
  ) g
$$;
