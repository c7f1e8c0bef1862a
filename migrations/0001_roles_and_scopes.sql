-- Why: row-level security needs three runtime roles that own nothing, and a way to say in whose
-- context a transaction runs. Everything later hangs its policies on the functions made here.
-- Runs beside old code: yes (first migration).
--
-- Scopes are transaction-local settings, made only by src/db/scope.ts:
--   app.tenant = <uuid>     one client company; the only scope that may write customer rows
--   app.msp    = <uuid>     all client companies of one provider; customer rows are read-only
--   app.scope  = 'identity' the few look-ups that must happen before a caller is known
--   app.scope  = 'system'   all tenants; honoured for the worker roles alone
-- No setting means no rows.

do $$
declare runtime_role text;
begin
  foreach runtime_role in array array['monsys_app', 'monsys_core', 'monsys_signing'] loop
    if not exists (select from pg_roles where rolname = runtime_role) then
      -- Created without a password: nobody can log in until the operator (or the embedded start) sets one.
      execute format('create role %I login nosuperuser nobypassrls nocreatedb nocreaterole noinherit', runtime_role);
    end if;
  end loop;
exception when duplicate_object or unique_violation then
  -- Roles belong to the cluster: another database of the same cluster may be migrating at this moment.
  null;
end $$;

create schema app;
grant usage on schema app, public to monsys_app, monsys_core, monsys_signing;
revoke create on schema public from public;

-- nullif: after SET LOCAL ends the setting is '' rather than absent, and ''::uuid would be an error
-- where "no rows" is wanted.
create function app.tenant() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.tenant', true), '')::uuid $$;
create function app.msp() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.msp', true), '')::uuid $$;
create function app.scope() returns text language sql stable parallel safe
  as $$ select nullif(current_setting('app.scope', true), '') $$;

-- Gives a customer table the policies of this design; called once per table by the migrations.
-- Sub-selects make Postgres evaluate each setting once per statement instead of once per row.
create procedure app.protect_tenant_table(tbl regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('create policy tenant_scope on %s to monsys_app, monsys_core, monsys_signing
    using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()))', tbl);
  execute format('create policy msp_reads on %s for select to monsys_app
    using (tenant_id in (select t.id from tenants t where t.msp_owner = (select app.msp())))', tbl);
  execute format('create policy system_scope on %s to monsys_core, monsys_signing
    using ((select app.scope()) = ''system'') with check ((select app.scope()) = ''system'')', tbl);
end $$;
revoke all on procedure app.protect_tenant_table(regclass) from public;
