-- Why: who is on call by schedules that turn by themselves, and alerts that nobody acknowledges go on to the next person.
-- An escalation is a row written with its alert: at most one an alert, whatever races; what was decided to be told to
-- whom is a row by (alert, round, level, person), so that nobody is told twice of the same step.
-- Runs beside old code: yes.
-- Policies: schedules, overrides and escalation policies belong to the MSP: its people see all of them, the scope of one
-- tenant those that the tenant uses, so that no client reads the names made for another. Escalations are customer tables.

create table on_call_schedules (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null references msps,
  name text not null check (length(name) between 1 and 200),
  time_zone text not null check (length(time_zone) between 1 and 64),
  layers jsonb not null,      -- layers of src/domain/onCall.ts, bottom to top
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (msp_id, id)
);
create unique index on_call_schedules_name on on_call_schedules (msp_id, lower(name));
create unique index on_call_schedules_default on on_call_schedules (msp_id) where is_default;

create table on_call_overrides (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null,
  schedule_id uuid not null,
  user_id uuid not null references users,
  from_at timestamptz not null,
  until_at timestamptz not null,
  note text not null default '' check (length(note) <= 500),
  created_by uuid not null references users,
  created_at timestamptz not null default now(),
  foreign key (msp_id, schedule_id) references on_call_schedules (msp_id, id) on delete cascade,
  check (from_at < until_at and until_at - from_at <= interval '92 days')
);
create index on_call_overrides_schedule on on_call_overrides (schedule_id, until_at);

create table escalation_policies (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null references msps,
  name text not null check (length(name) between 1 and 200),
  minimum_severity text not null check (minimum_severity in ('critical', 'high', 'medium', 'low', 'info')),
  levels jsonb not null,      -- levels of src/domain/escalation.ts
  repeats int not null check (repeats between 0 and 10),
  is_default boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (msp_id, id)
);
create unique index escalation_policies_name on escalation_policies (msp_id, lower(name));
create unique index escalation_policies_default on escalation_policies (msp_id) where is_default;

alter table groups
  add column on_call_schedule_id uuid references on_call_schedules,
  add column escalation_policy_id uuid references escalation_policies;
alter table tenant_settings add column escalation_policy_id uuid references escalation_policies;
create index groups_on_call_schedule on groups (on_call_schedule_id) where on_call_schedule_id is not null;
create index groups_escalation_policy on groups (escalation_policy_id) where escalation_policy_id is not null;
create index tenant_settings_escalation_policy on tenant_settings (escalation_policy_id) where escalation_policy_id is not null;

-- Checks of foreign keys are not bound by row-level security and would take what is another MSP's.
create function app.on_call_is_of_msp() returns trigger language plpgsql as $$
declare named jsonb := to_jsonb(new);
begin
  if named ->> 'on_call_schedule_id' is not null and not exists (
    select from public.on_call_schedules s join public.tenants t on t.msp_owner = s.msp_id
    where s.id = (named ->> 'on_call_schedule_id')::uuid and t.id = new.tenant_id
  ) then
    raise exception 'there is no on-call schedule % for this tenant', named ->> 'on_call_schedule_id' using errcode = 'foreign_key_violation';
  end if;
  if named ->> 'escalation_policy_id' is not null and not exists (
    select from public.escalation_policies p join public.tenants t on t.msp_owner = p.msp_id
    where p.id = (named ->> 'escalation_policy_id')::uuid and t.id = new.tenant_id
  ) then
    raise exception 'there is no escalation policy % for this tenant', named ->> 'escalation_policy_id' using errcode = 'foreign_key_violation';
  end if;
  return new;
end $$;
create trigger on_call_is_of_msp before insert or update of on_call_schedule_id, escalation_policy_id on groups
  for each row execute function app.on_call_is_of_msp();
create trigger on_call_is_of_msp before insert or update of escalation_policy_id on tenant_settings
  for each row execute function app.on_call_is_of_msp();

create table alert_escalations (
  alert_id uuid primary key,
  tenant_id uuid not null references tenants,
  msp_id uuid not null references msps,
  policy_id uuid not null,    -- of its opening; it may have been deleted since
  policy jsonb not null,      -- name, levels and repeats as they were when the alert opened
  -- waiting: nobody has been told yet. silenced: a maintenance window or a snooze holds it.
  state text not null default 'waiting'
    check (state in ('waiting', 'silenced', 'escalating', 'acknowledged', 'resolved', 'exhausted')),
  round int not null default 0 check (round >= 0),
  level int not null default 0 check (level >= 0),   -- the last one told, from 1; 0: none
  created_at timestamptz not null default now(),
  next_at timestamptz not null default now(),        -- when it goes on by itself
  ended_at timestamptz,
  unique (tenant_id, alert_id),
  foreign key (tenant_id, alert_id) references alerts (tenant_id, id),
  check ((state in ('acknowledged', 'resolved', 'exhausted')) = (ended_at is not null))
);
create index alert_escalations_due on alert_escalations (next_at) where ended_at is null;
create index alert_escalations_waiting on alert_escalations (tenant_id, created_at) where state = 'waiting';

create table alert_escalation_notices (
  tenant_id uuid not null,
  alert_id uuid not null,
  round int not null,
  level int not null,
  user_id uuid not null references users,
  decided_at timestamptz not null default now(),
  told_at timestamptz,
  primary key (alert_id, round, level, user_id),
  foreign key (tenant_id, alert_id) references alert_escalations (tenant_id, alert_id)
);

do $$
declare tbl text;
begin
  foreach tbl in array array['alert_escalations', 'alert_escalation_notices'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select on %I to monsys_app', tbl);
    execute format('grant select, insert on %I to monsys_core', tbl);
  end loop;
end $$;
grant insert on alert_escalations to monsys_app;
grant update (state, round, level, next_at, ended_at) on alert_escalations to monsys_core;
grant update (told_at) on alert_escalation_notices to monsys_core;

do $$
declare tbl text;
begin
  foreach tbl in array array['on_call_schedules', 'on_call_overrides', 'escalation_policies'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy msp_scope on %I to monsys_app using (msp_id = (select app.msp())) with check (msp_id = (select app.msp()))', tbl);
    execute format('create policy people_reads on %I for select to monsys_app using (msp_id = (select app.people()))', tbl);
    execute format('create policy system_scope on %I for select to monsys_core using ((select app.scope()) = ''system'')', tbl);
    execute format('grant select on %I to monsys_app, monsys_core', tbl);
    execute format('grant insert, delete on %I to monsys_app', tbl);
  end loop;
end $$;
create policy used_by_tenant on on_call_schedules for select to monsys_app
  using (msp_id in (select t.msp_owner from tenants t where t.id = (select app.tenant()))
    and (is_default or id in (select g.on_call_schedule_id from groups g where g.tenant_id = (select app.tenant()))));
create policy used_by_tenant on escalation_policies for select to monsys_app
  using (msp_id in (select t.msp_owner from tenants t where t.id = (select app.tenant()))
    and (is_default or id in (select g.escalation_policy_id from groups g where g.tenant_id = (select app.tenant()))
      or id in (select s.escalation_policy_id from tenant_settings s where s.tenant_id = (select app.tenant()))));
grant update on on_call_schedules, escalation_policies to monsys_app;
