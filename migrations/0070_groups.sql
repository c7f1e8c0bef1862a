-- Why: groups of hosts that keep themselves by a rule over facts, and what a host inherits from them (runbook, times of
-- the SLA, who is on call).
-- Runs beside old code: yes. Policies: customer tables as in 0004.
create table groups (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  name text not null check (length(name) between 1 and 200),
  rule jsonb not null,        -- a rule of src/domain/tagRule.ts
  -- Of several groups of a host the smallest number is asked first, then the name.
  priority int not null default 100 check (priority between 0 and 1000000),
  sla_resolve_minutes jsonb not null default '{}',
  on_call jsonb,              -- {"name":"","contact":""}
  runbook_version int not null default 0,
  has_runbook boolean not null default false,  -- the present version is not empty
  -- SHA-256 of the sorted member ids, joined by line feeds: a pass touches members only where it is another one.
  members_hash bytea not null default sha256(''),
  member_count int not null default 0,
  members_changed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  archived_at timestamptz,
  unique (tenant_id, id)
);
create unique index groups_name on groups (tenant_id, lower(name)) where archived_at is null;

create table group_members (
  tenant_id uuid not null,
  group_id uuid not null,
  agent_id uuid not null,
  added_at timestamptz not null default now(),
  primary key (tenant_id, group_id, agent_id),
  foreign key (tenant_id, group_id) references groups (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index group_members_agent on group_members (tenant_id, agent_id);

-- Runbooks are never changed, only followed by the next version.
create table group_runbooks (
  tenant_id uuid not null,
  group_id uuid not null,
  version int not null check (version > 0),
  markdown text not null check (length(markdown) <= 200000),
  author_email text,
  created_at timestamptz not null default now(),
  primary key (tenant_id, group_id, version),
  foreign key (tenant_id, group_id) references groups (tenant_id, id)
);

do $$
declare tbl text;
begin
  foreach tbl in array array['groups', 'group_members', 'group_runbooks'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select on %I to monsys_core, monsys_app', tbl);
  end loop;
end $$;
grant insert, update on groups to monsys_app;
grant update (members_hash, member_count, members_changed_at) on groups to monsys_core;
grant insert, delete on group_members to monsys_app, monsys_core;
grant insert on group_runbooks to monsys_app;
