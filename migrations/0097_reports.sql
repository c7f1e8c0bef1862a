-- Why: reports on demand beside the monthly packs: of a period and of chosen hosts, by a template. A row is written when
-- a report is asked for, tells how its build gets on, and holds its files' digests and signature when it is done.
-- Runs beside old code: yes. Policies: customer tables as in 0004.
create table reports (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  template text not null check (template in ('executive', 'technical_audit', 'per_group', 'msp_handover')),
  title text not null check (length(title) between 1 and 200),
  period_from timestamptz not null,
  period_until timestamptz not null,
  -- The hosts that the scope meant when the report was asked for; null: every host of the tenant.
  agent_ids uuid[],
  actor_suffix text check (length(actor_suffix) between 2 and 254),
  state text not null default 'building' check (state in ('building', 'done', 'failed')),
  stage text not null default 'waiting',
  lines int not null default 0,
  error text,
  requested_by_email text not null,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  manifest text,
  sig text,
  key_id text references hub_keys,
  jsonl_sha256 text check (jsonl_sha256 ~ '^[0-9a-f]{64}$'),
  pdf_sha256 text check (pdf_sha256 ~ '^[0-9a-f]{64}$'),
  unique (tenant_id, id),
  check (period_from < period_until and period_until - period_from <= interval '365 days'),
  check ((template = 'msp_handover') = (actor_suffix is not null)),
  check ((state = 'done') = (manifest is not null) and (manifest is null) = (sig is null) and (manifest is null) = (key_id is null)
    and (manifest is null) = (jsonl_sha256 is null) and (manifest is null) = (pdf_sha256 is null))
);
create index reports_newest on reports (tenant_id, created_at desc, id);

call app.protect_tenant_table('reports');
grant select on reports to monsys_app, monsys_core;
grant insert on reports to monsys_app;
-- The API notes that a build could not be started; everything else is the worker's.
grant update (state, stage, error, finished_at) on reports to monsys_app;
grant update (state, stage, lines, error, finished_at, manifest, sig, key_id, jsonl_sha256, pdf_sha256) on reports to monsys_core;

-- A report that is done is for ever.
create function app.report_is_final() returns trigger language plpgsql as $$
begin
  if old.state = 'done' then
    raise exception 'the report % is done', old.id using errcode = 'insufficient_privilege';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger report_is_final before delete or update on reports for each row execute function app.report_is_final();
