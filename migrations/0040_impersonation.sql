-- Why: an engineer works in a client's context for at most an hour, with a reason, and the client sees it. The
-- token is looked up by its hash on every request and joined with everything that may end it, so that it is dead on
-- every instance in the statement that ends it; expiry is the database's clock alone.
-- Runs beside old code: yes. Policies: customer table as in 0004, plus the identity look-up by token hash.

alter table tenant_settings
  add column impersonation_consent text not null default 'none' check (impersonation_consent in ('none', 'notify', 'approve'));

create table impersonations (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  msp_id uuid not null references msps,
  user_id uuid not null references users,
  user_email text not null,
  reason text not null check (length(reason) between 10 and 1000),
  mode text not null check (mode in ('full', 'read_only')),
  duration_minutes int not null check (duration_minutes between 1 and 60),
  state text not null check (state in ('awaiting_consent', 'granted', 'active', 'ended')),
  -- The credential it was started with: signing out, or revoking the token, ends it.
  session_id uuid references sessions,
  api_token_id uuid references api_tokens,
  token_hash bytea unique,
  requested_at timestamptz not null default now(),
  consent_until timestamptz,
  consented_by uuid references users,
  consented_by_email text,
  started_at timestamptz,
  expires_at timestamptz,
  ended_at timestamptz,
  end_reason text check (end_reason in ('ended', 'expired', 'signed_out', 'ended_by_owner', 'refused', 'consent_timeout', 'role_lost', 'not_started')),
  ended_by_email text,
  unique (tenant_id, id),
  check ((session_id is null) <> (api_token_id is null)),
  check ((state = 'ended') = (ended_at is not null and end_reason is not null)),
  check (state <> 'active' or (started_at is not null and expires_at is not null and token_hash is not null))
);
create index impersonations_tenant on impersonations (tenant_id, requested_at desc);
create index impersonations_live on impersonations (msp_id, user_id) where state <> 'ended';
create index impersonations_session on impersonations (session_id) where state = 'active';

call app.protect_tenant_table('impersonations');
create policy identity_reads on impersonations for select to monsys_app using ((select app.scope()) = 'identity');
grant select, insert on impersonations to monsys_app;
grant select on impersonations to monsys_core;
grant update (state, token_hash, consented_by, consented_by_email, started_at, expires_at, ended_at, end_reason, ended_by_email) on impersonations to monsys_app;
grant update (state, ended_at, end_reason, ended_by_email) on impersonations to monsys_core;
grant select (tenant_id, impersonation_consent) on tenant_settings to monsys_app;

-- The dashboard's session follows the impersonation it started, until it is told that it has ended.
-- No foreign key: sessions of the MSP's people carry no tenant that could be named in it; the look-up joins by id.
alter table sessions add column impersonation_id uuid;

-- Whatever ends a person's credentials is told to every API instance, which closes their streams at once.
create function app.notify_credentials() returns trigger language plpgsql as $$
begin
  perform pg_notify('credentials', new.user_id::text);
  return null;
end $$;
create trigger sessions_ended after update of revoked_at on sessions for each row
  when (new.revoked_at is not null and old.revoked_at is null) execute function app.notify_credentials();
create trigger api_tokens_ended after update of revoked_at on api_tokens for each row
  when (new.revoked_at is not null and old.revoked_at is null) execute function app.notify_credentials();
create trigger impersonations_ended after update of state on impersonations for each row
  when (new.state = 'ended' and old.state <> 'ended') execute function app.notify_credentials();
create function app.notify_person() returns trigger language plpgsql as $$
begin
  perform pg_notify('credentials', new.id::text);
  return null;
end $$;
create trigger users_changed after update of role, is_active on users for each row
  when (new.role <> old.role or new.is_active <> old.is_active) execute function app.notify_person();
