-- Why: packs with their files. A pack is one row, written when everything is there: it appears whole or not at all.
-- Files are content-addressed outside the database; the row holds their digests, the manifest and the signature.
-- A row of a closed month never changes (no UPDATE right but for the demo's placeholders); a filtered handover is a
-- row of its own. Runs beside old code: yes. Policies: customer tables as in 0004.

alter table audit_packs
  add column id uuid not null default gen_random_uuid(),
  -- Null for placeholders of demo history, which have no files.
  add column manifest text,
  add column manifest_sha256 text check (manifest_sha256 ~ '^[0-9a-f]{64}$'),
  add column sig text,
  add column key_id text references hub_keys,
  add column hash_chain_root text check (hash_chain_root ~ '^[0-9a-f]{64}$'),
  add column jsonl_sha256 text check (jsonl_sha256 ~ '^[0-9a-f]{64}$'),
  add column jsonl_bytes bigint,
  add column pdf_sha256 text check (pdf_sha256 ~ '^[0-9a-f]{64}$'),
  add column pdf_bytes bigint,
  add column entries int,
  -- Built before its month was over: a preview that the month's own build replaces.
  add column is_preview boolean not null default false,
  add constraint audit_packs_id unique (id),
  add constraint audit_packs_tenant_id unique (tenant_id, id),
  add constraint audit_packs_whole check ((manifest is null) = (sig is null) and (manifest is null) = (pdf_sha256 is null));

-- A month's tokens are read in the order of their results.
create index eats_by_result on eats (tenant_id, result_at, nonce) where outcome is not null;

create table handover_reports (
  tenant_id uuid not null references tenants,
  pack_id uuid not null,
  actor_suffix text not null check (length(actor_suffix) between 1 and 254),
  built_at timestamptz not null default now(),
  manifest text not null,
  sig text not null,
  key_id text not null references hub_keys,
  jsonl_sha256 text not null,
  jsonl_bytes bigint not null,
  pdf_sha256 text not null,
  pdf_bytes bigint not null,
  kept int not null,
  left_out int not null,
  primary key (pack_id, actor_suffix),
  foreign key (tenant_id, pack_id) references audit_packs (tenant_id, id)
);

-- Builds under way and failed, for screens; the workflow is the authority.
create table pack_builds (
  tenant_id uuid not null references tenants,
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  started_at timestamptz not null default now(),
  finished_at timestamptz,
  stage text not null default 'waiting',
  lines int not null default 0,
  error text,
  requested_by_email text,
  primary key (tenant_id, month)
);

-- Whom a pack is handed to.
create table handover_contacts (
  tenant_id uuid not null references tenants,
  email text not null check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
  name text not null default '',
  created_at timestamptz not null default now(),
  primary key (tenant_id, email)
);

do $$
declare tbl text;
begin
  foreach tbl in array array['handover_reports', 'pack_builds', 'handover_contacts'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select on %I to monsys_app, monsys_core', tbl);
  end loop;
end $$;
grant insert on handover_reports to monsys_core;
grant insert, update on pack_builds to monsys_core;
grant insert on pack_builds to monsys_app;
grant insert, delete on handover_contacts to monsys_app;
revoke insert, update on audit_packs from monsys_app, monsys_core;
grant insert on audit_packs to monsys_core;
grant delete on audit_packs, handover_reports to monsys_core;
-- A pack of a month that is over, with files, is for ever.
create function app.pack_is_final() returns trigger language plpgsql as $$
begin
  if old.manifest is not null and not old.is_preview and not old.is_demo then
    raise exception 'the pack of % is closed', old.month using errcode = 'insufficient_privilege';
  end if;
  return old;
end $$;
create trigger pack_is_final before delete or update on audit_packs for each row execute function app.pack_is_final();

-- A worker in the context of one tenant knows the name of its MSP, and, when it names that MSP (app.people), who its
-- people are: a pack says who did what.
create policy of_tenant on msps for select to monsys_core using (id in (select t.msp_owner from tenants t));
create policy people_reads_core on users for select to monsys_core using (msp_id = (select app.people()));
