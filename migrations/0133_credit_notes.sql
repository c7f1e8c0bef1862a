-- Why: an invoice that is wrong could not be taken back. It is credited whole and once: an admin asks for it with a reason,
-- and the core worker, which alone makes documents with a number, makes the credit note in the issuer's series.
-- Runs beside old code: yes; what is asked for waits for the new core worker. Policies: customer tables as in 0004.

-- What was asked for; the worker finds here what is due, whatever became of the one who asked.
create table credit_requests (
  tenant_id uuid not null references tenants,
  month text not null,
  -- The payer reads it on the credit note.
  reason text not null check (length(reason) between 10 and 500),
  requested_by_email text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, month),
  foreign key (tenant_id, month) references tenant_invoices (tenant_id, month)
);

create table credit_notes (
  tenant_id uuid not null,
  month text not null,
  msp_id uuid not null references msps,
  number text not null,
  issued_on date not null,
  payable_cents bigint not null check (payable_cents >= 0),
  document jsonb not null,
  xml text not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, month),
  unique (msp_id, number),
  foreign key (tenant_id, month) references credit_requests (tenant_id, month)
);

call app.protect_tenant_table('credit_requests');
call app.protect_tenant_table('credit_notes');
-- As invoices: nothing of it may be changed or removed by any runtime role.
grant select on credit_requests, credit_notes to monsys_app, monsys_core;
grant insert on credit_requests to monsys_app;
grant insert on credit_notes to monsys_core;
