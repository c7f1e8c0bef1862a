-- Why: SLA policies of an MSP (minutes by severity, counted inside a calendar, paused in maintenance), the clock of
-- acknowledging beside that of resolving, maintenance windows as the one mechanism of maintenance, and who works on an
-- alert.
-- Runs beside old code: no. agents.maintenance_until gives way to windows; restart API and workers with it.
-- Policies: maintenance tables are customer tables as in 0004. sla_policies belongs to the MSP: its people read all of
-- them, the scope of one tenant those that the tenant uses, so that no client reads the names made for another.

create table sla_policies (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null references msps,
  name text not null check (length(name) between 1 and 200),
  is_default boolean not null default false,
  minutes jsonb not null,     -- {"critical": {"acknowledge_minutes": 15, "resolve_minutes": 60}, ...}, every severity
  calendar jsonb not null,    -- a calendar of src/domain/businessCalendar.ts
  pauses_in_maintenance boolean not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index sla_policies_name on sla_policies (msp_id, lower(name));
create unique index sla_policies_default on sla_policies (msp_id) where is_default;

alter table groups add column sla_policy_id uuid references sla_policies;
alter table tenant_settings add column sla_policy_id uuid references sla_policies;
create index groups_sla_policy on groups (sla_policy_id) where sla_policy_id is not null;
create index tenant_settings_sla_policy on tenant_settings (sla_policy_id) where sla_policy_id is not null;

-- A foreign key would take another MSP's policy: checks of keys are not bound by row-level security, this trigger is.
create function app.sla_policy_is_of_msp() returns trigger language plpgsql as $$
begin
  if new.sla_policy_id is not null and not exists (
    select from sla_policies p join tenants t on t.msp_owner = p.msp_id where p.id = new.sla_policy_id and t.id = new.tenant_id
  ) then
    raise exception 'there is no SLA policy % for this tenant', new.sla_policy_id using errcode = 'foreign_key_violation';
  end if;
  return new;
end $$;
create trigger sla_policy_is_of_msp before insert or update of sla_policy_id on groups
  for each row execute function app.sla_policy_is_of_msp();
create trigger sla_policy_is_of_msp before insert or update of sla_policy_id on tenant_settings
  for each row execute function app.sla_policy_is_of_msp();

create table maintenance_windows (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  title text not null check (length(title) between 1 and 200),
  reason text not null check (length(reason) between 1 and 2000),
  scope text not null check (scope in ('tenant', 'group', 'agents')),
  group_id uuid,
  agent_ids uuid[] check (cardinality(agent_ids) between 1 and 1000),
  schedule jsonb not null,    -- a schedule of src/domain/maintenanceSchedule.ts
  created_by_email text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  cancelled_at timestamptz,
  cancelled_by_email text,
  unique (tenant_id, id),
  foreign key (tenant_id, group_id) references groups (tenant_id, id),
  check ((scope = 'group') = (group_id is not null) and (scope = 'agents') = (agent_ids is not null))
);

-- What the schedule of a window means in time, worked out by the domain when it is made or changed. A change never
-- touches what is over: clocks that stood still then stay as they were.
create table maintenance_periods (
  tenant_id uuid not null,
  window_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  primary key (tenant_id, window_id, starts_at),
  foreign key (tenant_id, window_id) references maintenance_windows (tenant_id, id)
);
create index maintenance_periods_ends on maintenance_periods (tenant_id, ends_at);

insert into maintenance_windows (tenant_id, title, reason, scope, agent_ids, schedule)
select tenant_id, left('Maintenance of ' || hostname, 200), 'Set on the host.', 'agents', array[id],
  jsonb_build_object('kind', 'once', 'from', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'until', to_char(maintenance_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
from agents where maintenance_until > now();
insert into maintenance_periods (tenant_id, window_id, starts_at, ends_at)
select tenant_id, id, now(), (schedule ->> 'until')::timestamptz from maintenance_windows;
alter table agents drop column maintenance_until;

-- Hosts inside a window at a moment; a host in two windows is there twice. Scope by scope, so that each is a plain join.
create function app.hosts_in_maintenance(at timestamptz)
returns table (tenant_id uuid, agent_id uuid, window_id uuid, ends_at timestamptz) language sql stable parallel safe as $$
  select p.tenant_id, a.id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    join public.agents a on a.tenant_id = p.tenant_id
  where w.scope = 'tenant' and p.starts_at <= at and p.ends_at > at
  union all
  select p.tenant_id, m.agent_id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    join public.group_members m on (m.tenant_id, m.group_id) = (w.tenant_id, w.group_id)
  where w.scope = 'group' and p.starts_at <= at and p.ends_at > at
  union all
  select p.tenant_id, a.id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    cross join unnest(w.agent_ids) a (id)
  where w.scope = 'agents' and p.starts_at <= at and p.ends_at > at $$;

alter table alerts
  add column ack_due_at timestamptz,   -- null: opened before there was a clock of acknowledging
  add column sla jsonb,                -- the policy as it was in force at the opening, for counting anew; null: built-in
  -- The window inside which it opened, and until when nobody is told of it because of that.
  add column silenced_by_maintenance uuid,
  add column silenced_until timestamptz,
  add column snoozed_until timestamptz,  -- 'infinity': until it is resolved
  add column assigned_to uuid references users,
  add column assigned_at timestamptz,
  add foreign key (tenant_id, silenced_by_maintenance) references maintenance_windows (tenant_id, id),
  add check ((silenced_by_maintenance is null) = (silenced_until is null)),
  add check ((assigned_to is null) = (assigned_at is null));
create index alerts_assigned on alerts (assigned_to) where status <> 'resolved' and assigned_to is not null;

do $$
declare tbl text;
begin
  foreach tbl in array array['maintenance_windows', 'maintenance_periods'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select on %I to monsys_app, monsys_core', tbl);
    execute format('grant insert, update on %I to monsys_app', tbl);
  end loop;
end $$;
grant delete on maintenance_periods to monsys_app;

alter table sla_policies enable row level security;
alter table sla_policies force row level security;
create policy readable on sla_policies for select to monsys_app
  using (msp_id = (select app.msp()) or msp_id = (select app.people())
    or (msp_id in (select t.msp_owner from tenants t where t.id = (select app.tenant()))
      and (is_default or id in (select g.sla_policy_id from groups g where g.tenant_id = (select app.tenant()))
        or id in (select s.sla_policy_id from tenant_settings s where s.tenant_id = (select app.tenant())))));
create policy msp_writes on sla_policies for insert to monsys_app with check (msp_id = (select app.msp()));
create policy msp_updates on sla_policies for update to monsys_app
  using (msp_id = (select app.msp())) with check (msp_id = (select app.msp()));
create policy msp_deletes on sla_policies for delete to monsys_app using (msp_id = (select app.msp()));
create policy system_scope on sla_policies for select to monsys_core using ((select app.scope()) = 'system');
grant select on sla_policies to monsys_app, monsys_core;
grant insert, update, delete on sla_policies to monsys_app;
