-- Why: one invoice over all tenants. A closed month is frozen, so that an old month's numbers never change; the
-- count of each day is kept, so that a bill can be explained.
-- Runs beside old code: yes. Policies: customer tables as in 0004; closed months belong to the MSP.

create table agent_daily_counts (
  tenant_id uuid not null references tenants,
  day date not null,
  active_agents int not null check (active_agents >= 0),
  primary key (tenant_id, day)
);

create table billing_months (
  tenant_id uuid not null references tenants,
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  msp_id uuid not null references msps,
  tenant_name text not null,
  active_agents int not null check (active_agents >= 0),
  billable_agents int not null check (billable_agents >= 0),
  monthly_cents bigint not null check (monthly_cents >= 0),
  -- daily_count: the last count of the month. reconstructed: the hub was not there to count.
  basis text not null check (basis in ('daily_count', 'reconstructed')),
  closed_at timestamptz not null default now(),
  primary key (tenant_id, month)
);
create index billing_months_msp on billing_months (msp_id, month);

do $$
declare tbl text;
begin
  foreach tbl in array array['agent_daily_counts', 'billing_months'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select on %I to monsys_app', tbl);
    execute format('grant select, insert on %I to monsys_core', tbl);
  end loop;
end $$;
-- Today's count may be taken again; those of days gone by, and closed months, may not be changed by any runtime role.
grant update (active_agents) on agent_daily_counts to monsys_core;
