-- Why: emergency actions. An order is what people asked for; a token (table eats) is what the signing worker made
-- of it; a quorum request collects approvals until it fires once. Unique keys decide what happens once:
-- quorum_decisions (one person, one decision), quorum_fires (one fire), eats.nonce (one token), and the agent's
-- own ledger (one execution).
-- Runs beside old code: yes. Policies: customer tables as in 0004; playbooks by MSP with built-ins for all;
-- a tenant transaction may see the people of its MSP when it names them (app.people), for approvals.

-- The MSP whose own people a tenant transaction may look up; set by withTenantAndPeople in src/db/scope.ts.
create function app.people() returns uuid language sql stable parallel safe
  as $$ select nullif(current_setting('app.people', true), '')::uuid $$;
create policy people_reads on users for select to monsys_app, monsys_signing
  using (msp_id = (select app.people()) and tenant_id is null);
-- The signing worker checks approvers again, and needs nothing else of a person.
revoke select on users from monsys_signing;
grant select (id, msp_id, tenant_id, email, name, role, is_active, expires_at) on users to monsys_signing;
create policy system_reads on users for select to monsys_signing using ((select app.scope()) = 'system');

create table playbooks (
  id uuid primary key default gen_random_uuid(),
  -- Null: built in, for every MSP.
  msp_id uuid references msps,
  slug text not null check (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  created_at timestamptz not null default now(),
  archived_at timestamptz
);
create unique index playbooks_slug on playbooks (msp_id, slug) nulls not distinct where archived_at is null;

create table playbook_versions (
  playbook_id uuid not null references playbooks,
  version int not null check (version >= 1),
  -- Canonical JSON text: its SHA-256 is what tokens pin.
  content text not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  irreversible boolean not null,
  created_by uuid references users,   -- null: built in
  created_at timestamptz not null default now(),
  approved_by uuid references users,
  approved_at timestamptz,
  primary key (playbook_id, version),
  -- Nobody approves their own.
  check (approved_by is null or created_by is null or approved_by <> created_by)
);

alter table playbooks enable row level security; alter table playbooks force row level security;
create policy readable on playbooks for select to monsys_app, monsys_signing
  using (msp_id is null or msp_id = (select app.msp()) or msp_id = (select app.people())
    or msp_id in (select t.msp_owner from tenants t where t.id = (select app.tenant())));
create policy msp_writes on playbooks for insert to monsys_app with check (msp_id = (select app.msp()));
create policy msp_updates on playbooks for update to monsys_app using (msp_id = (select app.msp())) with check (msp_id = (select app.msp()));
create policy system_scope on playbooks to monsys_core, monsys_signing using ((select app.scope()) = 'system') with check ((select app.scope()) = 'system');
alter table playbook_versions enable row level security; alter table playbook_versions force row level security;
create policy of_readable on playbook_versions for select to monsys_app, monsys_signing using (playbook_id in (select id from playbooks));
create policy msp_writes on playbook_versions for insert to monsys_app
  with check (playbook_id in (select id from playbooks where msp_id = (select app.msp())));
create policy msp_updates on playbook_versions for update to monsys_app
  using (playbook_id in (select id from playbooks where msp_id = (select app.msp())))
  with check (playbook_id in (select id from playbooks where msp_id = (select app.msp())));
create policy system_scope on playbook_versions to monsys_core, monsys_signing using ((select app.scope()) = 'system') with check ((select app.scope()) = 'system');
grant select, insert on playbooks, playbook_versions to monsys_app;
grant update (archived_at) on playbooks to monsys_app;
-- A version never changes: only its approval can be added.
grant update (approved_by, approved_at) on playbook_versions to monsys_app;
grant select, insert on playbooks, playbook_versions to monsys_core;
grant select on playbooks, playbook_versions to monsys_signing;

create table quorum_requests (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  msp_id uuid not null references msps,
  state text not null default 'open' check (state in ('open', 'approved', 'rejected', 'cancelled', 'expired')),
  requested_by uuid not null references users,
  requested_by_email text not null,
  -- As src/domain/eat.ts `eatAction[]`: pinned to a version when the request is made.
  actions jsonb not null,
  level smallint not null check (level between 1 and 3),
  reason text not null check (length(reason) between 1 and 1000),
  required_approvers int not null check (required_approvers between 1 and 10),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  decided_at timestamptz,
  unique (tenant_id, id),
  check ((state = 'open') = (decided_at is null))
);
create index quorum_requests_open on quorum_requests (msp_id, expires_at) where state = 'open';
create index quorum_requests_recent on quorum_requests (tenant_id, created_at desc);

create table quorum_decisions (
  tenant_id uuid not null,
  request_id uuid not null,
  user_id uuid not null references users,
  email text not null,
  decision text not null check (decision in ('approve', 'reject')),
  -- SHA-256 over user and step: proves that a code was used, without saying which.
  totp_step_sha256 text not null check (totp_step_sha256 ~ '^[0-9a-f]{64}$'),
  decided_at timestamptz not null,
  comment text,
  primary key (request_id, user_id),
  unique (request_id, totp_step_sha256),
  foreign key (tenant_id, request_id) references quorum_requests (tenant_id, id)
);

-- The fire happens once: whoever inserts the row, fires.
create table quorum_fires (
  request_id uuid primary key,
  tenant_id uuid not null,
  fired_at timestamptz not null,
  foreign key (tenant_id, request_id) references quorum_requests (tenant_id, id)
);

-- What is to be signed. The nonce is chosen here, so that a signature asked for twice is one token.
create table eat_orders (
  nonce uuid primary key,
  tenant_id uuid not null references tenants,
  msp_id uuid not null references msps,
  agent_id uuid not null,
  kind text not null check (kind in ('immediate', 'pre_issued')),
  level smallint not null check (level between 1 and 3),
  actions jsonb not null,
  reason text not null check (length(reason) between 1 and 1000),
  requested_by uuid references users,
  requested_by_email text,
  authorisation text not null check (authorisation in ('single', 'quorum', 'automatic')),
  totp_step_sha256 text check (totp_step_sha256 ~ '^[0-9a-f]{64}$'),
  quorum_request_id uuid,
  -- Fleet form: 0 is the canary; stage n+1 is signed when every token of stage n succeeded.
  stage int not null default 0,
  alert_id uuid,
  confidence real,
  window_from timestamptz,
  window_until timestamptz,
  conditions jsonb,
  created_at timestamptz not null default now(),
  -- Set when it will never be signed: an earlier stage failed, or it was revoked before.
  abandoned_at timestamptz,
  unique (tenant_id, nonce),
  -- One token per host and request.
  unique (quorum_request_id, agent_id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id),
  foreign key (tenant_id, quorum_request_id) references quorum_requests (tenant_id, id),
  check ((kind = 'pre_issued') = (window_from is not null and window_until is not null and conditions is not null)),
  check (authorisation <> 'single' or (requested_by is not null and totp_step_sha256 is not null)),
  check (authorisation <> 'quorum' or quorum_request_id is not null),
  check (authorisation <> 'automatic' or (alert_id is not null and level < 3))
);
create index eat_orders_unsigned on eat_orders (created_at) where abandoned_at is null;

-- The hosts of a request, from its beginning.
create table quorum_targets (
  tenant_id uuid not null,
  request_id uuid not null,
  agent_id uuid not null,
  nonce uuid not null unique default gen_random_uuid(),
  stage int not null check (stage >= 0),
  primary key (request_id, agent_id),
  foreign key (tenant_id, request_id) references quorum_requests (tenant_id, id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);

alter table eats
  add column token text,                 -- canonical JSON as signed; null for history that was imported
  add column signature bytea check (length(signature) = 64),
  add column key_id text references hub_keys,
  add column kind text not null default 'immediate' check (kind in ('immediate', 'pre_issued')),
  add column quorum_request_id uuid,
  add column requested_by_email text,
  add column valid_from timestamptz,
  add column conditions jsonb,
  add column delivered_at timestamptz,   -- when the agent acknowledged that it holds the token
  add column started_at timestamptz,     -- of the execution, by the agent's clock
  add column refusal_code text,
  add column result_text text,           -- canonical JSON as signed by the agent
  add column result_signature bytea check (length(result_signature) = 64),
  add column revoked_at timestamptz,
  add column revoked_by uuid references users,
  add column revocation_confirmed_at timestamptz;
create index eats_live_pre_issued on eats (tenant_id, agent_id) where kind = 'pre_issued' and outcome is null;
create index eats_by_request on eats (quorum_request_id) where quorum_request_id is not null;

create table push_subscriptions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references users,
  msp_id uuid not null references msps,
  endpoint text not null unique check (length(endpoint) between 10 and 2000),
  p256dh text not null,
  auth text not null,
  user_agent text,
  created_at timestamptz not null default now(),
  failed_at timestamptz
);
alter table push_subscriptions enable row level security; alter table push_subscriptions force row level security;
create policy msp_scope on push_subscriptions to monsys_app using (msp_id = (select app.msp())) with check (msp_id = (select app.msp()));
create policy system_scope on push_subscriptions to monsys_core using ((select app.scope()) = 'system') with check ((select app.scope()) = 'system');
grant select, insert, delete on push_subscriptions to monsys_app;
grant update (p256dh, auth, user_agent, failed_at) on push_subscriptions to monsys_app;
grant select, delete on push_subscriptions to monsys_core;
grant update (failed_at) on push_subscriptions to monsys_core;

do $$
declare tbl text;
begin
  foreach tbl in array array['quorum_requests', 'quorum_decisions', 'quorum_fires', 'eat_orders', 'quorum_targets'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select, insert on %I to monsys_app', tbl);
    execute format('grant select on %I to monsys_core, monsys_signing', tbl);
  end loop;
end $$;
grant update (state, decided_at) on quorum_requests to monsys_app, monsys_core;
grant update (abandoned_at) on eat_orders to monsys_app, monsys_core;
grant insert on eat_orders to monsys_core;
-- Row locks need an UPDATE right on some column.
grant update (abandoned_at) on eat_orders to monsys_signing;
grant update (state) on quorum_requests to monsys_signing;
-- Tokens are made by the signing worker alone; the others only note what became of them.
revoke insert, update on eats from monsys_app, monsys_core;
grant select, insert on eats to monsys_signing;
grant update (outcome, result_at, result, acknowledged_at, acknowledged_by, delivered_at, started_at, refusal_code, result_text,
  result_signature, revoked_at, revoked_by, revocation_confirmed_at) on eats to monsys_app, monsys_core;
grant select, insert on agent_outbox to monsys_signing;
-- enqueueCommand's ON CONFLICT DO UPDATE touches this column only.
grant update (kind) on agent_outbox to monsys_signing;
grant select on alerts to monsys_signing;

-- A critical alert that opens or closes on a host is told to the host at once: a pre-issued token may wait for it.
create function app.notify_critical() returns trigger language plpgsql as $$
begin
  perform pg_notify('agent_outbox', new.agent_id::text);
  return null;
end $$;
create trigger alerts_critical after insert or update of status, severity on alerts for each row
  when (new.severity = 'critical' and new.agent_id is not null) execute function app.notify_critical();
