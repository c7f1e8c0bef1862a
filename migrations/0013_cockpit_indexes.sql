-- Why: the cockpit asks "which tenants have this known-exploited CVE open" for the few CVEs of the KEV catalogue.
-- An index that leads with the CVE answers from those few; one that leads with the tenant reads every open CVE of
-- every host (bench/cockpit.ts). Runs beside old code: yes. Policies: none.
create index agent_cves_open_by_cve on agent_cves (cve_id, tenant_id, agent_id) where patched_at is null;
