-- Why: a window over a group was counted by who is in the group now, also for what had passed: a host that left its group
-- after a night of maintenance lost the night from the clocks of its alerts, which were breached at once, and one that
-- joined was given time before it had joined. Time in a group's window counts from the joining on, and what a host has
-- spent in one stays its own when it leaves: the trigger keeps it, whichever statement takes a member away.
-- Runs beside old code: yes. Policies: a customer table as in 0004.
create table maintenance_spent (
  tenant_id uuid not null,
  agent_id uuid not null,
  window_id uuid not null,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  primary key (tenant_id, agent_id, window_id, starts_at),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id),
  foreign key (tenant_id, window_id) references maintenance_windows (tenant_id, id)
);
call app.protect_tenant_table('maintenance_spent');
grant select, insert on maintenance_spent to monsys_app, monsys_core;
grant delete on maintenance_spent to monsys_core;

-- One that joined and left in one microsecond has spent nothing, and a primary key that is taken says the same already.
create function app.keep_maintenance_spent() returns trigger language plpgsql as $$
begin
  insert into maintenance_spent (tenant_id, agent_id, window_id, starts_at, ends_at)
  select g.tenant_id, g.agent_id, p.window_id, greatest(p.starts_at, g.added_at), least(p.ends_at, now())
  from gone g join maintenance_windows w on (w.tenant_id, w.group_id) = (g.tenant_id, g.group_id)
    join maintenance_periods p on (p.tenant_id, p.window_id) = (w.tenant_id, w.id)
  where greatest(p.starts_at, g.added_at) < least(p.ends_at, now())
  on conflict do nothing;
  return null;
end $$;
create trigger keep_maintenance_spent after delete on group_members referencing old table as gone
  for each statement execute function app.keep_maintenance_spent();
