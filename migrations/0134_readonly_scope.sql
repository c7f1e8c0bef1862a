-- Why: a client's people, and engineers who entered to look, run in the scope of one tenant, whose policies are for
-- reading and writing alike; between them and a write stood the permission table alone. Their transactions say so now
-- (app.readonly, set by withTenantReadOnly of src/db/scope.ts), and every table with row-level security refuses them.
-- Runs beside old code: yes, which never sets app.readonly. Policies: three restrictive ones on each such table, and on
-- each customer table to come by app.protect_tenant_table.

create function app.is_readonly() returns boolean language sql stable parallel safe
  as $$ select coalesce(current_setting('app.readonly', true), '') = 'on' $$;

-- True, or an error. A policy that merely hid the rows would let the audit log tell of a change that changed nothing.
create function app.writable() returns boolean language plpgsql stable parallel safe as $$
begin
  if app.is_readonly() then
    raise exception 'this scope is read-only' using errcode = 'insufficient_privilege';
  end if;
  return true;
end $$;

-- Restrictive: asked beside whatever else lets a write through. The sub-selects are evaluated once per statement.
create procedure app.refuse_readonly_writes(tbl regclass) language plpgsql as $$
begin
  execute format('create policy readonly_inserts on %s as restrictive for insert to monsys_app with check ((select app.writable()))', tbl);
  execute format('create policy readonly_updates on %s as restrictive for update to monsys_app using ((select app.writable()))', tbl);
  execute format('create policy readonly_deletes on %s as restrictive for delete to monsys_app using ((select app.writable()))', tbl);
end $$;
revoke all on procedure app.refuse_readonly_writes(regclass) from public;

-- As in 0001, and read-only scopes are refused.
create or replace procedure app.protect_tenant_table(tbl regclass) language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tbl);
  execute format('alter table %s force row level security', tbl);
  execute format('create policy tenant_scope on %s to monsys_app, monsys_core, monsys_signing
    using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()))', tbl);
  execute format('create policy msp_reads on %s for select to monsys_app
    using (tenant_id in (select t.id from tenants t where t.msp_owner = (select app.msp())))', tbl);
  execute format('create policy system_scope on %s to monsys_core, monsys_signing
    using ((select app.scope()) = ''system'') with check ((select app.scope()) = ''system'')', tbl);
  call app.refuse_readonly_writes(tbl);
end $$;

do $$
declare tbl regclass;
begin
  for tbl in select oid::regclass from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relrowsecurity
  loop
    call app.refuse_readonly_writes(tbl);
  end loop;
end $$;

-- What a client may do all the same, and nothing else. Its own account, session and tokens are of the identity scope.
-- 1. Be written down: a download through an auditor's link, an answer to an engineer.
alter policy readonly_inserts on audit_log with check (not (select app.is_readonly()) or actor_kind = 'user');
alter policy readonly_inserts on audit_chain_heads with check (true);
alter policy readonly_updates on audit_chain_heads using (true);
-- 2. Answer an engineer who asks to enter: a request that waits is granted or ended, and no other row is touched.
alter policy readonly_updates on impersonations
  using (not (select app.is_readonly()) or state = 'awaiting_consent')
  with check (not (select app.is_readonly()) or state in ('granted', 'ended'));
