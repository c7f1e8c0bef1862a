-- Why: invoices as EN 16931 wants them: who bills whom, the MSP's own prices for its clients, and invoices that are final
-- with a number. A price list is in force from a month on, and only months that are not over can be given one, so that a
-- closed month keeps its prices. An invoice keeps its lines, parties, VAT and its very bytes.
-- Runs beside old code: yes. Policies: the MSP's own tables by app.msp, customer tables as in 0004.

create table msp_invoicing (
  msp_id uuid primary key references msps,
  -- The shape of src/domain/party.ts.
  party jsonb not null,
  number_prefix text not null default 'INV' check (number_prefix ~ '^[A-Z0-9]{1,10}$'),
  updated_at timestamptz not null default now()
);

create table tenant_invoicing (
  tenant_id uuid primary key references tenants,
  party jsonb not null,
  updated_at timestamptz not null default now()
);

create table price_lists (
  msp_id uuid not null references msps,
  effective_from text not null check (effective_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  -- The shape of src/domain/priceList.ts.
  list jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (msp_id, effective_from)
);

-- The last number allotted by an issuer in a year: an MSP, or the hub's operator (the zero id). Its row is locked while an
-- invoice is made, and number and invoice are one transaction, so that no number is lost or given twice.
create table invoice_counters (
  issuer_id uuid not null,
  year int not null check (year between 2020 and 9999),
  last int not null check (last >= 0),
  primary key (issuer_id, year)
);

-- From the hub's operator to an MSP.
create table msp_invoices (
  msp_id uuid not null references msps,
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  number text not null unique,
  issued_on date not null,
  payable_cents bigint not null check (payable_cents >= 0),
  document jsonb not null,
  xml text not null,
  created_at timestamptz not null default now(),
  primary key (msp_id, month)
);

-- From an MSP to one of its clients.
create table tenant_invoices (
  tenant_id uuid not null references tenants,
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  msp_id uuid not null references msps,
  number text not null,
  issued_on date not null,
  payable_cents bigint not null check (payable_cents >= 0),
  document jsonb not null,
  xml text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, month),
  unique (msp_id, number)
);
create index tenant_invoices_month on tenant_invoices (msp_id, month);

create function app.running_month() returns text language sql stable parallel safe
  as $$ select to_char(now() at time zone 'UTC', 'YYYY-MM') $$;

do $$
declare tbl text;
begin
  foreach tbl in array array['msp_invoicing', 'price_lists', 'msp_invoices'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy msp_reads on %I for select to monsys_app using (msp_id = (select app.msp()))', tbl);
    execute format('create policy system_scope on %I to monsys_core
      using ((select app.scope()) = ''system'') with check ((select app.scope()) = ''system'')', tbl);
    execute format('grant select on %I to monsys_app, monsys_core', tbl);
  end loop;
end $$;
alter table invoice_counters enable row level security;
alter table invoice_counters force row level security;
create policy system_scope on invoice_counters to monsys_core
  using ((select app.scope()) = 'system') with check ((select app.scope()) = 'system');

create policy msp_inserts on msp_invoicing for insert to monsys_app with check (msp_id = (select app.msp()));
create policy msp_updates on msp_invoicing for update to monsys_app using (msp_id = (select app.msp())) with check (msp_id = (select app.msp()));
grant insert, update on msp_invoicing to monsys_app;

-- The prices of a month that is over cannot be written, whatever the API would allow.
create policy msp_inserts on price_lists for insert to monsys_app
  with check (msp_id = (select app.msp()) and effective_from >= (select app.running_month()));
create policy msp_updates on price_lists for update to monsys_app
  using (msp_id = (select app.msp()) and effective_from >= (select app.running_month()))
  with check (msp_id = (select app.msp()) and effective_from >= (select app.running_month()));
grant insert, update on price_lists to monsys_app;

call app.protect_tenant_table('tenant_invoicing');
grant select on tenant_invoicing to monsys_app, monsys_core;
grant insert, update on tenant_invoicing to monsys_app;
call app.protect_tenant_table('tenant_invoices');
grant select on tenant_invoices to monsys_app, monsys_core;

-- Invoices are for ever: no runtime role may change or remove one, and only the core worker makes them.
grant insert on msp_invoices, tenant_invoices to monsys_core;
grant select, insert, update on invoice_counters to monsys_core;
