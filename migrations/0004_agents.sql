-- Why: hosts, their keys, what they report, and the commands that wait for them.
-- Policies added: every table here is a customer table (tenant_id), plus identity look-ups by which a
-- request is told whose it is: agents by id, enrolment and integration tokens by hash.
-- Foreign keys carry tenant_id so that no row can point into another tenant (LESSONS 0.9).

create table enrolment_tokens (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  token_hash bytea not null unique,
  name text not null,
  default_tags text[] not null default '{}',
  max_uses int not null check (max_uses between 1 and 100000),
  uses int not null default 0 check (uses <= max_uses),
  created_by uuid references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  unique (tenant_id, id)
);

-- Bearer tokens of other systems that push facts in: `alertmanager`, `ingest`, `trivy`.
create table integration_tokens (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  token_hash bytea not null unique,
  name text not null,
  purpose text not null check (purpose in ('alertmanager', 'ingest', 'trivy')),
  created_by uuid references users,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

create table agents (
  id uuid primary key,
  tenant_id uuid not null references tenants,
  hostname text not null check (length(hostname) between 1 and 253),
  -- Raw 32-byte Ed25519 key, pinned at first registration. Cleared only by an audited act of an admin.
  public_key bytea not null check (length(public_key) = 32),
  is_active boolean not null default true,
  link_state text not null default 'online' check (link_state in ('online', 'offline')),
  link_state_since timestamptz not null default now(),
  agent_version text not null,
  os_id text,            -- os-release ID, e.g. debian
  os_name text,          -- os-release PRETTY_NAME
  arch text,
  kernel_release text,   -- uname -r
  -- The upstream stable version behind the release (6.1.76 for Debian's 6.1.0-18), when it can be known.
  kernel_upstream text check (kernel_upstream ~ '^[0-9]+\.[0-9]+(\.[0-9]+)?$'),
  tags text[] not null default '{}',
  maintenance_until timestamptz,
  enrolled_with uuid,
  is_demo boolean not null default false,
  registered_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  boot_id text,
  unique (tenant_id, id),
  foreign key (tenant_id, enrolled_with) references enrolment_tokens (tenant_id, id)
);
create index agents_tenant on agents (tenant_id, hostname);
-- The liveness pass looks for the few that fell silent.
create index agents_silent on agents (last_seen_at) where is_active and link_state = 'online';
create index agents_tags on agents using gin (tags);

-- Nonces of signed requests inside the accepted clock window; a second insert is a replay.
create table agent_request_nonces (
  tenant_id uuid not null,
  agent_id uuid not null,
  nonce text not null check (length(nonce) between 16 and 64),
  seen_at timestamptz not null default now(),
  primary key (agent_id, nonce),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index agent_request_nonces_old on agent_request_nonces (seen_at);

-- Latest whole inventory of a host; what must be searched or counted is unfolded into tables of its own.
create table inventories (
  tenant_id uuid not null,
  agent_id uuid not null,
  collected_at timestamptz not null,
  received_at timestamptz not null default now(),
  sha256 bytea not null,
  document jsonb not null,
  primary key (tenant_id, agent_id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);

create table metric_samples (
  tenant_id uuid not null,
  agent_id uuid not null,
  sampled_at timestamptz not null,
  cpu_pct real, mem_pct real, disk_pct real, load_avg real,
  network_rx_mbps real, network_tx_mbps real,
  processes text[],      -- distinct names, for process_running
  primary key (tenant_id, agent_id, sampled_at),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index metric_samples_old on metric_samples (sampled_at);

-- Batches already taken from an agent's disk buffer, so that a re-delivery after a lost answer changes nothing.
create table ingest_batches (
  tenant_id uuid not null,
  agent_id uuid not null,
  batch_id text not null,
  received_at timestamptz not null default now(),
  primary key (tenant_id, agent_id, batch_id),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index ingest_batches_old on ingest_batches (received_at);

-- Open and closed weaknesses of a host's set-up (SUID, world-writable, sshd, failed units...).
create table security_findings (
  tenant_id uuid not null,
  agent_id uuid not null,
  kind text not null check (kind in ('suid', 'world_writable', 'sshd')),
  subject text not null,  -- path or setting
  severity text not null check (severity in ('critical', 'high', 'medium', 'low', 'info')),
  detail text not null,
  detected_at timestamptz not null,
  resolved_at timestamptz,
  primary key (tenant_id, agent_id, kind, subject),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index security_findings_open on security_findings (tenant_id, severity) where resolved_at is null;

-- Binaries and configuration files against the state first seen (or re-accepted by an admin).
create table baseline_files (
  tenant_id uuid not null,
  agent_id uuid not null,
  path text not null,
  kind text not null check (kind in ('binary', 'config')),
  baseline_sha256 bytea not null,
  current_sha256 bytea,           -- null: the file is gone
  baseline_at timestamptz not null,
  drifted_at timestamptz,
  primary key (tenant_id, agent_id, path),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index baseline_files_drifted on baseline_files (tenant_id) where drifted_at is not null;

-- Durable outbox of commands to agents: whichever API instance holds the socket drains it (NOTIFY agent_outbox).
create table agent_outbox (
  id bigint generated always as identity primary key,
  tenant_id uuid not null,
  agent_id uuid not null,
  kind text not null,
  payload jsonb not null,
  -- A second enqueue under the same key is the same command.
  dedupe_key text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz,
  sent_at timestamptz,
  attempts int not null default 0,
  acked_at timestamptz,
  ack jsonb,
  unique (tenant_id, agent_id, dedupe_key),
  foreign key (tenant_id, agent_id) references agents (tenant_id, id)
);
create index agent_outbox_pending on agent_outbox (agent_id, id) where acked_at is null;

do $$
declare tbl text;
begin
  foreach tbl in array array['enrolment_tokens', 'integration_tokens', 'agents', 'agent_request_nonces', 'inventories',
    'metric_samples', 'ingest_batches', 'security_findings', 'baseline_files', 'agent_outbox'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('grant select, insert, update, delete on %I to monsys_core', tbl);
    execute format('grant select, insert, update on %I to monsys_app', tbl);
  end loop;
  foreach tbl in array array['agents', 'enrolment_tokens', 'integration_tokens'] loop
    execute format('create policy identity_reads on %I for select to monsys_app using ((select app.scope()) = ''identity'')', tbl);
  end loop;
end $$;
grant select on agents to monsys_signing;

-- When has the hub been able to hear agents without a break? Silence is counted from here at the earliest,
-- so that an outage of the hub does not look like an outage of every host.
create table hub_presence (
  only_row boolean primary key default true check (only_row),
  hearing_since timestamptz not null,
  last_beat_at timestamptz not null
);
grant select, insert, update on hub_presence to monsys_app;
grant select on hub_presence to monsys_core;

-- Public halves of the hub's signing keys. The private half never enters the database.
create table hub_keys (
  key_id text primary key check (key_id ~ '^[0-9a-f]{16}$'),
  public_key bytea not null check (length(public_key) = 32),
  valid_from timestamptz not null,
  valid_until timestamptz,
  -- Canonical JSON that announces the key, signed by the previous key (by itself for the first).
  statement text not null,
  signature bytea not null check (length(signature) = 64),
  signed_by text not null,
  created_at timestamptz not null default now()
);
grant select on hub_keys to monsys_app, monsys_core;
grant select, insert, update on hub_keys to monsys_signing;
