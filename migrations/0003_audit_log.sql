-- Why: every privileged act leaves a row that no runtime role can change, chained by SHA-256 so that an
-- owner of the database cannot quietly change one either (format: docs/formats/audit-chain.md).
-- Policies added: audit_log and audit_chain_heads, by tenant and by MSP.

-- One chain per tenant, and one per MSP for acts that concern no tenant. The row lock on the head
-- orders the appends of one chain; nothing else does.
create table audit_chain_heads (
  chain_id uuid primary key,
  msp_id uuid not null references msps,
  tenant_id uuid references tenants,
  seq bigint not null,
  hash bytea not null check (length(hash) = 32)
);

create table audit_log (
  chain_id uuid not null,
  seq bigint not null,
  msp_id uuid not null references msps,
  tenant_id uuid references tenants,
  event_type text not null check (event_type ~ '^[a-z][a-z0-9_]+$'),
  actor_kind text not null check (actor_kind in ('user', 'agent', 'integration', 'system')),
  actor_user_id uuid,
  actor_email text,
  impersonation_id uuid,
  event_data jsonb not null,
  occurred_at timestamptz not null,
  prev_hash bytea not null check (length(prev_hash) = 32),
  hash bytea not null check (length(hash) = 32),
  primary key (chain_id, seq),
  check ((actor_kind = 'user') = (actor_user_id is not null and actor_email is not null))
);
create index audit_log_tenant_time on audit_log (tenant_id, occurred_at desc);
create index audit_log_msp_time on audit_log (msp_id, occurred_at desc);
create index audit_log_nonce on audit_log ((event_data ->> 'nonce')) where event_data ? 'nonce';

do $$
declare tbl text;
begin
  foreach tbl in array array['audit_log', 'audit_chain_heads'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy tenant_scope on %I to monsys_app, monsys_core, monsys_signing
      using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()))', tbl);
    execute format('create policy msp_scope on %I to monsys_app using (msp_id = (select app.msp()))
      with check (msp_id = (select app.msp()))', tbl);
    execute format('create policy system_scope on %I to monsys_core, monsys_signing
      using ((select app.scope()) = ''system'') with check ((select app.scope()) = ''system'')', tbl);
    -- Sign-in and bootstrap are audited before any other scope can be known.
    execute format('create policy identity_scope on %I to monsys_app using ((select app.scope()) = ''identity'')
      with check ((select app.scope()) = ''identity'')', tbl);
  end loop;
end $$;

grant select, insert on audit_log to monsys_app, monsys_core, monsys_signing;
grant select, insert on audit_chain_heads to monsys_app, monsys_core, monsys_signing;
grant update (seq, hash) on audit_chain_heads to monsys_app, monsys_core, monsys_signing;
