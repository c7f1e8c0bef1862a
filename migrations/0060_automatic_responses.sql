-- Why: levels 1 and 2 may be automatic where a tenant wants it. A reporter proposes an action with its alert and says
-- how sure it is; level 1 runs when it is surer than 0.95, level 2 after three minutes in which nobody has
-- acknowledged the alert. Level 3 never. Off unless a tenant turns it on.
-- Runs beside old code: yes. Policies: customer table as in 0004.
alter table tenant_settings add column automatic_level smallint not null default 0 check (automatic_level between 0 and 2);

create table automatic_responses (
  alert_id uuid primary key,
  tenant_id uuid not null references tenants,
  agent_id uuid not null,
  nonce uuid not null unique default gen_random_uuid(),
  action jsonb not null,      -- one step action of src/domain/eat.ts
  level smallint not null check (level between 1 and 2),
  confidence real not null check (confidence between 0 and 1),
  proposed_at timestamptz not null default now(),
  decided_at timestamptz,
  decision text check (decision in ('ordered', 'acknowledged', 'not_sure_enough', 'switched_off', 'host_inactive')),
  foreign key (tenant_id, alert_id) references alerts (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id),
  check ((decided_at is null) = (decision is null))
);
call app.protect_tenant_table('automatic_responses');
grant select, insert on automatic_responses to monsys_app;
grant select on automatic_responses to monsys_core;
grant update (decided_at, decision) on automatic_responses to monsys_core;
