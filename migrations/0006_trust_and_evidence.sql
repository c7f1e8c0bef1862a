-- Why: the score's snapshots with their inputs, and the two kinds of evidence that feed the score and the
-- urgency: emergency tokens and monthly packs. Later migrations widen both.
-- Policies added: customer tables as in 0004.

create table trust_scores (
  tenant_id uuid not null references tenants,
  computed_at timestamptz not null,
  score numeric(5, 2) not null check (score between 0 and 100),
  components jsonb not null,
  formula_version text not null,
  -- Canonical JSON text, kept as text: its SHA-256 must still match when it is read back.
  inputs text not null,
  inputs_hash bytea not null check (length(inputs_hash) = 32),
  is_demo boolean not null default false,
  primary key (tenant_id, computed_at)
);

create table eats (
  nonce uuid primary key,
  tenant_id uuid not null,
  agent_id uuid not null,
  level smallint not null check (level between 1 and 3),
  actions jsonb not null,
  reason text not null,
  requested_by uuid references users,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  outcome text check (outcome in ('succeeded', 'failed', 'refused', 'indeterminate', 'revoked', 'expired_unused')),
  result_at timestamptz,
  result jsonb,
  acknowledged_at timestamptz,
  acknowledged_by uuid references users,
  is_demo boolean not null default false,
  unique (tenant_id, nonce),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id),
  check ((outcome is null) = (result_at is null))
);
-- Overdue EATs are those that expired without a word from the agent and that nobody has acknowledged.
create index eats_unanswered on eats (tenant_id, expires_at) where outcome is null and acknowledged_at is null;
create index eats_issued on eats (tenant_id, issued_at desc);

create table audit_packs (
  tenant_id uuid not null references tenants,
  month text not null check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  built_at timestamptz not null,
  is_demo boolean not null default false,
  primary key (tenant_id, month)
);

do $$
declare tbl text;
begin
  foreach tbl in array array['trust_scores', 'eats', 'audit_packs'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select, insert, update on %I to monsys_core', tbl);
    execute format('grant select, insert, update on %I to monsys_app', tbl);
  end loop;
end $$;

-- One row changed that the cockpit shows: tell every API instance which tenant. Statement-level, so that a
-- pass over ten thousand agents sends one notice per tenant and not one per row; Postgres folds equal
-- notices of one transaction.
create function app.notify_cockpit() returns trigger language plpgsql as $$
begin
  perform pg_notify('cockpit', c.tenant_id::text) from (select distinct tenant_id from changed) c;
  return null;
end $$;
do $$
declare tbl text; ev text;
begin
  foreach tbl in array array['alerts', 'trust_scores', 'eats', 'agent_cves'] loop
    foreach ev in array array['insert', 'update'] loop
      execute format('create trigger cockpit_%s after %s on %I referencing new table as changed
        for each statement execute function app.notify_cockpit()', ev, ev, tbl);
    end loop;
  end loop;
end $$;

create function app.notify_link_state() returns trigger language plpgsql as $$
begin
  perform pg_notify('cockpit', new.tenant_id::text);
  return null;
end $$;
create trigger cockpit_link_state after update of link_state, is_active on agents for each row
  when (old.link_state <> new.link_state or old.is_active <> new.is_active) execute function app.notify_link_state();

create function app.notify_outbox() returns trigger language plpgsql as $$
begin
  perform pg_notify('agent_outbox', new.agent_id::text);
  return null;
end $$;
create trigger outbox_wake after insert on agent_outbox for each row execute function app.notify_outbox();
