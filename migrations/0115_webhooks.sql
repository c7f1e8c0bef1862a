-- Why: other systems of an MSP or of a client are told by webhook what happens. A delivery is a row that the very
-- statement writes which makes the event true, so that an event is either not there or told: triggers do it, whoever
-- opens the alert or marks the host. A workflow per delivery posts it until it is taken (docs/webhooks.md).
-- Runs beside old code: yes. Policies: webhooks belong to the MSP, and are the business of one tenant when
-- narrowed to it; deliveries are rows of the tenant that the event is about.

-- So that a row that names a tenant and an MSP cannot name two that do not belong together.
alter table tenants add constraint tenants_of_msp unique (id, msp_owner);

create table webhooks (
  id uuid primary key default gen_random_uuid(),
  msp_id uuid not null references msps,
  -- Null: events of every tenant of the MSP.
  only_tenant_id uuid,
  name text not null check (length(name) between 1 and 100),
  url text not null check (length(url) between 1 and 2000),
  is_active boolean not null default true,
  -- Why the hub itself switched it off: the receiver answered 410.
  disabled_reason text check (disabled_reason in ('gone')),
  -- Deliveries in a row that used up every try; from 5 on the webhook counts as failing (src/domain/webhook.ts).
  exhausted_in_a_row int not null default 0,
  last_success_at timestamptz,
  last_failure_at timestamptz,
  created_by_email text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- Kept for its log of deliveries; its secrets go at once.
  deleted_at timestamptz,
  unique (id, msp_id),
  unique (id, is_active),
  foreign key (only_tenant_id, msp_id) references tenants (id, msp_owner),
  check (deleted_at is null or not is_active),
  check (disabled_reason is null or not is_active)
);
create index webhooks_msp on webhooks (msp_id, created_at desc, id) where deleted_at is null;

-- What the scope of a tenant may see of its MSP's webhooks: that an event is wanted, not where it goes.
create table webhook_subscriptions (
  webhook_id uuid not null,
  event text not null check (event in ('alert.created', 'alert.resolved', 'agent.online', 'agent.offline', 'cve.match.new',
    'emergency.token.issued', 'honeypot.tripped')),
  msp_id uuid not null,
  only_tenant_id uuid,
  -- Follows the webhook by the foreign key.
  is_active boolean not null,
  primary key (webhook_id, event),
  foreign key (webhook_id, msp_id) references webhooks (id, msp_id),
  foreign key (webhook_id, is_active) references webhooks (id, is_active) on update cascade
);
create index webhook_subscriptions_wanted on webhook_subscriptions (event, msp_id) where is_active;

-- Sealed with a key outside the database (WEBHOOK_SEAL_KEY), bound to the webhook's id. The API writes them and cannot
-- read them back; the core worker reads them. One that has been rotated away has an end.
create table webhook_secrets (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null references webhooks,
  sealed bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz
);
create unique index webhook_secrets_current on webhook_secrets (webhook_id) where expires_at is null;
create index webhook_secrets_webhook on webhook_secrets (webhook_id);

create table webhook_deliveries (
  id uuid primary key default gen_random_uuid(),
  webhook_id uuid not null,
  msp_id uuid not null,
  -- Null: a ping of a webhook of all tenants.
  tenant_id uuid,
  event text not null,
  -- The bytes that are signed and sent, the same at every try.
  body text not null,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'cancelled')),
  -- [{"at", "status_code", "duration_ms", "answer", "error"}, …]: at most as many as src/domain/webhook.ts allows tries.
  attempts jsonb not null default '[]',
  created_at timestamptz not null default now(),
  -- When its workflow was last started.
  started_at timestamptz,
  next_attempt_at timestamptz,
  finished_at timestamptz,
  -- No foreign key: the delivery that it repeats is forgotten before it.
  replay_of uuid,
  foreign key (webhook_id, msp_id) references webhooks (id, msp_id),
  foreign key (tenant_id, msp_id) references tenants (id, msp_owner),
  check ((status = 'pending') = (finished_at is null))
);
create index webhook_deliveries_newest on webhook_deliveries (webhook_id, created_at desc, id desc);
create index webhook_deliveries_waiting on webhook_deliveries (created_at) where status = 'pending';
create index webhook_deliveries_old on webhook_deliveries (created_at) where status <> 'pending';

do $$
declare tbl text;
begin
  foreach tbl in array array['webhooks', 'webhook_subscriptions', 'webhook_secrets', 'webhook_deliveries'] loop
    execute format('alter table %I enable row level security', tbl);
    execute format('alter table %I force row level security', tbl);
    execute format('create policy system_scope on %I to monsys_core
      using ((select app.scope()) = ''system'') with check ((select app.scope()) = ''system'')', tbl);
  end loop;
end $$;

create policy tenant_scope on webhooks to monsys_app
  using (only_tenant_id = (select app.tenant())) with check (only_tenant_id = (select app.tenant()));
create policy msp_reads on webhooks for select to monsys_app using (msp_id = (select app.msp()));
create policy msp_inserts on webhooks for insert to monsys_app
  with check (msp_id = (select app.msp()) and only_tenant_id is null);
create policy msp_updates on webhooks for update to monsys_app
  using (msp_id = (select app.msp()) and only_tenant_id is null) with check (msp_id = (select app.msp()) and only_tenant_id is null);
grant select, insert on webhooks to monsys_app;
grant update (name, url, is_active, disabled_reason, exhausted_in_a_row, updated_at, deleted_at) on webhooks to monsys_app;
grant select on webhooks to monsys_core;
grant update (is_active, disabled_reason, exhausted_in_a_row, last_success_at, last_failure_at) on webhooks to monsys_core;

-- By it the triggers below know who wants an event, as whichever role makes it happen.
create policy wanted_in_tenant on webhook_subscriptions for select to monsys_app, monsys_core, monsys_signing
  using (only_tenant_id = (select app.tenant())
    or (only_tenant_id is null and msp_id = (select t.msp_owner from tenants t where t.id = (select app.tenant()))));
create policy of_visible_webhook on webhook_subscriptions to monsys_app
  using (webhook_id in (select id from webhooks)) with check (webhook_id in (select id from webhooks));
grant select, insert, delete on webhook_subscriptions to monsys_app;
grant select on webhook_subscriptions to monsys_core, monsys_signing;

create policy of_visible_webhook on webhook_secrets to monsys_app
  using (webhook_id in (select id from webhooks)) with check (webhook_id in (select id from webhooks));
grant insert (webhook_id, sealed), select (webhook_id, created_at, expires_at), update (expires_at), delete on webhook_secrets to monsys_app;
grant select, delete on webhook_secrets to monsys_core;

create policy tenant_scope on webhook_deliveries to monsys_app, monsys_core, monsys_signing
  using (tenant_id = (select app.tenant())) with check (tenant_id = (select app.tenant()));
create policy msp_reads on webhook_deliveries for select to monsys_app using (msp_id = (select app.msp()));
create policy msp_inserts on webhook_deliveries for insert to monsys_app
  with check (msp_id = (select app.msp()) and tenant_id is null);
grant select, insert on webhook_deliveries to monsys_app, monsys_core;
grant insert on webhook_deliveries to monsys_signing;
grant update (status, attempts, started_at, next_attempt_at, finished_at) on webhook_deliveries to monsys_core;
grant delete on webhook_deliveries to monsys_core;

-- Whether anybody in scope wants an event: asked before its object is put together, as mostly nobody does.
create function app.is_event_wanted(wanted text) returns boolean language sql stable
  as $$ select exists (select from webhook_subscriptions s where s.event = wanted and s.is_active) $$;

-- One delivery for each webhook that wants the event of the tenant. `part` names the member of the body with its object.
create function app.tell_webhooks(event text, tenant uuid, agent uuid, part text, object json) returns void language sql as $$
  insert into webhook_deliveries (id, webhook_id, msp_id, tenant_id, event, body)
  select w.delivery_id, w.webhook_id, w.msp_id, tell_webhooks.tenant, tell_webhooks.event, json_build_object(
    'event', tell_webhooks.event,
    'delivery_id', w.delivery_id,
    'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'tenant_id', tell_webhooks.tenant,
    'agent_id', tell_webhooks.agent,
    tell_webhooks.part, tell_webhooks.object)::text
  from (
    select gen_random_uuid() as delivery_id, s.webhook_id, s.msp_id
    from webhook_subscriptions s join tenants t on t.id = tell_webhooks.tenant and t.msp_owner = s.msp_id
    where s.event = tell_webhooks.event and s.is_active and (s.only_tenant_id is null or s.only_tenant_id = tell_webhooks.tenant)
  ) w
$$;

-- The core worker listens, and starts what has not been started.
create function app.announce_webhook_deliveries() returns trigger language plpgsql as $$
begin
  if exists (select from new_rows) then
    perform pg_notify('webhook_deliveries', '');
  end if;
  return null;
end $$;
create trigger announce_webhook_deliveries after insert on webhook_deliveries referencing new table as new_rows
  for each statement execute function app.announce_webhook_deliveries();

-- RFC 3339 in UTC, as everywhere in bodies.
create function app.webhook_time(moment timestamptz) returns text language sql stable
  as $$ select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $$;

create function app.tell_of_alert() returns trigger language plpgsql as $$
declare
  said text;
begin
  foreach said in array case
    when tg_op = 'UPDATE' then array['alert.resolved']
    -- Whoever reports a bait that was touched says so in the detail of the event.
    when new.detail ->> 'kind' = 'honeypot' then array['alert.created', 'honeypot.tripped']
    else array['alert.created'] end
  loop
    continue when not app.is_event_wanted(said);
    perform app.tell_webhooks(said, new.tenant_id, new.agent_id, 'alert', json_build_object(
      'id', new.id,
      'number', new.number,
      'severity', new.severity,
      'category', new.source,
      'title', new.title,
      'hostname', (select a.hostname from agents a where a.tenant_id = new.tenant_id and a.id = new.agent_id),
      'created_at', app.webhook_time(new.opened_at),
      'resolved_at', app.webhook_time(new.resolved_at),
      'resolution', new.resolution));
  end loop;
  return null;
end $$;
create trigger tell_of_opened_alert after insert on alerts for each row
  when (new.status <> 'resolved') execute function app.tell_of_alert();
create trigger tell_of_resolved_alert after update of status on alerts for each row
  when (old.status <> 'resolved' and new.status = 'resolved') execute function app.tell_of_alert();

create function app.tell_of_agent() returns trigger language plpgsql as $$
declare
  said text := 'agent.' || new.link_state;
begin
  if app.is_event_wanted(said) then
    perform app.tell_webhooks(said, new.tenant_id, new.id, 'agent', json_build_object(
      'id', new.id,
      'hostname', new.hostname,
      'tags', new.tags,
      'agent_version', new.agent_version,
      'since', app.webhook_time(new.link_state_since),
      'last_seen_at', app.webhook_time(new.last_seen_at)));
  end if;
  return null;
end $$;
-- A host that registers is heard for the first time.
create trigger tell_of_new_agent after insert on agents for each row
  when (new.is_active and new.link_state = 'online') execute function app.tell_of_agent();
create trigger tell_of_agent after update of link_state on agents for each row
  when (new.is_active and old.link_state <> new.link_state) execute function app.tell_of_agent();

-- All new matches of a host go together, a hundred a delivery: a new host may bring a thousand. The CVSS base score
-- counts where the hub has it; where not, what the scanner calls high or critical, which is 7.0 and above.
create function app.tell_of_cves(rows agent_cves[]) returns void language sql as $$
  select app.tell_webhooks('cve.match.new', g.tenant_id, g.agent_id, 'cve_match', json_build_object(
    'hostname', (select a.hostname from agents a where a.tenant_id = g.tenant_id and a.id = g.agent_id), 'cves', g.cves))
  from (
    select m.tenant_id, m.agent_id, json_agg(json_build_object(
      'cve_id', m.cve_id,
      'cvss', m.cvss,
      'severity', m.severity,
      'kev', exists (select from kev_entries k where k.cve_id = m.cve_id),
      'source', m.source,
      'package', m.package,
      'installed_version', m.installed_version,
      'fixed_version', m.fixed_version,
      'detected_at', app.webhook_time(m.detected_at)) order by m.cve_id, m.package) as cves
    from (
      select r.*, round(s.cvss::numeric, 1) as cvss,
        (row_number() over (partition by r.tenant_id, r.agent_id order by r.cve_id, r.package) - 1) / 100 as part
      from unnest(tell_of_cves.rows) r left join cve_scores s using (cve_id)
      where coalesce(round(s.cvss::numeric, 1) >= 7.0, r.severity in ('critical', 'high'), false)
    ) m
    group by m.tenant_id, m.agent_id, m.part
  ) g
$$;

create function app.tell_of_new_cves() returns trigger language plpgsql as $$
begin
  if app.is_event_wanted('cve.match.new') then
    perform app.tell_of_cves((select array_agg(n::agent_cves) from new_rows n where n.patched_at is null));
  end if;
  return null;
end $$;
create trigger tell_of_new_cves after insert on agent_cves referencing new table as new_rows
  for each statement execute function app.tell_of_new_cves();

-- A CVE that was patched and is back is a new match.
create function app.tell_of_reopened_cves() returns trigger language plpgsql as $$
begin
  if app.is_event_wanted('cve.match.new') then
    perform app.tell_of_cves((
      select array_agg(n::agent_cves) from new_rows n join old_rows o using (tenant_id, agent_id, source, package, cve_id)
      where n.patched_at is null and o.patched_at is not null));
  end if;
  return null;
end $$;
create trigger tell_of_reopened_cves after update on agent_cves referencing old table as old_rows new table as new_rows
  for each statement execute function app.tell_of_reopened_cves();

-- What was asked for, never the token itself.
create function app.tell_of_eat() returns trigger language plpgsql as $$
begin
  if app.is_event_wanted('emergency.token.issued') then
    perform app.tell_webhooks('emergency.token.issued', new.tenant_id, new.agent_id, 'token', json_build_object(
      'nonce', new.nonce,
      'kind', new.kind,
      'level', new.level,
      'actions', (select json_agg(json_build_object('kind', action ->> 'kind', 'playbook', action ->> 'slug'))
        from jsonb_array_elements(new.actions) action),
      'hostname', (select a.hostname from agents a where a.tenant_id = new.tenant_id and a.id = new.agent_id),
      'reason', new.reason,
      'requested_by_email', new.requested_by_email,
      'quorum_request_id', new.quorum_request_id,
      'issued_at', app.webhook_time(new.issued_at),
      'valid_from', app.webhook_time(new.valid_from),
      'expires_at', app.webhook_time(new.expires_at)));
  end if;
  return null;
end $$;
create trigger tell_of_eat after insert on eats for each row when (not new.is_demo) execute function app.tell_of_eat();
