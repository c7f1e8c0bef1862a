-- Why: facts become alerts and open CVEs. Alert numbers are per tenant ("alert #847").
-- Policies added: customer tables as in 0004; the catalogues hold public data and carry no tenant.

create table tenant_settings (
  tenant_id uuid primary key references tenants,
  -- Minutes until sla_due_at by severity; null column value means the default of src/domain/sla.ts.
  sla_resolve_minutes jsonb not null default '{}',
  next_alert_number bigint not null default 1
);

create table alert_rules (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  name text not null,
  metric text not null,
  operator text not null check (operator in ('>', '>=', '<', '<=', '==', '!=')),
  threshold double precision not null,
  -- For process_running: the process name.
  metric_argument text,
  duration_secs int not null check (duration_secs between 0 and 604800),
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'info')),
  target jsonb not null,  -- {"kind":"all"} | {"kind":"agents","agent_ids":[]} | {"kind":"tag","tag":""}
  enabled boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);

-- Since when a rule's condition has held without a break, per subject: the host, or the tenant itself for
-- metrics of the whole fleet. A row of a host that is gone only waits to be dropped by the next pass.
create table alert_rule_pending (
  tenant_id uuid not null,
  rule_id uuid not null,
  subject_id uuid not null,
  since timestamptz not null,
  primary key (tenant_id, rule_id, subject_id),
  foreign key (tenant_id, rule_id) references alert_rules (tenant_id, id) on delete cascade
);

create table alerts (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  number bigint not null,
  agent_id uuid,
  source text not null check (source in ('rule', 'liveness', 'cve', 'alertmanager', 'ingest', 'security')),
  fingerprint text not null,
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'info')),
  title text not null check (length(title) between 1 and 300),
  detail jsonb not null default '{}',
  status text not null default 'open' check (status in ('open', 'acknowledged', 'resolved')),
  occurrences int not null default 1,
  opened_at timestamptz not null,
  last_occurred_at timestamptz not null,
  sla_due_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid references users,
  resolved_at timestamptz,
  resolved_by uuid references users,   -- null: resolved by the condition clearing
  resolution text,
  is_demo boolean not null default false,
  unique (tenant_id, id),
  unique (tenant_id, number),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id),
  check ((status = 'resolved') = (resolved_at is not null))
);
-- Duplicates fold: at most one unresolved alert per fingerprint, whatever races.
create unique index alerts_one_unresolved on alerts (tenant_id, fingerprint) where status <> 'resolved';
-- The cockpit counts and ranks open alerts per tenant from this index alone.
create index alerts_open on alerts (tenant_id, severity, opened_at) include (sla_due_at) where status = 'open';
create index alerts_recent on alerts (tenant_id, opened_at desc);

-- CISA KEV catalogue.
create table kev_entries (
  cve_id text primary key,
  vendor text not null, product text not null, name text not null,
  date_added date not null, due_date date,
  ransomware boolean not null
);
-- Kernel CVE -> stable stream -> first fixed version.
create table kernel_cve_fixes (
  cve_id text not null,
  stream text not null,
  fixed_version text not null,
  fixed_patch int not null,   -- third number of fixed_version: 5.15.25 -> 25
  primary key (stream, cve_id)
);
-- Exploit probability (EPSS) and CVSS where known.
create table cve_scores (
  cve_id text primary key,
  epss real check (epss between 0 and 1),
  cvss real check (cvss between 0 and 10)
);
-- What each feed last brought; a failed refresh leaves the last good copy and says so here.
create table feeds (
  name text primary key,
  version text not null,
  entries int not null,
  sha256 bytea not null,
  refreshed_at timestamptz not null,
  last_attempt_at timestamptz not null,
  last_error text
);
grant select on kev_entries, kernel_cve_fixes, cve_scores, feeds to monsys_app, monsys_core;
grant insert, update, delete on kev_entries, kernel_cve_fixes, cve_scores, feeds to monsys_core;

create table agent_cves (
  tenant_id uuid not null,
  agent_id uuid not null,
  source text not null check (source in ('kernel', 'trivy')),
  package text not null,           -- 'linux' for the kernel
  cve_id text not null,
  installed_version text not null,
  fixed_version text,
  severity text,
  detected_at timestamptz not null,
  patched_at timestamptz,
  patched_version text,
  primary key (tenant_id, agent_id, source, package, cve_id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index agent_cves_open on agent_cves (tenant_id, cve_id, agent_id) where patched_at is null;

create table kernel_changes (
  tenant_id uuid not null,
  agent_id uuid not null,
  changed_at timestamptz not null,
  from_release text,
  to_release text not null,
  primary key (tenant_id, agent_id, changed_at),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);

do $$
declare tbl text;
begin
  foreach tbl in array array['tenant_settings', 'alert_rules', 'alert_rule_pending', 'alerts', 'agent_cves', 'kernel_changes'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select, insert, update, delete on %I to monsys_core', tbl);
    execute format('grant select, insert, update on %I to monsys_app', tbl);
  end loop;
end $$;
grant delete on alert_rules, alert_rule_pending to monsys_app;
