-- Why: who may enter, with what proof, and what has been tried. Attempts, used TOTP steps and rate
-- counters live here rather than in memory so that they hold across API instances (LESSONS: AuthQuake).
-- Policies added: msps, tenants, users and everything a user owns, by tenant, by MSP, and the
-- identity scope for the look-ups that precede authentication.

create table msps (
  id uuid primary key default gen_random_uuid(),
  name text not null check (length(name) between 1 and 200),
  email_domain text not null check (email_domain ~ '^[a-z0-9.-]+$'),
  created_at timestamptz not null default now()
);

create table tenants (
  id uuid primary key default gen_random_uuid(),
  msp_owner uuid not null references msps,
  slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null check (length(name) between 1 and 200),
  is_demo boolean not null default false,
  created_at timestamptz not null default now(),
  -- Unique within the MSP only: a hub-wide constraint would tell one MSP what another calls its clients.
  unique (msp_owner, slug)
);

create table users (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null references msps,
  -- Set for people of the client (client_viewer, auditor); null for the MSP's own.
  tenant_id uuid references tenants,
  email text not null unique check (email = lower(email) and email ~ '^[^@\s]+@[^@\s]+$'),
  name text not null check (length(name) between 1 and 200),
  role text not null check (role in ('owner', 'admin', 'operator', 'analyst', 'viewer', 'client_viewer', 'auditor')),
  password_hash text not null,
  -- AES-256-GCM under a key outside the database; null until enrolled.
  totp_secret_sealed bytea,
  -- The next secret while it waits for its first right code; the old one stays good until then.
  totp_pending_sealed bytea,
  totp_confirmed_at timestamptz,
  is_active boolean not null default true,
  expires_at timestamptz,
  created_at timestamptz not null default now(),
  check ((tenant_id is not null) = (role in ('client_viewer', 'auditor')))
);
create index users_msp on users (msp_id);
create index users_tenant on users (tenant_id) where tenant_id is not null;

-- A TOTP step is good once per user: the primary key is the rule.
create table totp_used_steps (
  user_id uuid not null references users,
  step bigint not null,
  used_at timestamptz not null default now(),
  primary key (user_id, step)
);

create table recovery_codes (
  user_id uuid not null references users,
  code_hash bytea not null,
  used_at timestamptz,
  primary key (user_id, code_hash)
);

create table sessions (
  id uuid primary key default gen_random_uuid(),
  -- 'enrolment' sessions last minutes and are good for setting TOTP up, nothing else.
  purpose text not null default 'session' check (purpose in ('session', 'enrolment')),
  token_hash bytea not null unique,
  user_id uuid not null references users,
  msp_id uuid not null references msps,
  tenant_id uuid references tenants,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  sudo_until timestamptz,
  ip text,
  user_agent text
);
create index sessions_user on sessions (user_id) where revoked_at is null;

create table api_tokens (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique,
  user_id uuid not null references users,
  msp_id uuid not null references msps,
  tenant_id uuid references tenants,
  name text not null check (length(name) between 1 and 100),
  -- Permissions of src/domain/permissions.ts; a token never has more than its user.
  scopes text[] not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
create index api_tokens_user on api_tokens (user_id);

create table invitations (
  id uuid primary key default gen_random_uuid(),
  token_hash bytea not null unique,
  msp_id uuid not null references msps,
  tenant_id uuid references tenants,
  email text not null check (email = lower(email)),
  name text not null,
  role text not null,
  invited_by uuid not null references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  accepted_at timestamptz,
  revoked_at timestamptz,
  user_expires_at timestamptz
);

-- One row at most, ever: the first owner is made once. `used_at` is set in the same transaction that
-- makes the owner, and no statement of any runtime role can clear it (grants below).
create table bootstrap (
  only_row boolean primary key default true check (only_row),
  token_hash bytea not null,
  created_at timestamptz not null default now(),
  used_at timestamptz
);

-- Failed proofs per subject ('password:<email>', 'totp:<user id>'), written in a transaction of its
-- own so that the refusal it belongs to cannot roll it back (LESSONS: Vikunja CVE-2026-35597).
create table auth_failures (
  subject text primary key,
  failures int not null default 0,
  first_failure_at timestamptz not null default now(),
  locked_until timestamptz
);

-- Fixed windows, one row per key and window. Unlogged: losing the counts in a crash of the database is
-- cheaper than a WAL write per request.
create unlogged table rate_limits (
  key text not null,
  window_start timestamptz not null,
  hits int not null,
  primary key (key, window_start)
);
create index rate_limits_old on rate_limits (window_start);

-- Answers kept for `Idempotency-Key`. The body is sealed, as it may hold a token shown once.
create table idempotency_keys (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status int,
  response_sealed bytea,
  created_at timestamptz not null default now(),
  primary key (principal, key)
);
create index idempotency_keys_old on idempotency_keys (created_at);

alter table msps enable row level security; alter table msps force row level security;
create policy own on msps to monsys_app using (id = (select app.msp()) or (select app.scope()) = 'identity')
  with check ((select app.scope()) = 'identity');
create policy system_scope on msps to monsys_core, monsys_signing using ((select app.scope()) = 'system');

alter table tenants enable row level security; alter table tenants force row level security;
create policy tenant_scope on tenants for select to monsys_app, monsys_core, monsys_signing using (id = (select app.tenant()));
create policy msp_scope on tenants to monsys_app using (msp_owner = (select app.msp())) with check (msp_owner = (select app.msp()));
create policy identity_reads on tenants for select to monsys_app using ((select app.scope()) = 'identity');
create policy system_scope on tenants to monsys_core, monsys_signing using ((select app.scope()) = 'system');

do $$
declare tbl text;
begin
  -- People and their means of entry belong to an MSP, and to one tenant when they are the client's.
  foreach tbl in array array['users', 'sessions', 'api_tokens', 'invitations'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy tenant_reads on %I for select to monsys_app using (tenant_id = (select app.tenant()))', tbl);
    execute format('create policy msp_scope on %I to monsys_app using (msp_id = (select app.msp()))
      with check (msp_id = (select app.msp()))', tbl);
    execute format('create policy identity_scope on %I to monsys_app using ((select app.scope()) = ''identity'')
      with check ((select app.scope()) = ''identity'')', tbl);
    execute format('create policy system_scope on %I to monsys_core using ((select app.scope()) = ''system'')', tbl);
  end loop;
  -- What hangs on a user is visible exactly where the user is.
  foreach tbl in array array['totp_used_steps', 'recovery_codes'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy of_visible_user on %I to monsys_app
      using (user_id in (select id from users)) with check (user_id in (select id from users))', tbl);
  end loop;
end $$;

alter table bootstrap enable row level security; alter table bootstrap force row level security;
create policy identity_scope on bootstrap to monsys_app using ((select app.scope()) = 'identity')
  with check ((select app.scope()) = 'identity');

grant select on msps, tenants, users to monsys_app, monsys_core, monsys_signing;
grant insert on msps to monsys_app;
grant insert, update on tenants, users, sessions, api_tokens, invitations to monsys_app;
grant select on sessions, api_tokens, invitations, bootstrap to monsys_app;
grant select, insert on totp_used_steps to monsys_app;
grant select, insert, update, delete on recovery_codes to monsys_app;
-- A used bootstrap row may be neither changed back nor deleted: only used_at is updatable, and the trigger
-- refuses a second use.
grant insert on bootstrap to monsys_app;
grant update (used_at, token_hash) on bootstrap to monsys_app;
create function app.bootstrap_once() returns trigger language plpgsql as $$
begin
  if old.used_at is not null then
    raise exception 'the first owner has been made; bootstrap cannot be opened again' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $$;
create trigger bootstrap_once before update or delete on bootstrap for each row execute function app.bootstrap_once();
grant select, insert, update, delete on auth_failures, rate_limits, idempotency_keys to monsys_app;
-- The nightly clean-up of these three is the core worker's.
grant select, delete on rate_limits, idempotency_keys, totp_used_steps to monsys_core;
create policy system_scope on totp_used_steps to monsys_core using ((select app.scope()) = 'system');
