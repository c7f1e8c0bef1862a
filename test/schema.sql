-- The schema after all migrations, read from the catalogue by test/support/dumpSchema.ts.
-- Not for running: for reviewing. A migration that changes it changes this file (npm run db:schema), and the suite is red until then.

-- Roles

monsys_app: login
monsys_core: login
monsys_signing: login

-- Functions and procedures

CREATE OR REPLACE FUNCTION app.announce_webhook_deliveries()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from new_rows) then
    perform pg_notify('webhook_deliveries', '');
  end if;
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.bootstrap_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.used_at is not null then
    raise exception 'the first owner has been made; bootstrap cannot be opened again' using errcode = 'insufficient_privilege';
  end if;
  return new;
end $function$

CREATE OR REPLACE FUNCTION app.first_invoiced_month()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select to_char((now() at time zone 'UTC') - interval '3 months', 'YYYY-MM') $function$

CREATE OR REPLACE FUNCTION app.hosts_in_maintenance(at timestamp with time zone)
 RETURNS TABLE(tenant_id uuid, agent_id uuid, window_id uuid, ends_at timestamp with time zone)
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select p.tenant_id, a.id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    join public.agents a on a.tenant_id = p.tenant_id
  where w.scope = 'tenant' and p.starts_at <= at and p.ends_at > at
  union all
  select p.tenant_id, m.agent_id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    join public.group_members m on (m.tenant_id, m.group_id) = (w.tenant_id, w.group_id)
  where w.scope = 'group' and p.starts_at <= at and p.ends_at > at
  union all
  select p.tenant_id, a.id, p.window_id, p.ends_at
  from public.maintenance_periods p join public.maintenance_windows w on (w.tenant_id, w.id) = (p.tenant_id, p.window_id)
    cross join unnest(w.agent_ids) a (id)
  where w.scope = 'agents' and p.starts_at <= at and p.ends_at > at $function$

CREATE OR REPLACE FUNCTION app.is_event_wanted(wanted text)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$ select exists (select from webhook_subscriptions s where s.event = wanted and s.is_active) $function$

CREATE OR REPLACE FUNCTION app.is_readonly()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select coalesce(current_setting('app.readonly', true), '') = 'on' $function$

CREATE OR REPLACE FUNCTION app.keep_maintenance_spent()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  insert into maintenance_spent (tenant_id, agent_id, window_id, starts_at, ends_at)
  select g.tenant_id, g.agent_id, p.window_id, greatest(p.starts_at, g.added_at), least(p.ends_at, now())
  from gone g join maintenance_windows w on (w.tenant_id, w.group_id) = (g.tenant_id, g.group_id)
    join maintenance_periods p on (p.tenant_id, p.window_id) = (w.tenant_id, w.id)
  where greatest(p.starts_at, g.added_at) < least(p.ends_at, now())
  on conflict do nothing;
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.msp()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.msp', true), '')::uuid $function$

CREATE OR REPLACE FUNCTION app.note_deactivation()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  new.deactivated_at := case when new.is_active then null else now() end;
  return new;
end $function$

CREATE OR REPLACE FUNCTION app.notify_cockpit()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('cockpit', c.tenant_id::text) from (select distinct tenant_id from changed) c;
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.notify_credentials()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('credentials', new.user_id::text);
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.notify_critical()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('agent_outbox', new.agent_id::text);
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.notify_link_state()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('cockpit', new.tenant_id::text);
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.notify_outbox()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('agent_outbox', new.agent_id::text);
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.notify_person()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('credentials', new.id::text);
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.on_call_is_of_msp()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare named jsonb := to_jsonb(new);
begin
  if named ->> 'on_call_schedule_id' is not null and not exists (
    select from public.on_call_schedules s join public.tenants t on t.msp_owner = s.msp_id
    where s.id = (named ->> 'on_call_schedule_id')::uuid and t.id = new.tenant_id
  ) then
    raise exception 'there is no on-call schedule % for this tenant', named ->> 'on_call_schedule_id' using errcode = 'foreign_key_violation';
  end if;
  if named ->> 'escalation_policy_id' is not null and not exists (
    select from public.escalation_policies p join public.tenants t on t.msp_owner = p.msp_id
    where p.id = (named ->> 'escalation_policy_id')::uuid and t.id = new.tenant_id
  ) then
    raise exception 'there is no escalation policy % for this tenant', named ->> 'escalation_policy_id' using errcode = 'foreign_key_violation';
  end if;
  return new;
end $function$

CREATE OR REPLACE FUNCTION app.pack_is_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.manifest is not null and not old.is_preview and not old.is_demo then
    raise exception 'the pack of % is closed', old.month using errcode = 'insufficient_privilege';
  end if;
  return old;
end $function$

CREATE OR REPLACE FUNCTION app.people()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.people', true), '')::uuid $function$

CREATE OR REPLACE PROCEDURE app.protect_tenant_table(IN tbl regclass)
 LANGUAGE plpgsql
AS $procedure$
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
end $procedure$

CREATE OR REPLACE PROCEDURE app.refuse_readonly_writes(IN tbl regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('create policy readonly_inserts on %s as restrictive for insert to monsys_app with check ((select app.writable()))', tbl);
  execute format('create policy readonly_updates on %s as restrictive for update to monsys_app using ((select app.writable()))', tbl);
  execute format('create policy readonly_deletes on %s as restrictive for delete to monsys_app using ((select app.writable()))', tbl);
end $procedure$

CREATE OR REPLACE FUNCTION app.report_is_final()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.state = 'done' then
    raise exception 'the report % is done', old.id using errcode = 'insufficient_privilege';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $function$

CREATE OR REPLACE FUNCTION app.running_month()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select to_char(now() at time zone 'UTC', 'YYYY-MM') $function$

CREATE OR REPLACE FUNCTION app.scope()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.scope', true), '') $function$

CREATE OR REPLACE FUNCTION app.sla_policy_is_of_msp()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.sla_policy_id is not null and not exists (
    select from sla_policies p join tenants t on t.msp_owner = p.msp_id where p.id = new.sla_policy_id and t.id = new.tenant_id
  ) then
    raise exception 'there is no SLA policy % for this tenant', new.sla_policy_id using errcode = 'foreign_key_violation';
  end if;
  return new;
end $function$

CREATE OR REPLACE FUNCTION app.tell_of_agent()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$

CREATE OR REPLACE FUNCTION app.tell_of_alert()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$

CREATE OR REPLACE FUNCTION app.tell_of_cves(rows agent_cves[])
 RETURNS void
 LANGUAGE sql
AS $function$
  with judged as (
    select r.*, round(s.cvss::numeric, 1) as cvss, exists (select from kev_entries k where k.cve_id = r.cve_id) as kev
    from unnest(tell_of_cves.rows) r left join cve_scores s using (cve_id)
  ), wanted as (
    select j.*, not kev and cvss is null and severity is null and source = 'kernel' as is_unscored from judged j
    where kev or coalesce(cvss >= 7.0, severity in ('critical', 'high'), source = 'kernel')
  ), placed as (
    select w.*, row_number() over (partition by tenant_id, agent_id, is_unscored order by
        case when is_unscored then substr(cve_id, 5, 4) end desc, case when is_unscored then length(cve_id) end desc,
        case when is_unscored then cve_id end desc, cve_id, package) - 1 as place,
      count(*) over (partition by tenant_id, agent_id, is_unscored) as total
    from wanted w
  )
  select app.tell_webhooks('cve.match.new', g.tenant_id, g.agent_id, 'cve_match', json_build_object(
    'hostname', (select a.hostname from agents a where a.tenant_id = g.tenant_id and a.id = g.agent_id),
    'cves', g.cves, 'not_listed', g.not_listed))
  from (
    select tenant_id, agent_id, json_agg(json_build_object(
        'cve_id', cve_id,
        'cvss', cvss,
        'severity', severity,
        'kev', kev,
        'source', source,
        'package', package,
        'installed_version', installed_version,
        'fixed_version', fixed_version,
        'detected_at', app.webhook_time(detected_at)) order by place) as cves,
      case when is_unscored then max(total) - count(*) else 0 end as not_listed
    from placed where not is_unscored or place < 100
    group by tenant_id, agent_id, is_unscored, place / 100
  ) g
$function$

CREATE OR REPLACE FUNCTION app.tell_of_eat()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
end $function$

CREATE OR REPLACE FUNCTION app.tell_of_new_cves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if app.is_event_wanted('cve.match.new') then
    perform app.tell_of_cves((select array_agg(n::agent_cves) from new_rows n where n.patched_at is null));
  end if;
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.tell_of_reopened_cves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if app.is_event_wanted('cve.match.new') then
    perform app.tell_of_cves((
      select array_agg(n::agent_cves) from new_rows n join old_rows o using (tenant_id, agent_id, source, package, cve_id)
      where n.patched_at is null and o.patched_at is not null));
  end if;
  return null;
end $function$

CREATE OR REPLACE FUNCTION app.tell_webhooks(event text, tenant uuid, agent uuid, part text, object json)
 RETURNS void
 LANGUAGE sql
AS $function$
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
$function$

CREATE OR REPLACE FUNCTION app.tenant()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$ select nullif(current_setting('app.tenant', true), '')::uuid $function$

CREATE OR REPLACE FUNCTION app.webhook_time(moment timestamp with time zone)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$ select to_char(moment at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') $function$

CREATE OR REPLACE FUNCTION app.writable()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE PARALLEL SAFE
AS $function$
begin
  if app.is_readonly() then
    raise exception 'this scope is read-only' using errcode = 'insufficient_privilege';
  end if;
  return true;
end $function$

-- Tables

table agent_cves (
  tenant_id uuid not null,
  agent_id uuid not null,
  source text not null,
  package text not null,
  cve_id text not null,
  installed_version text not null,
  fixed_version text,
  severity text,
  detected_at timestamp with time zone not null,
  patched_at timestamp with time zone,
  patched_version text,
  constraint agent_cves_pkey PRIMARY KEY (tenant_id, agent_id, source, package, cve_id),
  constraint agent_cves_source_check CHECK ((source = ANY (ARRAY['kernel'::text, 'trivy'::text]))),
  constraint agent_cves_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table agent_daily_counts (
  tenant_id uuid not null,
  day date not null,
  active_agents integer not null,
  constraint agent_daily_counts_active_agents_check CHECK ((active_agents >= 0)),
  constraint agent_daily_counts_pkey PRIMARY KEY (tenant_id, day),
  constraint agent_daily_counts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table agent_outbox (
  id bigint not null generated always as identity,
  tenant_id uuid not null,
  agent_id uuid not null,
  kind text not null,
  payload jsonb not null,
  dedupe_key text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  sent_at timestamp with time zone,
  attempts integer not null default 0,
  acked_at timestamp with time zone,
  ack jsonb,
  constraint agent_outbox_pkey PRIMARY KEY (id),
  constraint agent_outbox_tenant_id_agent_id_dedupe_key_key UNIQUE (tenant_id, agent_id, dedupe_key),
  constraint agent_outbox_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table agent_request_nonces (
  tenant_id uuid not null,
  agent_id uuid not null,
  nonce text not null,
  seen_at timestamp with time zone not null default now(),
  constraint agent_request_nonces_nonce_check CHECK (((length(nonce) >= 16) AND (length(nonce) <= 64))),
  constraint agent_request_nonces_pkey PRIMARY KEY (agent_id, nonce),
  constraint agent_request_nonces_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table agents (
  id uuid not null,
  tenant_id uuid not null,
  hostname text not null,
  public_key bytea not null,
  is_active boolean not null default true,
  link_state text not null default 'online'::text,
  link_state_since timestamp with time zone not null default now(),
  agent_version text not null,
  os_id text,
  os_name text,
  arch text,
  kernel_release text,
  kernel_upstream text,
  tags text[] not null default '{}'::text[],
  enrolled_with uuid,
  is_demo boolean not null default false,
  registered_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  boot_id text,
  key_reset_until timestamp with time zone,
  deactivated_at timestamp with time zone,
  constraint agents_hostname_check CHECK (((length(hostname) >= 1) AND (length(hostname) <= 253))),
  constraint agents_kernel_upstream_check CHECK ((kernel_upstream ~ '^[0-9]+\.[0-9]+(\.[0-9]+)?$'::text)),
  constraint agents_link_state_check CHECK ((link_state = ANY (ARRAY['online'::text, 'offline'::text]))),
  constraint agents_pkey PRIMARY KEY (id),
  constraint agents_public_key_check CHECK ((length(public_key) = 32)),
  constraint agents_tenant_id_enrolled_with_fkey FOREIGN KEY (tenant_id, enrolled_with) REFERENCES enrolment_tokens(tenant_id, id),
  constraint agents_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint agents_tenant_id_id_key UNIQUE (tenant_id, id)
) -- row-level security forced;

table alert_escalation_notices (
  tenant_id uuid not null,
  alert_id uuid not null,
  round integer not null,
  level integer not null,
  user_id uuid not null,
  decided_at timestamp with time zone not null default now(),
  told_at timestamp with time zone,
  unreached_at timestamp with time zone,
  generation integer not null default 0,
  constraint alert_escalation_notices_generation_check CHECK ((generation >= 0)),
  constraint alert_escalation_notices_pkey PRIMARY KEY (alert_id, generation, round, level, user_id),
  constraint alert_escalation_notices_tenant_id_alert_id_fkey FOREIGN KEY (tenant_id, alert_id) REFERENCES alert_escalations(tenant_id, alert_id),
  constraint alert_escalation_notices_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table alert_escalations (
  alert_id uuid not null,
  tenant_id uuid not null,
  msp_id uuid not null,
  policy_id uuid not null,
  policy jsonb not null,
  state text not null default 'waiting'::text,
  round integer not null default 0,
  level integer not null default 0,
  created_at timestamp with time zone not null default now(),
  next_at timestamp with time zone not null default now(),
  ended_at timestamp with time zone,
  generation integer not null default 0,
  constraint alert_escalations_check CHECK (((state = ANY (ARRAY['acknowledged'::text, 'resolved'::text, 'exhausted'::text])) = (ended_at IS NOT NULL))),
  constraint alert_escalations_generation_check CHECK ((generation >= 0)),
  constraint alert_escalations_level_check CHECK ((level >= 0)),
  constraint alert_escalations_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint alert_escalations_pkey PRIMARY KEY (alert_id),
  constraint alert_escalations_round_check CHECK ((round >= 0)),
  constraint alert_escalations_state_check CHECK ((state = ANY (ARRAY['waiting'::text, 'silenced'::text, 'escalating'::text, 'acknowledged'::text, 'resolved'::text, 'exhausted'::text]))),
  constraint alert_escalations_tenant_id_alert_id_fkey FOREIGN KEY (tenant_id, alert_id) REFERENCES alerts(tenant_id, id),
  constraint alert_escalations_tenant_id_alert_id_key UNIQUE (tenant_id, alert_id),
  constraint alert_escalations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table alert_rule_pending (
  tenant_id uuid not null,
  rule_id uuid not null,
  subject_id uuid not null,
  since timestamp with time zone not null,
  constraint alert_rule_pending_pkey PRIMARY KEY (tenant_id, rule_id, subject_id),
  constraint alert_rule_pending_tenant_id_rule_id_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES alert_rules(tenant_id, id) ON DELETE CASCADE
) -- row-level security forced;

table alert_rules (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  name text not null,
  metric text not null,
  operator text not null,
  threshold double precision not null,
  metric_argument text,
  duration_secs integer not null,
  severity text not null,
  target jsonb not null,
  enabled boolean not null default true,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint alert_rules_duration_secs_check CHECK (((duration_secs >= 0) AND (duration_secs <= 604800))),
  constraint alert_rules_operator_check CHECK ((operator = ANY (ARRAY['>'::text, '>='::text, '<'::text, '<='::text, '=='::text, '!='::text]))),
  constraint alert_rules_pkey PRIMARY KEY (id),
  constraint alert_rules_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'info'::text]))),
  constraint alert_rules_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint alert_rules_tenant_id_id_key UNIQUE (tenant_id, id)
) -- row-level security forced;

table alerts (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  number bigint not null,
  agent_id uuid,
  source text not null,
  fingerprint text not null,
  severity text not null,
  title text not null,
  detail jsonb not null default '{}'::jsonb,
  status text not null default 'open'::text,
  occurrences integer not null default 1,
  opened_at timestamp with time zone not null,
  last_occurred_at timestamp with time zone not null,
  sla_due_at timestamp with time zone not null,
  acknowledged_at timestamp with time zone,
  acknowledged_by uuid,
  resolved_at timestamp with time zone,
  resolved_by uuid,
  resolution text,
  is_demo boolean not null default false,
  ack_due_at timestamp with time zone,
  sla jsonb,
  silenced_by_maintenance uuid,
  silenced_until timestamp with time zone,
  snoozed_until timestamp with time zone,
  assigned_to uuid,
  assigned_at timestamp with time zone,
  severity_since timestamp with time zone,
  constraint alerts_acknowledged_by_fkey FOREIGN KEY (acknowledged_by) REFERENCES users(id),
  constraint alerts_assigned_to_fkey FOREIGN KEY (assigned_to) REFERENCES users(id),
  constraint alerts_check CHECK (((status = 'resolved'::text) = (resolved_at IS NOT NULL))),
  constraint alerts_check1 CHECK (((silenced_by_maintenance IS NULL) = (silenced_until IS NULL))),
  constraint alerts_check2 CHECK (((assigned_to IS NULL) = (assigned_at IS NULL))),
  constraint alerts_check3 CHECK ((severity_since >= opened_at)),
  constraint alerts_pkey PRIMARY KEY (id),
  constraint alerts_resolved_by_fkey FOREIGN KEY (resolved_by) REFERENCES users(id),
  constraint alerts_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'info'::text]))),
  constraint alerts_source_check CHECK ((source = ANY (ARRAY['rule'::text, 'liveness'::text, 'cve'::text, 'alertmanager'::text, 'ingest'::text, 'security'::text]))),
  constraint alerts_status_check CHECK ((status = ANY (ARRAY['open'::text, 'acknowledged'::text, 'resolved'::text]))),
  constraint alerts_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint alerts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint alerts_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint alerts_tenant_id_number_key UNIQUE (tenant_id, number),
  constraint alerts_tenant_id_silenced_by_maintenance_fkey FOREIGN KEY (tenant_id, silenced_by_maintenance) REFERENCES maintenance_windows(tenant_id, id),
  constraint alerts_title_check CHECK (((length(title) >= 1) AND (length(title) <= 300)))
) -- row-level security forced;

table api_tokens (
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  user_id uuid not null,
  msp_id uuid not null,
  tenant_id uuid,
  name text not null,
  scopes text[] not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint api_tokens_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint api_tokens_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint api_tokens_pkey PRIMARY KEY (id),
  constraint api_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint api_tokens_token_hash_key UNIQUE (token_hash),
  constraint api_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table audit_chain_heads (
  chain_id uuid not null,
  msp_id uuid not null,
  tenant_id uuid,
  seq bigint not null,
  hash bytea not null,
  constraint audit_chain_heads_hash_check CHECK ((length(hash) = 32)),
  constraint audit_chain_heads_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint audit_chain_heads_pkey PRIMARY KEY (chain_id),
  constraint audit_chain_heads_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table audit_log (
  chain_id uuid not null,
  seq bigint not null,
  msp_id uuid not null,
  tenant_id uuid,
  event_type text not null,
  actor_kind text not null,
  actor_user_id uuid,
  actor_email text,
  impersonation_id uuid,
  event_data jsonb not null,
  occurred_at timestamp with time zone not null,
  prev_hash bytea not null,
  hash bytea not null,
  constraint audit_log_actor_kind_check CHECK ((actor_kind = ANY (ARRAY['user'::text, 'agent'::text, 'integration'::text, 'system'::text]))),
  constraint audit_log_check CHECK (((actor_kind = 'user'::text) = ((actor_user_id IS NOT NULL) AND (actor_email IS NOT NULL)))),
  constraint audit_log_event_type_check CHECK ((event_type ~ '^[a-z][a-z0-9_]+$'::text)),
  constraint audit_log_hash_check CHECK ((length(hash) = 32)),
  constraint audit_log_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint audit_log_pkey PRIMARY KEY (chain_id, seq),
  constraint audit_log_prev_hash_check CHECK ((length(prev_hash) = 32)),
  constraint audit_log_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table audit_packs (
  tenant_id uuid not null,
  month text not null,
  built_at timestamp with time zone not null,
  is_demo boolean not null default false,
  id uuid not null default gen_random_uuid(),
  manifest text,
  manifest_sha256 text,
  sig text,
  key_id text,
  hash_chain_root text,
  jsonl_sha256 text,
  jsonl_bytes bigint,
  pdf_sha256 text,
  pdf_bytes bigint,
  entries integer,
  is_preview boolean not null default false,
  constraint audit_packs_hash_chain_root_check CHECK ((hash_chain_root ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_packs_id UNIQUE (id),
  constraint audit_packs_jsonl_sha256_check CHECK ((jsonl_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_packs_key_id_fkey FOREIGN KEY (key_id) REFERENCES hub_keys(key_id),
  constraint audit_packs_manifest_sha256_check CHECK ((manifest_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_packs_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint audit_packs_pdf_sha256_check CHECK ((pdf_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint audit_packs_pkey PRIMARY KEY (tenant_id, month),
  constraint audit_packs_tenant_id UNIQUE (tenant_id, id),
  constraint audit_packs_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint audit_packs_whole CHECK ((((manifest IS NULL) = (sig IS NULL)) AND ((manifest IS NULL) = (pdf_sha256 IS NULL))))
) -- row-level security forced;

table auditor_links (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  msp_id uuid not null,
  user_id uuid not null,
  token_hash bytea not null,
  note text not null,
  created_by uuid not null,
  created_by_email text not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  opened_count integer not null default 0,
  last_opened_at timestamp with time zone,
  revoked_at timestamp with time zone,
  revoked_by_email text,
  constraint auditor_links_check CHECK ((expires_at <= (created_at + '30 days'::interval))),
  constraint auditor_links_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint auditor_links_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint auditor_links_note_check CHECK (((length(note) >= 1) AND (length(note) <= 200))),
  constraint auditor_links_pkey PRIMARY KEY (id),
  constraint auditor_links_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint auditor_links_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint auditor_links_token_hash_key UNIQUE (token_hash),
  constraint auditor_links_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id),
  constraint auditor_links_user_id_key UNIQUE (user_id)
) -- row-level security forced;

table auth_failures (
  subject text not null,
  failures integer not null default 0,
  first_failure_at timestamp with time zone not null default now(),
  locked_until timestamp with time zone,
  constraint auth_failures_pkey PRIMARY KEY (subject)
);

table automatic_responses (
  alert_id uuid not null,
  tenant_id uuid not null,
  agent_id uuid not null,
  nonce uuid not null default gen_random_uuid(),
  action jsonb not null,
  level smallint not null,
  confidence real not null,
  proposed_at timestamp with time zone not null default now(),
  decided_at timestamp with time zone,
  decision text,
  constraint automatic_responses_check CHECK (((decided_at IS NULL) = (decision IS NULL))),
  constraint automatic_responses_confidence_check CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
  constraint automatic_responses_decision_check CHECK ((decision = ANY (ARRAY['ordered'::text, 'acknowledged'::text, 'not_sure_enough'::text, 'switched_off'::text, 'host_inactive'::text, 'too_many_hosts'::text]))),
  constraint automatic_responses_level_check CHECK (((level >= 1) AND (level <= 2))),
  constraint automatic_responses_nonce_key UNIQUE (nonce),
  constraint automatic_responses_pkey PRIMARY KEY (alert_id),
  constraint automatic_responses_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint automatic_responses_tenant_id_alert_id_fkey FOREIGN KEY (tenant_id, alert_id) REFERENCES alerts(tenant_id, id),
  constraint automatic_responses_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table baseline_files (
  tenant_id uuid not null,
  agent_id uuid not null,
  path text not null,
  kind text not null,
  baseline_sha256 bytea not null,
  current_sha256 bytea,
  baseline_at timestamp with time zone not null,
  drifted_at timestamp with time zone,
  constraint baseline_files_kind_check CHECK ((kind = ANY (ARRAY['binary'::text, 'config'::text]))),
  constraint baseline_files_pkey PRIMARY KEY (tenant_id, agent_id, path),
  constraint baseline_files_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table billing_months (
  tenant_id uuid not null,
  month text not null,
  msp_id uuid not null,
  tenant_name text not null,
  active_agents integer not null,
  billable_agents integer not null,
  monthly_cents bigint not null,
  basis text not null,
  closed_at timestamp with time zone not null default now(),
  constraint billing_months_active_agents_check CHECK ((active_agents >= 0)),
  constraint billing_months_basis_check CHECK ((basis = ANY (ARRAY['closing_count'::text, 'daily_count'::text, 'reconstructed'::text]))),
  constraint billing_months_billable_agents_check CHECK ((billable_agents >= 0)),
  constraint billing_months_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint billing_months_monthly_cents_check CHECK ((monthly_cents >= 0)),
  constraint billing_months_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint billing_months_pkey PRIMARY KEY (tenant_id, month),
  constraint billing_months_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table bootstrap (
  only_row boolean not null default true,
  token_hash bytea not null,
  created_at timestamp with time zone not null default now(),
  used_at timestamp with time zone,
  constraint bootstrap_only_row_check CHECK (only_row),
  constraint bootstrap_pkey PRIMARY KEY (only_row)
) -- row-level security forced;

table credit_notes (
  tenant_id uuid not null,
  month text not null,
  msp_id uuid not null,
  number text not null,
  issued_on date not null,
  payable_cents bigint not null,
  document jsonb not null,
  xml text not null,
  created_at timestamp with time zone not null default now(),
  constraint credit_notes_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint credit_notes_msp_id_number_key UNIQUE (msp_id, number),
  constraint credit_notes_payable_cents_check CHECK ((payable_cents >= 0)),
  constraint credit_notes_pkey PRIMARY KEY (tenant_id, month),
  constraint credit_notes_tenant_id_month_fkey FOREIGN KEY (tenant_id, month) REFERENCES credit_requests(tenant_id, month)
) -- row-level security forced;

table credit_requests (
  tenant_id uuid not null,
  month text not null,
  reason text not null,
  requested_by_email text not null,
  created_at timestamp with time zone not null default now(),
  constraint credit_requests_pkey PRIMARY KEY (tenant_id, month),
  constraint credit_requests_reason_check CHECK (((length(reason) >= 10) AND (length(reason) <= 500))),
  constraint credit_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint credit_requests_tenant_id_month_fkey FOREIGN KEY (tenant_id, month) REFERENCES tenant_invoices(tenant_id, month)
) -- row-level security forced;

table custom_domains (
  domain text not null,
  tenant_id uuid not null,
  challenge text not null,
  claimed_at timestamp with time zone not null default now(),
  proven_at timestamp with time zone not null default now(),
  record_missing_since timestamp with time zone,
  constraint custom_domains_challenge_check CHECK ((challenge ~ '^[0-9a-f]{40}$'::text)),
  constraint custom_domains_domain_check CHECK (((length(domain) <= 253) AND (domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$'::text))),
  constraint custom_domains_pkey PRIMARY KEY (domain),
  constraint custom_domains_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint custom_domains_tenant_id_key UNIQUE (tenant_id)
) -- row-level security forced;

table cve_scores (
  cve_id text not null,
  epss real,
  cvss real,
  constraint cve_scores_cvss_check CHECK (((cvss >= (0)::double precision) AND (cvss <= (10)::double precision))),
  constraint cve_scores_epss_check CHECK (((epss >= (0)::double precision) AND (epss <= (1)::double precision))),
  constraint cve_scores_pkey PRIMARY KEY (cve_id)
);

table domain_claims (
  tenant_id uuid not null,
  domain text not null,
  challenge text not null,
  claimed_at timestamp with time zone not null default now(),
  constraint domain_claims_challenge_check CHECK ((challenge ~ '^[0-9a-f]{40}$'::text)),
  constraint domain_claims_domain_check CHECK (((length(domain) <= 253) AND (domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$'::text))),
  constraint domain_claims_pkey PRIMARY KEY (tenant_id),
  constraint domain_claims_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table eat_orders (
  nonce uuid not null,
  tenant_id uuid not null,
  msp_id uuid not null,
  agent_id uuid not null,
  kind text not null,
  level smallint not null,
  actions jsonb not null,
  reason text not null,
  requested_by uuid,
  requested_by_email text,
  authorisation text not null,
  totp_step_sha256 text,
  quorum_request_id uuid,
  stage integer not null default 0,
  alert_id uuid,
  confidence real,
  window_from timestamp with time zone,
  window_until timestamp with time zone,
  conditions jsonb,
  created_at timestamp with time zone not null default now(),
  abandoned_at timestamp with time zone,
  impersonation_id uuid,
  constraint eat_orders_authorisation_check CHECK ((authorisation = ANY (ARRAY['single'::text, 'quorum'::text, 'automatic'::text]))),
  constraint eat_orders_check CHECK (((kind = 'pre_issued'::text) = ((window_from IS NOT NULL) AND (window_until IS NOT NULL) AND (conditions IS NOT NULL)))),
  constraint eat_orders_check1 CHECK (((authorisation <> 'single'::text) OR ((requested_by IS NOT NULL) AND (totp_step_sha256 IS NOT NULL)))),
  constraint eat_orders_check2 CHECK (((authorisation <> 'quorum'::text) OR (quorum_request_id IS NOT NULL))),
  constraint eat_orders_check3 CHECK (((authorisation <> 'automatic'::text) OR ((alert_id IS NOT NULL) AND (level < 3)))),
  constraint eat_orders_kind_check CHECK ((kind = ANY (ARRAY['immediate'::text, 'pre_issued'::text]))),
  constraint eat_orders_level_check CHECK (((level >= 1) AND (level <= 3))),
  constraint eat_orders_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint eat_orders_pkey PRIMARY KEY (nonce),
  constraint eat_orders_quorum_request_id_agent_id_key UNIQUE (quorum_request_id, agent_id),
  constraint eat_orders_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint eat_orders_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users(id),
  constraint eat_orders_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint eat_orders_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint eat_orders_tenant_id_nonce_key UNIQUE (tenant_id, nonce),
  constraint eat_orders_tenant_id_quorum_request_id_fkey FOREIGN KEY (tenant_id, quorum_request_id) REFERENCES quorum_requests(tenant_id, id),
  constraint eat_orders_totp_step_sha256_check CHECK ((totp_step_sha256 ~ '^[0-9a-f]{64}$'::text))
) -- row-level security forced;

table eats (
  nonce uuid not null,
  tenant_id uuid not null,
  agent_id uuid not null,
  level smallint not null,
  actions jsonb not null,
  reason text not null,
  requested_by uuid,
  issued_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  outcome text,
  result_at timestamp with time zone,
  result jsonb,
  acknowledged_at timestamp with time zone,
  acknowledged_by uuid,
  is_demo boolean not null default false,
  token text,
  signature bytea,
  key_id text,
  kind text not null default 'immediate'::text,
  quorum_request_id uuid,
  requested_by_email text,
  valid_from timestamp with time zone,
  conditions jsonb,
  delivered_at timestamp with time zone,
  started_at timestamp with time zone,
  refusal_code text,
  result_text text,
  result_signature bytea,
  revoked_at timestamp with time zone,
  revoked_by uuid,
  revocation_confirmed_at timestamp with time zone,
  result_public_key bytea,
  is_dry_run boolean not null default false,
  constraint eats_acknowledged_by_fkey FOREIGN KEY (acknowledged_by) REFERENCES users(id),
  constraint eats_check CHECK (((outcome IS NULL) = (result_at IS NULL))),
  constraint eats_key_id_fkey FOREIGN KEY (key_id) REFERENCES hub_keys(key_id),
  constraint eats_kind_check CHECK ((kind = ANY (ARRAY['immediate'::text, 'pre_issued'::text]))),
  constraint eats_level_check CHECK (((level >= 1) AND (level <= 3))),
  constraint eats_outcome_check CHECK ((outcome = ANY (ARRAY['succeeded'::text, 'failed'::text, 'refused'::text, 'indeterminate'::text, 'revoked'::text, 'expired_unused'::text]))),
  constraint eats_pkey PRIMARY KEY (nonce),
  constraint eats_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users(id),
  constraint eats_result_public_key_check CHECK ((length(result_public_key) = 32)),
  constraint eats_result_signature_check CHECK ((length(result_signature) = 64)),
  constraint eats_revoked_by_fkey FOREIGN KEY (revoked_by) REFERENCES users(id),
  constraint eats_signature_check CHECK ((length(signature) = 64)),
  constraint eats_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint eats_tenant_id_nonce_key UNIQUE (tenant_id, nonce)
) -- row-level security forced;

table enrolment_tokens (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  token_hash bytea not null,
  name text not null,
  default_tags text[] not null default '{}'::text[],
  max_uses integer not null,
  uses integer not null default 0,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  constraint enrolment_tokens_check CHECK ((uses <= max_uses)),
  constraint enrolment_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint enrolment_tokens_max_uses_check CHECK (((max_uses >= 1) AND (max_uses <= 100000))),
  constraint enrolment_tokens_pkey PRIMARY KEY (id),
  constraint enrolment_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint enrolment_tokens_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint enrolment_tokens_token_hash_key UNIQUE (token_hash)
) -- row-level security forced;

table escalation_policies (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  name text not null,
  minimum_severity text not null,
  levels jsonb not null,
  repeats integer not null,
  is_default boolean not null default false,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint escalation_policies_minimum_severity_check CHECK ((minimum_severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'info'::text]))),
  constraint escalation_policies_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint escalation_policies_msp_id_id_key UNIQUE (msp_id, id),
  constraint escalation_policies_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint escalation_policies_pkey PRIMARY KEY (id),
  constraint escalation_policies_repeats_check CHECK (((repeats >= 0) AND (repeats <= 10)))
) -- row-level security forced;

table feeds (
  name text not null,
  version text not null,
  entries integer not null,
  sha256 bytea not null,
  refreshed_at timestamp with time zone not null,
  last_attempt_at timestamp with time zone not null,
  last_error text,
  constraint feeds_pkey PRIMARY KEY (name)
);

table group_members (
  tenant_id uuid not null,
  group_id uuid not null,
  agent_id uuid not null,
  added_at timestamp with time zone not null default now(),
  constraint group_members_pkey PRIMARY KEY (tenant_id, group_id, agent_id),
  constraint group_members_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint group_members_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES groups(tenant_id, id)
) -- row-level security forced;

table group_runbooks (
  tenant_id uuid not null,
  group_id uuid not null,
  version integer not null,
  markdown text not null,
  author_email text,
  created_at timestamp with time zone not null default now(),
  constraint group_runbooks_markdown_check CHECK ((length(markdown) <= 200000)),
  constraint group_runbooks_pkey PRIMARY KEY (tenant_id, group_id, version),
  constraint group_runbooks_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES groups(tenant_id, id),
  constraint group_runbooks_version_check CHECK ((version > 0))
) -- row-level security forced;

table groups (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  name text not null,
  rule jsonb not null,
  priority integer not null default 100,
  sla_resolve_minutes jsonb not null default '{}'::jsonb,
  on_call jsonb,
  runbook_version integer not null default 0,
  has_runbook boolean not null default false,
  members_hash bytea not null default sha256('\x'::bytea),
  member_count integer not null default 0,
  members_changed_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  archived_at timestamp with time zone,
  sla_policy_id uuid,
  on_call_schedule_id uuid,
  escalation_policy_id uuid,
  constraint groups_escalation_policy_id_fkey FOREIGN KEY (escalation_policy_id) REFERENCES escalation_policies(id),
  constraint groups_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint groups_on_call_schedule_id_fkey FOREIGN KEY (on_call_schedule_id) REFERENCES on_call_schedules(id),
  constraint groups_pkey PRIMARY KEY (id),
  constraint groups_priority_check CHECK (((priority >= 0) AND (priority <= 1000000))),
  constraint groups_sla_policy_id_fkey FOREIGN KEY (sla_policy_id) REFERENCES sla_policies(id),
  constraint groups_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint groups_tenant_id_id_key UNIQUE (tenant_id, id)
) -- row-level security forced;

table handover_contacts (
  tenant_id uuid not null,
  email text not null,
  name text not null default ''::text,
  created_at timestamp with time zone not null default now(),
  constraint handover_contacts_email_check CHECK (((email = lower(email)) AND (email ~ '^[^@\s]+@[^@\s]+$'::text))),
  constraint handover_contacts_pkey PRIMARY KEY (tenant_id, email),
  constraint handover_contacts_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table handover_reports (
  tenant_id uuid not null,
  pack_id uuid not null,
  actor_suffix text not null,
  built_at timestamp with time zone not null default now(),
  manifest text not null,
  sig text not null,
  key_id text not null,
  jsonl_sha256 text not null,
  jsonl_bytes bigint not null,
  pdf_sha256 text not null,
  pdf_bytes bigint not null,
  kept integer not null,
  left_out integer not null,
  constraint handover_reports_actor_suffix_check CHECK (((length(actor_suffix) >= 1) AND (length(actor_suffix) <= 254))),
  constraint handover_reports_key_id_fkey FOREIGN KEY (key_id) REFERENCES hub_keys(key_id),
  constraint handover_reports_pkey PRIMARY KEY (pack_id, actor_suffix),
  constraint handover_reports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint handover_reports_tenant_id_pack_id_fkey FOREIGN KEY (tenant_id, pack_id) REFERENCES audit_packs(tenant_id, id)
) -- row-level security forced;

table hub_keys (
  key_id text not null,
  public_key bytea not null,
  valid_from timestamp with time zone not null,
  valid_until timestamp with time zone,
  statement text not null,
  signature bytea not null,
  signed_by text not null,
  created_at timestamp with time zone not null default now(),
  constraint hub_keys_key_id_check CHECK ((key_id ~ '^[0-9a-f]{16}$'::text)),
  constraint hub_keys_pkey PRIMARY KEY (key_id),
  constraint hub_keys_public_key_check CHECK ((length(public_key) = 32)),
  constraint hub_keys_signature_check CHECK ((length(signature) = 64))
);

table hub_presence (
  only_row boolean not null default true,
  hearing_since timestamp with time zone not null,
  last_beat_at timestamp with time zone not null,
  constraint hub_presence_only_row_check CHECK (only_row),
  constraint hub_presence_pkey PRIMARY KEY (only_row)
);

table idempotency_keys (
  principal text not null,
  key text not null,
  request_hash bytea not null,
  status integer,
  response_sealed bytea,
  created_at timestamp with time zone not null default now(),
  totp_step bigint,
  constraint idempotency_keys_pkey PRIMARY KEY (principal, key)
);

table impersonations (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  msp_id uuid not null,
  user_id uuid not null,
  user_email text not null,
  reason text not null,
  mode text not null,
  duration_minutes integer not null,
  state text not null,
  session_id uuid,
  api_token_id uuid,
  token_hash bytea,
  requested_at timestamp with time zone not null default now(),
  consent_until timestamp with time zone,
  consented_by uuid,
  consented_by_email text,
  started_at timestamp with time zone,
  expires_at timestamp with time zone,
  ended_at timestamp with time zone,
  end_reason text,
  ended_by_email text,
  constraint impersonations_api_token_id_fkey FOREIGN KEY (api_token_id) REFERENCES api_tokens(id),
  constraint impersonations_check CHECK (((session_id IS NULL) <> (api_token_id IS NULL))),
  constraint impersonations_check1 CHECK (((state = 'ended'::text) = ((ended_at IS NOT NULL) AND (end_reason IS NOT NULL)))),
  constraint impersonations_check2 CHECK (((state <> 'active'::text) OR ((started_at IS NOT NULL) AND (expires_at IS NOT NULL) AND (token_hash IS NOT NULL)))),
  constraint impersonations_consented_by_fkey FOREIGN KEY (consented_by) REFERENCES users(id),
  constraint impersonations_duration_minutes_check CHECK (((duration_minutes >= 1) AND (duration_minutes <= 60))),
  constraint impersonations_end_reason_check CHECK ((end_reason = ANY (ARRAY['ended'::text, 'expired'::text, 'signed_out'::text, 'ended_by_owner'::text, 'refused'::text, 'consent_timeout'::text, 'role_lost'::text, 'not_started'::text]))),
  constraint impersonations_mode_check CHECK ((mode = ANY (ARRAY['full'::text, 'read_only'::text]))),
  constraint impersonations_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint impersonations_pkey PRIMARY KEY (id),
  constraint impersonations_reason_check CHECK (((length(reason) >= 10) AND (length(reason) <= 1000))),
  constraint impersonations_session_id_fkey FOREIGN KEY (session_id) REFERENCES sessions(id),
  constraint impersonations_state_check CHECK ((state = ANY (ARRAY['awaiting_consent'::text, 'granted'::text, 'active'::text, 'ended'::text]))),
  constraint impersonations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint impersonations_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint impersonations_token_hash_key UNIQUE (token_hash),
  constraint impersonations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table ingest_batches (
  tenant_id uuid not null,
  agent_id uuid not null,
  batch_id text not null,
  received_at timestamp with time zone not null default now(),
  constraint ingest_batches_pkey PRIMARY KEY (tenant_id, agent_id, batch_id),
  constraint ingest_batches_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table integration_tokens (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  token_hash bytea not null,
  name text not null,
  purpose text not null,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  last_used_at timestamp with time zone,
  revoked_at timestamp with time zone,
  constraint integration_tokens_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint integration_tokens_pkey PRIMARY KEY (id),
  constraint integration_tokens_purpose_check CHECK ((purpose = ANY (ARRAY['alertmanager'::text, 'ingest'::text, 'trivy'::text]))),
  constraint integration_tokens_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint integration_tokens_token_hash_key UNIQUE (token_hash)
) -- row-level security forced;

table inventories (
  tenant_id uuid not null,
  agent_id uuid not null,
  collected_at timestamp with time zone not null,
  received_at timestamp with time zone not null default now(),
  sha256 bytea not null,
  document jsonb not null,
  constraint inventories_pkey PRIMARY KEY (tenant_id, agent_id),
  constraint inventories_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table invitations (
  id uuid not null default gen_random_uuid(),
  token_hash bytea not null,
  msp_id uuid not null,
  tenant_id uuid,
  email text not null,
  name text not null,
  role text not null,
  invited_by uuid not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  accepted_at timestamp with time zone,
  revoked_at timestamp with time zone,
  user_expires_at timestamp with time zone,
  constraint invitations_email_check CHECK ((email = lower(email))),
  constraint invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES users(id),
  constraint invitations_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint invitations_pkey PRIMARY KEY (id),
  constraint invitations_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint invitations_token_hash_key UNIQUE (token_hash)
) -- row-level security forced;

table invoice_counters (
  issuer_id uuid not null,
  year integer not null,
  last integer not null,
  constraint invoice_counters_last_check CHECK ((last >= 0)),
  constraint invoice_counters_pkey PRIMARY KEY (issuer_id, year),
  constraint invoice_counters_year_check CHECK (((year >= 2020) AND (year <= 9999)))
) -- row-level security forced;

table kernel_changes (
  tenant_id uuid not null,
  agent_id uuid not null,
  changed_at timestamp with time zone not null,
  from_release text,
  to_release text not null,
  constraint kernel_changes_pkey PRIMARY KEY (tenant_id, agent_id, changed_at),
  constraint kernel_changes_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table kernel_cve_fixes (
  cve_id text not null,
  stream text not null,
  fixed_version text not null,
  fixed_patch integer not null,
  constraint kernel_cve_fixes_pkey PRIMARY KEY (stream, cve_id)
);

table kev_entries (
  cve_id text not null,
  vendor text not null,
  product text not null,
  name text not null,
  date_added date not null,
  due_date date,
  ransomware boolean not null,
  constraint kev_entries_pkey PRIMARY KEY (cve_id)
);

table maintenance_periods (
  tenant_id uuid not null,
  window_id uuid not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint maintenance_periods_check CHECK ((ends_at > starts_at)),
  constraint maintenance_periods_pkey PRIMARY KEY (tenant_id, window_id, starts_at),
  constraint maintenance_periods_tenant_id_window_id_fkey FOREIGN KEY (tenant_id, window_id) REFERENCES maintenance_windows(tenant_id, id)
) -- row-level security forced;

table maintenance_spent (
  tenant_id uuid not null,
  agent_id uuid not null,
  window_id uuid not null,
  starts_at timestamp with time zone not null,
  ends_at timestamp with time zone not null,
  constraint maintenance_spent_check CHECK ((ends_at > starts_at)),
  constraint maintenance_spent_pkey PRIMARY KEY (tenant_id, agent_id, window_id, starts_at),
  constraint maintenance_spent_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint maintenance_spent_tenant_id_window_id_fkey FOREIGN KEY (tenant_id, window_id) REFERENCES maintenance_windows(tenant_id, id)
) -- row-level security forced;

table maintenance_windows (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  title text not null,
  reason text not null,
  scope text not null,
  group_id uuid,
  agent_ids uuid[],
  schedule jsonb not null,
  created_by_email text,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  cancelled_at timestamp with time zone,
  cancelled_by_email text,
  constraint maintenance_windows_agent_ids_check CHECK (((cardinality(agent_ids) >= 1) AND (cardinality(agent_ids) <= 1000))),
  constraint maintenance_windows_check CHECK ((((scope = 'group'::text) = (group_id IS NOT NULL)) AND ((scope = 'agents'::text) = (agent_ids IS NOT NULL)))),
  constraint maintenance_windows_pkey PRIMARY KEY (id),
  constraint maintenance_windows_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 2000))),
  constraint maintenance_windows_scope_check CHECK ((scope = ANY (ARRAY['tenant'::text, 'group'::text, 'agents'::text]))),
  constraint maintenance_windows_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint maintenance_windows_tenant_id_group_id_fkey FOREIGN KEY (tenant_id, group_id) REFERENCES groups(tenant_id, id),
  constraint maintenance_windows_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint maintenance_windows_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200)))
) -- row-level security forced;

table metric_samples (
  tenant_id uuid not null,
  agent_id uuid not null,
  sampled_at timestamp with time zone not null,
  cpu_pct real,
  mem_pct real,
  disk_pct real,
  load_avg real,
  network_rx_mbps real,
  network_tx_mbps real,
  processes text[],
  constraint metric_samples_pkey PRIMARY KEY (tenant_id, agent_id, sampled_at),
  constraint metric_samples_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table msp_invoices (
  msp_id uuid not null,
  month text not null,
  number text not null,
  issued_on date not null,
  payable_cents bigint not null,
  document jsonb not null,
  xml text not null,
  created_at timestamp with time zone not null default now(),
  constraint msp_invoices_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint msp_invoices_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint msp_invoices_number_key UNIQUE (number),
  constraint msp_invoices_payable_cents_check CHECK ((payable_cents >= 0)),
  constraint msp_invoices_pkey PRIMARY KEY (msp_id, month)
) -- row-level security forced;

table msp_invoicing (
  msp_id uuid not null,
  party jsonb not null,
  number_prefix text not null default 'INV'::text,
  updated_at timestamp with time zone not null default now(),
  invoiced_from text not null default app.first_invoiced_month(),
  operator_from text,
  constraint msp_invoicing_invoiced_from_check CHECK ((invoiced_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint msp_invoicing_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint msp_invoicing_number_prefix_check CHECK ((number_prefix ~ '^[A-Z0-9]{1,10}$'::text)),
  constraint msp_invoicing_operator_from_check CHECK ((operator_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint msp_invoicing_pkey PRIMARY KEY (msp_id)
) -- row-level security forced;

table msps (
  id uuid not null default gen_random_uuid(),
  name text not null,
  email_domain text not null,
  created_at timestamp with time zone not null default now(),
  constraint msps_email_domain_check CHECK ((email_domain ~ '^[a-z0-9.-]+$'::text)),
  constraint msps_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint msps_pkey PRIMARY KEY (id)
) -- row-level security forced;

table on_call_overrides (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  schedule_id uuid not null,
  user_id uuid not null,
  from_at timestamp with time zone not null,
  until_at timestamp with time zone not null,
  note text not null default ''::text,
  created_by uuid not null,
  created_at timestamp with time zone not null default now(),
  constraint on_call_overrides_check CHECK (((from_at < until_at) AND ((until_at - from_at) <= '92 days'::interval))),
  constraint on_call_overrides_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint on_call_overrides_msp_id_schedule_id_fkey FOREIGN KEY (msp_id, schedule_id) REFERENCES on_call_schedules(msp_id, id) ON DELETE CASCADE,
  constraint on_call_overrides_note_check CHECK ((length(note) <= 500)),
  constraint on_call_overrides_pkey PRIMARY KEY (id),
  constraint on_call_overrides_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table on_call_schedules (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  name text not null,
  time_zone text not null,
  layers jsonb not null,
  is_default boolean not null default false,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint on_call_schedules_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint on_call_schedules_msp_id_id_key UNIQUE (msp_id, id),
  constraint on_call_schedules_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint on_call_schedules_pkey PRIMARY KEY (id),
  constraint on_call_schedules_time_zone_check CHECK (((length(time_zone) >= 1) AND (length(time_zone) <= 64)))
) -- row-level security forced;

table pack_builds (
  tenant_id uuid not null,
  month text not null,
  started_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  stage text not null default 'waiting'::text,
  lines integer not null default 0,
  error text,
  requested_by_email text,
  constraint pack_builds_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint pack_builds_pkey PRIMARY KEY (tenant_id, month),
  constraint pack_builds_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table playbook_versions (
  playbook_id uuid not null,
  version integer not null,
  content text not null,
  sha256 text not null,
  irreversible boolean not null,
  created_by uuid,
  created_at timestamp with time zone not null default now(),
  approved_by uuid,
  approved_at timestamp with time zone,
  constraint playbook_versions_approved_by_fkey FOREIGN KEY (approved_by) REFERENCES users(id),
  constraint playbook_versions_check CHECK (((approved_by IS NULL) OR (created_by IS NULL) OR (approved_by <> created_by))),
  constraint playbook_versions_created_by_fkey FOREIGN KEY (created_by) REFERENCES users(id),
  constraint playbook_versions_pkey PRIMARY KEY (playbook_id, version),
  constraint playbook_versions_playbook_id_fkey FOREIGN KEY (playbook_id) REFERENCES playbooks(id),
  constraint playbook_versions_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint playbook_versions_version_check CHECK ((version >= 1))
) -- row-level security forced;

table playbooks (
  id uuid not null default gen_random_uuid(),
  msp_id uuid,
  slug text not null,
  created_at timestamp with time zone not null default now(),
  archived_at timestamp with time zone,
  constraint playbooks_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint playbooks_pkey PRIMARY KEY (id),
  constraint playbooks_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
) -- row-level security forced;

table price_lists (
  msp_id uuid not null,
  effective_from text not null,
  list jsonb not null,
  updated_at timestamp with time zone not null default now(),
  constraint price_lists_effective_from_check CHECK ((effective_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint price_lists_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint price_lists_pkey PRIMARY KEY (msp_id, effective_from)
) -- row-level security forced;

table push_subscriptions (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  msp_id uuid not null,
  endpoint text not null,
  p256dh text not null,
  auth text not null,
  user_agent text,
  created_at timestamp with time zone not null default now(),
  failed_at timestamp with time zone,
  constraint push_subscriptions_endpoint_check CHECK (((length(endpoint) >= 10) AND (length(endpoint) <= 2000))),
  constraint push_subscriptions_endpoint_key UNIQUE (endpoint),
  constraint push_subscriptions_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint push_subscriptions_pkey PRIMARY KEY (id),
  constraint push_subscriptions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table quorum_decisions (
  tenant_id uuid not null,
  request_id uuid not null,
  user_id uuid not null,
  email text not null,
  decision text not null,
  totp_step_sha256 text not null,
  decided_at timestamp with time zone not null,
  comment text,
  constraint quorum_decisions_decision_check CHECK ((decision = ANY (ARRAY['approve'::text, 'reject'::text]))),
  constraint quorum_decisions_pkey PRIMARY KEY (request_id, user_id),
  constraint quorum_decisions_request_id_totp_step_sha256_key UNIQUE (request_id, totp_step_sha256),
  constraint quorum_decisions_tenant_id_request_id_fkey FOREIGN KEY (tenant_id, request_id) REFERENCES quorum_requests(tenant_id, id),
  constraint quorum_decisions_totp_step_sha256_check CHECK ((totp_step_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint quorum_decisions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table quorum_fires (
  request_id uuid not null,
  tenant_id uuid not null,
  fired_at timestamp with time zone not null,
  constraint quorum_fires_pkey PRIMARY KEY (request_id),
  constraint quorum_fires_tenant_id_request_id_fkey FOREIGN KEY (tenant_id, request_id) REFERENCES quorum_requests(tenant_id, id)
) -- row-level security forced;

table quorum_requests (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  msp_id uuid not null,
  state text not null default 'open'::text,
  requested_by uuid not null,
  requested_by_email text not null,
  actions jsonb not null,
  level smallint not null,
  reason text not null,
  required_approvers integer not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  decided_at timestamp with time zone,
  constraint quorum_requests_check CHECK (((state = 'open'::text) = (decided_at IS NULL))),
  constraint quorum_requests_level_check CHECK (((level >= 1) AND (level <= 3))),
  constraint quorum_requests_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint quorum_requests_pkey PRIMARY KEY (id),
  constraint quorum_requests_reason_check CHECK (((length(reason) >= 1) AND (length(reason) <= 1000))),
  constraint quorum_requests_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES users(id),
  constraint quorum_requests_required_approvers_check CHECK (((required_approvers >= 1) AND (required_approvers <= 10))),
  constraint quorum_requests_state_check CHECK ((state = ANY (ARRAY['open'::text, 'approved'::text, 'rejected'::text, 'cancelled'::text, 'expired'::text]))),
  constraint quorum_requests_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint quorum_requests_tenant_id_id_key UNIQUE (tenant_id, id)
) -- row-level security forced;

table quorum_targets (
  tenant_id uuid not null,
  request_id uuid not null,
  agent_id uuid not null,
  nonce uuid not null default gen_random_uuid(),
  stage integer not null,
  constraint quorum_targets_nonce_key UNIQUE (nonce),
  constraint quorum_targets_pkey PRIMARY KEY (request_id, agent_id),
  constraint quorum_targets_stage_check CHECK ((stage >= 0)),
  constraint quorum_targets_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id),
  constraint quorum_targets_tenant_id_request_id_fkey FOREIGN KEY (tenant_id, request_id) REFERENCES quorum_requests(tenant_id, id)
) -- row-level security forced;

unlogged table rate_limits (
  key text not null,
  window_start timestamp with time zone not null,
  hits integer not null,
  constraint rate_limits_pkey PRIMARY KEY (key, window_start)
);

table recovery_codes (
  user_id uuid not null,
  code_hash bytea not null,
  used_at timestamp with time zone,
  constraint recovery_codes_pkey PRIMARY KEY (user_id, code_hash),
  constraint recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table reports (
  id uuid not null default gen_random_uuid(),
  tenant_id uuid not null,
  template text not null,
  title text not null,
  period_from timestamp with time zone not null,
  period_until timestamp with time zone not null,
  agent_ids uuid[],
  actor_suffix text,
  state text not null default 'building'::text,
  stage text not null default 'waiting'::text,
  lines integer not null default 0,
  error text,
  requested_by_email text not null,
  created_at timestamp with time zone not null default now(),
  finished_at timestamp with time zone,
  manifest text,
  sig text,
  key_id text,
  jsonl_sha256 text,
  pdf_sha256 text,
  constraint reports_actor_suffix_check CHECK (((length(actor_suffix) >= 2) AND (length(actor_suffix) <= 254))),
  constraint reports_check CHECK (((period_from < period_until) AND ((period_until - period_from) <= '365 days'::interval))),
  constraint reports_check1 CHECK (((template = 'msp_handover'::text) = (actor_suffix IS NOT NULL))),
  constraint reports_check2 CHECK ((((state = 'done'::text) = (manifest IS NOT NULL)) AND ((manifest IS NULL) = (sig IS NULL)) AND ((manifest IS NULL) = (key_id IS NULL)) AND ((manifest IS NULL) = (jsonl_sha256 IS NULL)) AND ((manifest IS NULL) = (pdf_sha256 IS NULL)))),
  constraint reports_jsonl_sha256_check CHECK ((jsonl_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint reports_key_id_fkey FOREIGN KEY (key_id) REFERENCES hub_keys(key_id),
  constraint reports_pdf_sha256_check CHECK ((pdf_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint reports_pkey PRIMARY KEY (id),
  constraint reports_state_check CHECK ((state = ANY (ARRAY['building'::text, 'done'::text, 'failed'::text]))),
  constraint reports_template_check CHECK ((template = ANY (ARRAY['executive'::text, 'technical_audit'::text, 'per_group'::text, 'msp_handover'::text]))),
  constraint reports_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint reports_tenant_id_id_key UNIQUE (tenant_id, id),
  constraint reports_title_check CHECK (((length(title) >= 1) AND (length(title) <= 200)))
) -- row-level security forced;

table schema_migrations (
  id integer not null default nextval('schema_migrations_id_seq'::regclass),
  name character varying(255) not null,
  run_on timestamp without time zone not null,
  constraint schema_migrations_pkey PRIMARY KEY (id)
);

table security_findings (
  tenant_id uuid not null,
  agent_id uuid not null,
  kind text not null,
  subject text not null,
  severity text not null,
  detail text not null,
  detected_at timestamp with time zone not null,
  resolved_at timestamp with time zone,
  constraint security_findings_kind_check CHECK ((kind = ANY (ARRAY['suid'::text, 'world_writable'::text, 'sshd'::text]))),
  constraint security_findings_pkey PRIMARY KEY (tenant_id, agent_id, kind, subject),
  constraint security_findings_severity_check CHECK ((severity = ANY (ARRAY['critical'::text, 'high'::text, 'medium'::text, 'low'::text, 'info'::text]))),
  constraint security_findings_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agents(tenant_id, id)
) -- row-level security forced;

table sessions (
  id uuid not null default gen_random_uuid(),
  purpose text not null default 'session'::text,
  token_hash bytea not null,
  user_id uuid not null,
  msp_id uuid not null,
  tenant_id uuid,
  created_at timestamp with time zone not null default now(),
  last_seen_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  sudo_until timestamp with time zone,
  ip text,
  user_agent text,
  impersonation_id uuid,
  auditor_link_id uuid,
  constraint sessions_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_purpose_check CHECK ((purpose = ANY (ARRAY['session'::text, 'enrolment'::text]))),
  constraint sessions_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id),
  constraint sessions_token_hash_key UNIQUE (token_hash),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table sla_policies (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  name text not null,
  is_default boolean not null default false,
  minutes jsonb not null,
  calendar jsonb not null,
  pauses_in_maintenance boolean not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  constraint sla_policies_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint sla_policies_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint sla_policies_pkey PRIMARY KEY (id)
) -- row-level security forced;

table tenant_branding (
  tenant_id uuid not null,
  product_name text,
  primary_color text,
  logo bytea,
  logo_type text,
  logo_sha256 text,
  updated_at timestamp with time zone not null default now(),
  constraint tenant_branding_check CHECK ((((logo IS NULL) = (logo_type IS NULL)) AND ((logo IS NULL) = (logo_sha256 IS NULL)))),
  constraint tenant_branding_logo_check CHECK ((length(logo) <= 262144)),
  constraint tenant_branding_logo_sha256_check CHECK ((logo_sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint tenant_branding_logo_type_check CHECK ((logo_type = ANY (ARRAY['image/svg+xml'::text, 'image/png'::text, 'image/webp'::text]))),
  constraint tenant_branding_pkey PRIMARY KEY (tenant_id),
  constraint tenant_branding_primary_color_check CHECK ((primary_color ~ '^#[0-9a-f]{6}$'::text)),
  constraint tenant_branding_product_name_check CHECK (((length(product_name) >= 1) AND (length(product_name) <= 60))),
  constraint tenant_branding_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table tenant_invoices (
  tenant_id uuid not null,
  month text not null,
  msp_id uuid not null,
  number text not null,
  issued_on date not null,
  payable_cents bigint not null,
  document jsonb not null,
  xml text not null,
  created_at timestamp with time zone not null default now(),
  constraint tenant_invoices_month_check CHECK ((month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'::text)),
  constraint tenant_invoices_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint tenant_invoices_msp_id_number_key UNIQUE (msp_id, number),
  constraint tenant_invoices_payable_cents_check CHECK ((payable_cents >= 0)),
  constraint tenant_invoices_pkey PRIMARY KEY (tenant_id, month),
  constraint tenant_invoices_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table tenant_invoicing (
  tenant_id uuid not null,
  party jsonb not null,
  updated_at timestamp with time zone not null default now(),
  constraint tenant_invoicing_pkey PRIMARY KEY (tenant_id),
  constraint tenant_invoicing_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table tenant_settings (
  tenant_id uuid not null,
  sla_resolve_minutes jsonb not null default '{}'::jsonb,
  next_alert_number bigint not null default 1,
  impersonation_consent text not null default 'none'::text,
  automatic_level smallint not null default 0,
  sla_policy_id uuid,
  escalation_policy_id uuid,
  constraint tenant_settings_automatic_level_check CHECK (((automatic_level >= 0) AND (automatic_level <= 2))),
  constraint tenant_settings_escalation_policy_id_fkey FOREIGN KEY (escalation_policy_id) REFERENCES escalation_policies(id),
  constraint tenant_settings_impersonation_consent_check CHECK ((impersonation_consent = ANY (ARRAY['none'::text, 'notify'::text, 'approve'::text]))),
  constraint tenant_settings_pkey PRIMARY KEY (tenant_id),
  constraint tenant_settings_sla_policy_id_fkey FOREIGN KEY (sla_policy_id) REFERENCES sla_policies(id),
  constraint tenant_settings_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table tenants (
  id uuid not null default gen_random_uuid(),
  msp_owner uuid not null,
  slug text not null,
  name text not null,
  is_demo boolean not null default false,
  created_at timestamp with time zone not null default now(),
  constraint tenants_msp_owner_fkey FOREIGN KEY (msp_owner) REFERENCES msps(id),
  constraint tenants_msp_owner_slug_key UNIQUE (msp_owner, slug),
  constraint tenants_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint tenants_of_msp UNIQUE (id, msp_owner),
  constraint tenants_pkey PRIMARY KEY (id),
  constraint tenants_slug_check CHECK ((slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text))
) -- row-level security forced;

table totp_used_steps (
  user_id uuid not null,
  step bigint not null,
  used_at timestamp with time zone not null default now(),
  constraint totp_used_steps_pkey PRIMARY KEY (user_id, step),
  constraint totp_used_steps_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id)
) -- row-level security forced;

table transparency_checkpoints (
  size bigint not null,
  root bytea not null,
  origin text not null,
  note text not null,
  signed_at timestamp with time zone not null default now(),
  constraint transparency_checkpoints_pkey PRIMARY KEY (size),
  constraint transparency_checkpoints_root_check CHECK ((length(root) = 32)),
  constraint transparency_checkpoints_size_check CHECK ((size > 0))
);

table transparency_cosignatures (
  size bigint not null,
  witness text not null,
  key_id text not null,
  cosigned_time bigint not null,
  signature bytea not null,
  received_at timestamp with time zone not null default now(),
  constraint transparency_cosignatures_cosigned_time_check CHECK ((cosigned_time > 0)),
  constraint transparency_cosignatures_key_id_check CHECK ((key_id ~ '^[0-9a-f]{8}$'::text)),
  constraint transparency_cosignatures_pkey PRIMARY KEY (size, key_id),
  constraint transparency_cosignatures_signature_check CHECK ((length(signature) = 64)),
  constraint transparency_cosignatures_size_fkey FOREIGN KEY (size) REFERENCES transparency_checkpoints(size),
  constraint transparency_cosignatures_witness_check CHECK (((length(witness) >= 1) AND (length(witness) <= 1000)))
);

table transparency_leaves (
  index bigint not null,
  prev_index bigint generated always as (
CASE
    WHEN (index > 0) THEN (index - 1)
    ELSE NULL::bigint
END) stored,
  leaf_key text not null,
  leaf bytea not null,
  leaf_hash bytea not null,
  integrated_at timestamp with time zone not null default now(),
  constraint transparency_leaves_index_check CHECK ((index >= 0)),
  constraint transparency_leaves_leaf_hash_check CHECK ((length(leaf_hash) = 32)),
  constraint transparency_leaves_leaf_hash_key UNIQUE (leaf_hash),
  constraint transparency_leaves_leaf_key_key UNIQUE (leaf_key),
  constraint transparency_leaves_pkey PRIMARY KEY (index),
  constraint transparency_leaves_prev_index_fkey FOREIGN KEY (prev_index) REFERENCES transparency_leaves(index)
);

table transparency_pending (
  id bigint not null generated always as identity,
  leaf_key text not null,
  leaf bytea not null,
  queued_at timestamp with time zone not null default now(),
  refused_at timestamp with time zone,
  constraint transparency_pending_leaf_check CHECK (((length(leaf) >= 1) AND (length(leaf) <= 65535))),
  constraint transparency_pending_leaf_key_check CHECK (((length(leaf_key) >= 1) AND (length(leaf_key) <= 200))),
  constraint transparency_pending_leaf_key_key UNIQUE (leaf_key),
  constraint transparency_pending_pkey PRIMARY KEY (id)
);

table transparency_subtrees (
  level smallint not null,
  index bigint not null,
  hash bytea not null,
  constraint transparency_subtrees_hash_check CHECK ((length(hash) = 32)),
  constraint transparency_subtrees_index_check CHECK ((index >= 0)),
  constraint transparency_subtrees_level_check CHECK (((level >= 1) AND (level <= 63))),
  constraint transparency_subtrees_pkey PRIMARY KEY (level, index)
);

table trust_scores (
  tenant_id uuid not null,
  computed_at timestamp with time zone not null,
  score numeric(5,2) not null,
  components jsonb not null,
  formula_version text not null,
  inputs text not null,
  inputs_hash bytea not null,
  is_demo boolean not null default false,
  constraint trust_scores_inputs_hash_check CHECK ((length(inputs_hash) = 32)),
  constraint trust_scores_pkey PRIMARY KEY (tenant_id, computed_at),
  constraint trust_scores_score_check CHECK (((score >= (0)::numeric) AND (score <= (100)::numeric))),
  constraint trust_scores_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table users (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  tenant_id uuid,
  email text not null,
  name text not null,
  role text not null,
  password_hash text not null,
  totp_secret_sealed bytea,
  totp_pending_sealed bytea,
  totp_confirmed_at timestamp with time zone,
  is_active boolean not null default true,
  expires_at timestamp with time zone,
  created_at timestamp with time zone not null default now(),
  approver_since timestamp with time zone,
  approver_by text,
  constraint users_check CHECK (((tenant_id IS NOT NULL) = (role = ANY (ARRAY['client_viewer'::text, 'auditor'::text])))),
  constraint users_email_check CHECK (((email = lower(email)) AND (email ~ '^[^@\s]+@[^@\s]+$'::text))),
  constraint users_email_key UNIQUE (email),
  constraint users_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint users_name_check CHECK (((length(name) >= 1) AND (length(name) <= 200))),
  constraint users_pkey PRIMARY KEY (id),
  constraint users_role_check CHECK ((role = ANY (ARRAY['owner'::text, 'admin'::text, 'operator'::text, 'analyst'::text, 'viewer'::text, 'client_viewer'::text, 'auditor'::text]))),
  constraint users_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenants(id)
) -- row-level security forced;

table webhook_deliveries (
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  msp_id uuid not null,
  tenant_id uuid,
  event text not null,
  body text not null,
  status text not null default 'pending'::text,
  attempts jsonb not null default '[]'::jsonb,
  created_at timestamp with time zone not null default now(),
  started_at timestamp with time zone,
  next_attempt_at timestamp with time zone,
  finished_at timestamp with time zone,
  replay_of uuid,
  constraint webhook_deliveries_check CHECK (((status = 'pending'::text) = (finished_at IS NULL))),
  constraint webhook_deliveries_pkey PRIMARY KEY (id),
  constraint webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'delivered'::text, 'failed'::text, 'cancelled'::text]))),
  constraint webhook_deliveries_tenant_id_msp_id_fkey FOREIGN KEY (tenant_id, msp_id) REFERENCES tenants(id, msp_owner),
  constraint webhook_deliveries_webhook_id_msp_id_fkey FOREIGN KEY (webhook_id, msp_id) REFERENCES webhooks(id, msp_id)
) -- row-level security forced;

table webhook_secrets (
  id uuid not null default gen_random_uuid(),
  webhook_id uuid not null,
  sealed bytea not null,
  created_at timestamp with time zone not null default now(),
  expires_at timestamp with time zone,
  constraint webhook_secrets_pkey PRIMARY KEY (id),
  constraint webhook_secrets_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES webhooks(id)
) -- row-level security forced;

table webhook_subscriptions (
  webhook_id uuid not null,
  event text not null,
  msp_id uuid not null,
  only_tenant_id uuid,
  is_active boolean not null,
  constraint webhook_subscriptions_event_check CHECK ((event = ANY (ARRAY['alert.created'::text, 'alert.resolved'::text, 'agent.online'::text, 'agent.offline'::text, 'cve.match.new'::text, 'emergency.token.issued'::text, 'honeypot.tripped'::text]))),
  constraint webhook_subscriptions_pkey PRIMARY KEY (webhook_id, event),
  constraint webhook_subscriptions_webhook_id_is_active_fkey FOREIGN KEY (webhook_id, is_active) REFERENCES webhooks(id, is_active) ON UPDATE CASCADE,
  constraint webhook_subscriptions_webhook_id_msp_id_fkey FOREIGN KEY (webhook_id, msp_id) REFERENCES webhooks(id, msp_id)
) -- row-level security forced;

table webhooks (
  id uuid not null default gen_random_uuid(),
  msp_id uuid not null,
  only_tenant_id uuid,
  name text not null,
  url text not null,
  is_active boolean not null default true,
  disabled_reason text,
  exhausted_in_a_row integer not null default 0,
  last_success_at timestamp with time zone,
  last_failure_at timestamp with time zone,
  created_by_email text not null,
  created_at timestamp with time zone not null default now(),
  updated_at timestamp with time zone not null default now(),
  deleted_at timestamp with time zone,
  failing_since timestamp with time zone,
  failing_told_at timestamp with time zone,
  constraint webhooks_check CHECK (((deleted_at IS NULL) OR (NOT is_active))),
  constraint webhooks_check1 CHECK (((disabled_reason IS NULL) OR (NOT is_active))),
  constraint webhooks_check2 CHECK (((failing_told_at IS NULL) OR (failing_since IS NOT NULL))),
  constraint webhooks_disabled_reason_check CHECK ((disabled_reason = 'gone'::text)),
  constraint webhooks_id_is_active_key UNIQUE (id, is_active),
  constraint webhooks_id_msp_id_key UNIQUE (id, msp_id),
  constraint webhooks_msp_id_fkey FOREIGN KEY (msp_id) REFERENCES msps(id),
  constraint webhooks_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100))),
  constraint webhooks_only_tenant_id_msp_id_fkey FOREIGN KEY (only_tenant_id, msp_id) REFERENCES tenants(id, msp_owner),
  constraint webhooks_pkey PRIMARY KEY (id),
  constraint webhooks_url_check CHECK (((length(url) >= 1) AND (length(url) <= 2000)))
) -- row-level security forced;

-- Views

-- none

-- Indexes beyond those of constraints

CREATE INDEX agent_cves_open ON public.agent_cves USING btree (tenant_id, cve_id, agent_id) WHERE (patched_at IS NULL);

CREATE INDEX agent_cves_open_by_cve ON public.agent_cves USING btree (cve_id, tenant_id, agent_id) WHERE (patched_at IS NULL);

CREATE INDEX agent_outbox_pending ON public.agent_outbox USING btree (agent_id, id) WHERE (acked_at IS NULL);

CREATE INDEX agent_request_nonces_old ON public.agent_request_nonces USING btree (seen_at);

CREATE INDEX agents_silent ON public.agents USING btree (last_seen_at) WHERE (is_active AND (link_state = 'online'::text));

CREATE INDEX agents_tags ON public.agents USING gin (tags);

CREATE INDEX agents_tenant ON public.agents USING btree (tenant_id, hostname);

CREATE INDEX alert_escalations_due ON public.alert_escalations USING btree (next_at) WHERE (ended_at IS NULL);

CREATE INDEX alert_escalations_waiting ON public.alert_escalations USING btree (tenant_id, created_at) WHERE (state = 'waiting'::text);

CREATE INDEX alerts_assigned ON public.alerts USING btree (assigned_to) WHERE ((status <> 'resolved'::text) AND (assigned_to IS NOT NULL));

CREATE UNIQUE INDEX alerts_one_unresolved ON public.alerts USING btree (tenant_id, fingerprint) WHERE (status <> 'resolved'::text);

CREATE INDEX alerts_open ON public.alerts USING btree (tenant_id, severity, opened_at) INCLUDE (sla_due_at) WHERE (status = 'open'::text);

CREATE INDEX alerts_recent ON public.alerts USING btree (tenant_id, opened_at DESC);

CREATE INDEX api_tokens_user ON public.api_tokens USING btree (user_id);

CREATE INDEX audit_log_msp_time ON public.audit_log USING btree (msp_id, occurred_at DESC);

CREATE INDEX audit_log_nonce ON public.audit_log USING btree (((event_data ->> 'nonce'::text))) WHERE (event_data ? 'nonce'::text);

CREATE INDEX audit_log_tenant_time ON public.audit_log USING btree (tenant_id, occurred_at DESC);

CREATE INDEX auditor_links_tenant ON public.auditor_links USING btree (tenant_id, created_at DESC);

CREATE INDEX baseline_files_drifted ON public.baseline_files USING btree (tenant_id) WHERE (drifted_at IS NOT NULL);

CREATE INDEX billing_months_msp ON public.billing_months USING btree (msp_id, month);

CREATE INDEX eat_orders_unsigned ON public.eat_orders USING btree (created_at) WHERE (abandoned_at IS NULL);

CREATE INDEX eats_by_request ON public.eats USING btree (quorum_request_id) WHERE (quorum_request_id IS NOT NULL);

CREATE INDEX eats_by_result ON public.eats USING btree (tenant_id, result_at, nonce) WHERE (outcome IS NOT NULL);

CREATE INDEX eats_issued ON public.eats USING btree (tenant_id, issued_at DESC);

CREATE INDEX eats_live_pre_issued ON public.eats USING btree (tenant_id, agent_id) WHERE ((kind = 'pre_issued'::text) AND (outcome IS NULL));

CREATE INDEX eats_newest ON public.eats USING btree (issued_at DESC, nonce DESC);

CREATE INDEX eats_unanswered ON public.eats USING btree (tenant_id, expires_at) WHERE ((outcome IS NULL) AND (acknowledged_at IS NULL));

CREATE UNIQUE INDEX escalation_policies_default ON public.escalation_policies USING btree (msp_id) WHERE is_default;

CREATE UNIQUE INDEX escalation_policies_name ON public.escalation_policies USING btree (msp_id, lower(name));

CREATE INDEX group_members_agent ON public.group_members USING btree (tenant_id, agent_id);

CREATE INDEX groups_escalation_policy ON public.groups USING btree (escalation_policy_id) WHERE (escalation_policy_id IS NOT NULL);

CREATE UNIQUE INDEX groups_name ON public.groups USING btree (tenant_id, lower(name)) WHERE (archived_at IS NULL);

CREATE INDEX groups_on_call_schedule ON public.groups USING btree (on_call_schedule_id) WHERE (on_call_schedule_id IS NOT NULL);

CREATE INDEX groups_sla_policy ON public.groups USING btree (sla_policy_id) WHERE (sla_policy_id IS NOT NULL);

CREATE INDEX idempotency_keys_old ON public.idempotency_keys USING btree (created_at);

CREATE INDEX impersonations_live ON public.impersonations USING btree (msp_id, user_id) WHERE (state <> 'ended'::text);

CREATE INDEX impersonations_session ON public.impersonations USING btree (session_id) WHERE (state = 'active'::text);

CREATE INDEX impersonations_tenant ON public.impersonations USING btree (tenant_id, requested_at DESC);

CREATE INDEX ingest_batches_old ON public.ingest_batches USING btree (received_at);

CREATE INDEX maintenance_periods_ends ON public.maintenance_periods USING btree (tenant_id, ends_at);

CREATE INDEX metric_samples_old ON public.metric_samples USING btree (sampled_at);

CREATE INDEX on_call_overrides_schedule ON public.on_call_overrides USING btree (schedule_id, until_at);

CREATE UNIQUE INDEX on_call_schedules_default ON public.on_call_schedules USING btree (msp_id) WHERE is_default;

CREATE UNIQUE INDEX on_call_schedules_name ON public.on_call_schedules USING btree (msp_id, lower(name));

CREATE UNIQUE INDEX playbooks_slug ON public.playbooks USING btree (msp_id, slug) NULLS NOT DISTINCT WHERE (archived_at IS NULL);

CREATE INDEX quorum_requests_open ON public.quorum_requests USING btree (msp_id, expires_at) WHERE (state = 'open'::text);

CREATE INDEX quorum_requests_recent ON public.quorum_requests USING btree (tenant_id, created_at DESC);

CREATE INDEX rate_limits_old ON public.rate_limits USING btree (window_start);

CREATE INDEX reports_newest ON public.reports USING btree (tenant_id, created_at DESC, id);

CREATE INDEX security_findings_open ON public.security_findings USING btree (tenant_id, severity) WHERE (resolved_at IS NULL);

CREATE INDEX sessions_user ON public.sessions USING btree (user_id) WHERE (revoked_at IS NULL);

CREATE UNIQUE INDEX sla_policies_default ON public.sla_policies USING btree (msp_id) WHERE is_default;

CREATE UNIQUE INDEX sla_policies_name ON public.sla_policies USING btree (msp_id, lower(name));

CREATE INDEX tenant_invoices_month ON public.tenant_invoices USING btree (msp_id, month);

CREATE INDEX tenant_settings_escalation_policy ON public.tenant_settings USING btree (escalation_policy_id) WHERE (escalation_policy_id IS NOT NULL);

CREATE INDEX tenant_settings_sla_policy ON public.tenant_settings USING btree (sla_policy_id) WHERE (sla_policy_id IS NOT NULL);

CREATE INDEX transparency_pending_waiting ON public.transparency_pending USING btree (id) WHERE (refused_at IS NULL);

CREATE INDEX users_msp ON public.users USING btree (msp_id);

CREATE INDEX users_tenant ON public.users USING btree (tenant_id) WHERE (tenant_id IS NOT NULL);

CREATE INDEX webhook_deliveries_newest ON public.webhook_deliveries USING btree (webhook_id, created_at DESC, id DESC);

CREATE INDEX webhook_deliveries_old ON public.webhook_deliveries USING btree (created_at) WHERE (status <> 'pending'::text);

CREATE INDEX webhook_deliveries_pending ON public.webhook_deliveries USING btree (webhook_id, created_at) WHERE (status = 'pending'::text);

CREATE INDEX webhook_deliveries_waiting ON public.webhook_deliveries USING btree (created_at) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX webhook_secrets_current ON public.webhook_secrets USING btree (webhook_id) WHERE (expires_at IS NULL);

CREATE INDEX webhook_secrets_webhook ON public.webhook_secrets USING btree (webhook_id);

CREATE INDEX webhook_subscriptions_wanted ON public.webhook_subscriptions USING btree (event, msp_id) WHERE is_active;

CREATE INDEX webhooks_msp ON public.webhooks USING btree (msp_id, created_at DESC, id) WHERE (deleted_at IS NULL);

CREATE INDEX webhooks_untold ON public.webhooks USING btree (failing_since) WHERE ((failing_since IS NOT NULL) AND (failing_told_at IS NULL));

-- Policies

policy msp_reads on agent_cves for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on agent_cves for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on agent_cves for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on agent_cves for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on agent_cves for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on agent_cves for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on agent_daily_counts for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on agent_daily_counts for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on agent_daily_counts for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on agent_daily_counts for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on agent_daily_counts for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on agent_daily_counts for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on agent_outbox for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on agent_outbox for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on agent_outbox for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on agent_outbox for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on agent_outbox for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on agent_outbox for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on agent_request_nonces for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on agent_request_nonces for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on agent_request_nonces for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on agent_request_nonces for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on agent_request_nonces for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on agent_request_nonces for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on agents for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on agents for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on agents for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on agents for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on agents for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on agents for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on agents for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on alert_escalation_notices for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on alert_escalation_notices for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on alert_escalation_notices for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on alert_escalation_notices for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on alert_escalation_notices for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on alert_escalation_notices for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on alert_escalations for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on alert_escalations for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on alert_escalations for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on alert_escalations for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on alert_escalations for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on alert_escalations for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on alert_rule_pending for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on alert_rule_pending for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on alert_rule_pending for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on alert_rule_pending for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on alert_rule_pending for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on alert_rule_pending for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on alert_rules for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on alert_rules for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on alert_rules for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on alert_rules for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on alert_rules for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on alert_rules for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on alerts for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on alerts for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on alerts for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on alerts for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on alerts for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on alerts for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on api_tokens for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on api_tokens for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on api_tokens for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on api_tokens for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on api_tokens for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on api_tokens for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_reads on api_tokens for select to monsys_app
  using ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on audit_chain_heads for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on audit_chain_heads for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on audit_chain_heads for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on audit_chain_heads for insert to monsys_app
  with check (true);

policy readonly_updates on audit_chain_heads for update to monsys_app
  using (true);

policy system_scope on audit_chain_heads for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on audit_chain_heads for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on audit_log for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on audit_log for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on audit_log for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on audit_log for insert to monsys_app
  with check (((NOT ( SELECT app.is_readonly() AS is_readonly)) OR (actor_kind = 'user'::text)));

policy readonly_updates on audit_log for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on audit_log for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on audit_log for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on audit_packs for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on audit_packs for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on audit_packs for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on audit_packs for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on audit_packs for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on audit_packs for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on auditor_links for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on auditor_links for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on auditor_links for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on auditor_links for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on auditor_links for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on auditor_links for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on auditor_links for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on automatic_responses for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on automatic_responses for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on automatic_responses for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on automatic_responses for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on automatic_responses for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on automatic_responses for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on baseline_files for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on baseline_files for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on baseline_files for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on baseline_files for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on baseline_files for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on baseline_files for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on billing_months for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on billing_months for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on billing_months for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on billing_months for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on billing_months for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on billing_months for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on bootstrap for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy readonly_deletes on bootstrap for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on bootstrap for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on bootstrap for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy msp_reads on credit_notes for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on credit_notes for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on credit_notes for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on credit_notes for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on credit_notes for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on credit_notes for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on credit_requests for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on credit_requests for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on credit_requests for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on credit_requests for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on credit_requests for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on credit_requests for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on custom_domains for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy identity_yields on custom_domains for delete to monsys_app
  using (((( SELECT app.scope() AS scope) = 'identity'::text) AND (domain IN ( SELECT c.domain
   FROM domain_claims c
  WHERE (c.tenant_id = ( SELECT app.tenant() AS tenant))))));

policy msp_reads on custom_domains for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on custom_domains for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on custom_domains for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on custom_domains for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on custom_domains for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on custom_domains for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on domain_claims for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on domain_claims for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on domain_claims for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on domain_claims for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on domain_claims for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on domain_claims for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy core_orders_automatic on eat_orders for insert to monsys_core
  with check (((authorisation = 'automatic'::text) AND (kind = 'immediate'::text)));

policy msp_reads on eat_orders for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on eat_orders for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on eat_orders for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on eat_orders for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on eat_orders for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on eat_orders for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on eats for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on eats for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on eats for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on eats for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on eats for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on eats for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on enrolment_tokens for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on enrolment_tokens for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on enrolment_tokens for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on enrolment_tokens for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on enrolment_tokens for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on enrolment_tokens for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on enrolment_tokens for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_scope on escalation_policies for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy people_reads on escalation_policies for select to monsys_app
  using ((msp_id = ( SELECT app.people() AS people)));

policy readonly_deletes on escalation_policies for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on escalation_policies for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on escalation_policies for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on escalation_policies for select to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy used_by_tenant on escalation_policies for select to monsys_app
  using (((msp_id IN ( SELECT t.msp_owner
   FROM tenants t
  WHERE (t.id = ( SELECT app.tenant() AS tenant)))) AND (is_default OR (id IN ( SELECT g.escalation_policy_id
   FROM groups g
  WHERE (g.tenant_id = ( SELECT app.tenant() AS tenant)))) OR (id IN ( SELECT s.escalation_policy_id
   FROM tenant_settings s
  WHERE (s.tenant_id = ( SELECT app.tenant() AS tenant)))))));

policy msp_reads on group_members for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on group_members for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on group_members for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on group_members for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on group_members for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on group_members for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on group_runbooks for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on group_runbooks for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on group_runbooks for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on group_runbooks for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on group_runbooks for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on group_runbooks for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on groups for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on groups for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on groups for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on groups for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on groups for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on groups for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on handover_contacts for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on handover_contacts for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on handover_contacts for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on handover_contacts for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on handover_contacts for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on handover_contacts for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on handover_reports for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on handover_reports for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on handover_reports for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on handover_reports for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on handover_reports for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on handover_reports for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on impersonations for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on impersonations for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on impersonations for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on impersonations for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on impersonations for update to monsys_app
  using (((NOT ( SELECT app.is_readonly() AS is_readonly)) OR (state = 'awaiting_consent'::text)))
  with check (((NOT ( SELECT app.is_readonly() AS is_readonly)) OR (state = ANY (ARRAY['granted'::text, 'ended'::text]))));

policy system_scope on impersonations for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on impersonations for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on ingest_batches for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on ingest_batches for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on ingest_batches for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on ingest_batches for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on ingest_batches for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on ingest_batches for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on integration_tokens for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on integration_tokens for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on integration_tokens for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on integration_tokens for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on integration_tokens for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on integration_tokens for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on integration_tokens for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on inventories for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on inventories for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on inventories for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on inventories for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on inventories for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on inventories for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on invitations for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on invitations for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on invitations for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on invitations for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on invitations for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on invitations for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_reads on invitations for select to monsys_app
  using ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy readonly_deletes on invoice_counters for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on invoice_counters for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on invoice_counters for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on invoice_counters for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_reads on kernel_changes for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on kernel_changes for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on kernel_changes for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on kernel_changes for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on kernel_changes for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on kernel_changes for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on maintenance_periods for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on maintenance_periods for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on maintenance_periods for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on maintenance_periods for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on maintenance_periods for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on maintenance_periods for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on maintenance_spent for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on maintenance_spent for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on maintenance_spent for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on maintenance_spent for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on maintenance_spent for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on maintenance_spent for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on maintenance_windows for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on maintenance_windows for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on maintenance_windows for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on maintenance_windows for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on maintenance_windows for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on maintenance_windows for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on metric_samples for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on metric_samples for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on metric_samples for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on metric_samples for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on metric_samples for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on metric_samples for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on msp_invoices for select to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on msp_invoices for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on msp_invoices for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on msp_invoices for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on msp_invoices for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_inserts on msp_invoicing for insert to monsys_app
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_reads on msp_invoicing for select to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_updates on msp_invoicing for update to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on msp_invoicing for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on msp_invoicing for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on msp_invoicing for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on msp_invoicing for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy of_tenant on msps for select to monsys_core
  using ((id IN ( SELECT t.msp_owner
   FROM tenants t)));

policy own on msps for all to monsys_app
  using (((id = ( SELECT app.msp() AS msp)) OR (( SELECT app.scope() AS scope) = 'identity'::text)))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy readonly_deletes on msps for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on msps for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on msps for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on msps for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_scope on on_call_overrides for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy people_reads on on_call_overrides for select to monsys_app
  using ((msp_id = ( SELECT app.people() AS people)));

policy readonly_deletes on on_call_overrides for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on on_call_overrides for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on on_call_overrides for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on on_call_overrides for select to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_scope on on_call_schedules for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy people_reads on on_call_schedules for select to monsys_app
  using ((msp_id = ( SELECT app.people() AS people)));

policy readonly_deletes on on_call_schedules for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on on_call_schedules for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on on_call_schedules for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on on_call_schedules for select to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy used_by_tenant on on_call_schedules for select to monsys_app
  using (((msp_id IN ( SELECT t.msp_owner
   FROM tenants t
  WHERE (t.id = ( SELECT app.tenant() AS tenant)))) AND (is_default OR (id IN ( SELECT g.on_call_schedule_id
   FROM groups g
  WHERE (g.tenant_id = ( SELECT app.tenant() AS tenant)))))));

policy msp_reads on pack_builds for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on pack_builds for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on pack_builds for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on pack_builds for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on pack_builds for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on pack_builds for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_updates on playbook_versions for update to monsys_app
  using ((playbook_id IN ( SELECT playbooks.id
   FROM playbooks
  WHERE (playbooks.msp_id = ( SELECT app.msp() AS msp)))))
  with check ((playbook_id IN ( SELECT playbooks.id
   FROM playbooks
  WHERE (playbooks.msp_id = ( SELECT app.msp() AS msp)))));

policy msp_writes on playbook_versions for insert to monsys_app
  with check ((playbook_id IN ( SELECT playbooks.id
   FROM playbooks
  WHERE (playbooks.msp_id = ( SELECT app.msp() AS msp)))));

policy of_readable on playbook_versions for select to monsys_app, monsys_signing
  using ((playbook_id IN ( SELECT playbooks.id
   FROM playbooks)));

policy readonly_deletes on playbook_versions for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on playbook_versions for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on playbook_versions for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on playbook_versions for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_updates on playbooks for update to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_writes on playbooks for insert to monsys_app
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readable on playbooks for select to monsys_app, monsys_signing
  using (((msp_id IS NULL) OR (msp_id = ( SELECT app.msp() AS msp)) OR (msp_id = ( SELECT app.people() AS people)) OR (msp_id IN ( SELECT t.msp_owner
   FROM tenants t
  WHERE (t.id = ( SELECT app.tenant() AS tenant))))));

policy readonly_deletes on playbooks for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on playbooks for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on playbooks for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on playbooks for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_inserts on price_lists for insert to monsys_app
  with check (((msp_id = ( SELECT app.msp() AS msp)) AND (effective_from >= ( SELECT app.running_month() AS running_month))));

policy msp_reads on price_lists for select to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_updates on price_lists for update to monsys_app
  using (((msp_id = ( SELECT app.msp() AS msp)) AND (effective_from >= ( SELECT app.running_month() AS running_month))))
  with check (((msp_id = ( SELECT app.msp() AS msp)) AND (effective_from >= ( SELECT app.running_month() AS running_month))));

policy readonly_deletes on price_lists for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on price_lists for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on price_lists for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on price_lists for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_scope on push_subscriptions for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on push_subscriptions for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on push_subscriptions for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on push_subscriptions for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on push_subscriptions for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_reads on quorum_decisions for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on quorum_decisions for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on quorum_decisions for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on quorum_decisions for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on quorum_decisions for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on quorum_decisions for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on quorum_fires for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on quorum_fires for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on quorum_fires for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on quorum_fires for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on quorum_fires for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on quorum_fires for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on quorum_requests for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on quorum_requests for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on quorum_requests for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on quorum_requests for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on quorum_requests for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on quorum_requests for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on quorum_targets for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on quorum_targets for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on quorum_targets for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on quorum_targets for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on quorum_targets for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on quorum_targets for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy of_visible_user on recovery_codes for all to monsys_app
  using ((user_id IN ( SELECT users.id
   FROM users)))
  with check ((user_id IN ( SELECT users.id
   FROM users)));

policy readonly_deletes on recovery_codes for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on recovery_codes for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on recovery_codes for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy msp_reads on reports for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on reports for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on reports for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on reports for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on reports for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on reports for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on security_findings for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on security_findings for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on security_findings for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on security_findings for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on security_findings for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on security_findings for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on sessions for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on sessions for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on sessions for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on sessions for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on sessions for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on sessions for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_reads on sessions for select to monsys_app
  using ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_deletes on sla_policies for delete to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_updates on sla_policies for update to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_writes on sla_policies for insert to monsys_app
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy readable on sla_policies for select to monsys_app
  using (((msp_id = ( SELECT app.msp() AS msp)) OR (msp_id = ( SELECT app.people() AS people)) OR ((msp_id IN ( SELECT t.msp_owner
   FROM tenants t
  WHERE (t.id = ( SELECT app.tenant() AS tenant)))) AND (is_default OR (id IN ( SELECT g.sla_policy_id
   FROM groups g
  WHERE (g.tenant_id = ( SELECT app.tenant() AS tenant)))) OR (id IN ( SELECT s.sla_policy_id
   FROM tenant_settings s
  WHERE (s.tenant_id = ( SELECT app.tenant() AS tenant))))))));

policy readonly_deletes on sla_policies for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on sla_policies for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on sla_policies for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on sla_policies for select to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy identity_reads on tenant_branding for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_reads on tenant_branding for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on tenant_branding for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on tenant_branding for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on tenant_branding for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on tenant_branding for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on tenant_branding for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on tenant_invoices for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on tenant_invoices for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on tenant_invoices for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on tenant_invoices for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on tenant_invoices for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on tenant_invoices for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on tenant_invoicing for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on tenant_invoicing for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on tenant_invoicing for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on tenant_invoicing for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on tenant_invoicing for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on tenant_invoicing for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_reads on tenant_settings for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on tenant_settings for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on tenant_settings for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on tenant_settings for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on tenant_settings for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on tenant_settings for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_reads on tenants for select to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on tenants for all to monsys_app
  using ((msp_owner = ( SELECT app.msp() AS msp)))
  with check ((msp_owner = ( SELECT app.msp() AS msp)));

policy readonly_deletes on tenants for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on tenants for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on tenants for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on tenants for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on tenants for select to monsys_app, monsys_core, monsys_signing
  using ((id = ( SELECT app.tenant() AS tenant)));

policy of_visible_user on totp_used_steps for all to monsys_app
  using ((user_id IN ( SELECT users.id
   FROM users)))
  with check ((user_id IN ( SELECT users.id
   FROM users)));

policy readonly_deletes on totp_used_steps for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on totp_used_steps for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on totp_used_steps for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on totp_used_steps for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy msp_reads on trust_scores for select to monsys_app
  using ((tenant_id IN ( SELECT t.id
   FROM tenants t
  WHERE (t.msp_owner = ( SELECT app.msp() AS msp)))));

policy readonly_deletes on trust_scores for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on trust_scores for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on trust_scores for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on trust_scores for all to monsys_core, monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on trust_scores for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy identity_scope on users for all to monsys_app
  using ((( SELECT app.scope() AS scope) = 'identity'::text))
  with check ((( SELECT app.scope() AS scope) = 'identity'::text));

policy msp_scope on users for all to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)))
  with check ((msp_id = ( SELECT app.msp() AS msp)));

policy people_reads on users for select to monsys_app, monsys_signing
  using (((msp_id = ( SELECT app.people() AS people)) AND (tenant_id IS NULL)));

policy people_reads_core on users for select to monsys_core
  using ((msp_id = ( SELECT app.people() AS people)));

policy readonly_deletes on users for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on users for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on users for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_reads on users for select to monsys_signing
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy system_scope on users for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_reads on users for select to monsys_app
  using ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy msp_inserts on webhook_deliveries for insert to monsys_app
  with check (((msp_id = ( SELECT app.msp() AS msp)) AND (tenant_id IS NULL)));

policy msp_reads on webhook_deliveries for select to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy readonly_deletes on webhook_deliveries for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on webhook_deliveries for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on webhook_deliveries for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on webhook_deliveries for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on webhook_deliveries for all to monsys_app, monsys_core, monsys_signing
  using ((tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((tenant_id = ( SELECT app.tenant() AS tenant)));

policy of_visible_webhook on webhook_secrets for all to monsys_app
  using ((webhook_id IN ( SELECT webhooks.id
   FROM webhooks)))
  with check ((webhook_id IN ( SELECT webhooks.id
   FROM webhooks)));

policy readonly_deletes on webhook_secrets for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on webhook_secrets for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on webhook_secrets for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on webhook_secrets for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy of_visible_webhook on webhook_subscriptions for all to monsys_app
  using ((webhook_id IN ( SELECT webhooks.id
   FROM webhooks)))
  with check ((webhook_id IN ( SELECT webhooks.id
   FROM webhooks)));

policy readonly_deletes on webhook_subscriptions for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on webhook_subscriptions for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on webhook_subscriptions for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on webhook_subscriptions for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy wanted_in_tenant on webhook_subscriptions for select to monsys_app, monsys_core, monsys_signing
  using (((only_tenant_id = ( SELECT app.tenant() AS tenant)) OR ((only_tenant_id IS NULL) AND (msp_id = ( SELECT t.msp_owner
   FROM tenants t
  WHERE (t.id = ( SELECT app.tenant() AS tenant)))))));

policy msp_inserts on webhooks for insert to monsys_app
  with check (((msp_id = ( SELECT app.msp() AS msp)) AND (only_tenant_id IS NULL)));

policy msp_reads on webhooks for select to monsys_app
  using ((msp_id = ( SELECT app.msp() AS msp)));

policy msp_updates on webhooks for update to monsys_app
  using (((msp_id = ( SELECT app.msp() AS msp)) AND (only_tenant_id IS NULL)))
  with check (((msp_id = ( SELECT app.msp() AS msp)) AND (only_tenant_id IS NULL)));

policy readonly_deletes on webhooks for delete to monsys_app
  using (( SELECT app.writable() AS writable));

policy readonly_inserts on webhooks for insert to monsys_app
  with check (( SELECT app.writable() AS writable));

policy readonly_updates on webhooks for update to monsys_app
  using (( SELECT app.writable() AS writable));

policy system_scope on webhooks for all to monsys_core
  using ((( SELECT app.scope() AS scope) = 'system'::text))
  with check ((( SELECT app.scope() AS scope) = 'system'::text));

policy tenant_scope on webhooks for all to monsys_app
  using ((only_tenant_id = ( SELECT app.tenant() AS tenant)))
  with check ((only_tenant_id = ( SELECT app.tenant() AS tenant)));

-- Triggers

CREATE TRIGGER cockpit_insert AFTER INSERT ON public.agent_cves REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER cockpit_update AFTER UPDATE ON public.agent_cves REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER tell_of_new_cves AFTER INSERT ON public.agent_cves REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.tell_of_new_cves();

CREATE TRIGGER tell_of_reopened_cves AFTER UPDATE ON public.agent_cves REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.tell_of_reopened_cves();

CREATE TRIGGER outbox_wake AFTER INSERT ON public.agent_outbox FOR EACH ROW EXECUTE FUNCTION app.notify_outbox();

CREATE TRIGGER cockpit_link_state AFTER UPDATE OF link_state, is_active ON public.agents FOR EACH ROW WHEN (((old.link_state <> new.link_state) OR (old.is_active <> new.is_active))) EXECUTE FUNCTION app.notify_link_state();

CREATE TRIGGER note_deactivation BEFORE UPDATE OF is_active ON public.agents FOR EACH ROW WHEN ((old.is_active IS DISTINCT FROM new.is_active)) EXECUTE FUNCTION app.note_deactivation();

CREATE TRIGGER tell_of_agent AFTER UPDATE OF link_state ON public.agents FOR EACH ROW WHEN ((new.is_active AND (old.link_state <> new.link_state))) EXECUTE FUNCTION app.tell_of_agent();

CREATE TRIGGER tell_of_new_agent AFTER INSERT ON public.agents FOR EACH ROW WHEN ((new.is_active AND (new.link_state = 'online'::text))) EXECUTE FUNCTION app.tell_of_agent();

CREATE TRIGGER alerts_critical AFTER INSERT OR UPDATE OF status, severity ON public.alerts FOR EACH ROW WHEN (((new.severity = 'critical'::text) AND (new.agent_id IS NOT NULL))) EXECUTE FUNCTION app.notify_critical();

CREATE TRIGGER cockpit_insert AFTER INSERT ON public.alerts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER cockpit_update AFTER UPDATE ON public.alerts REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER tell_of_opened_alert AFTER INSERT ON public.alerts FOR EACH ROW WHEN ((new.status <> 'resolved'::text)) EXECUTE FUNCTION app.tell_of_alert();

CREATE TRIGGER tell_of_resolved_alert AFTER UPDATE OF status ON public.alerts FOR EACH ROW WHEN (((old.status <> 'resolved'::text) AND (new.status = 'resolved'::text))) EXECUTE FUNCTION app.tell_of_alert();

CREATE TRIGGER api_tokens_ended AFTER UPDATE OF revoked_at ON public.api_tokens FOR EACH ROW WHEN (((new.revoked_at IS NOT NULL) AND (old.revoked_at IS NULL))) EXECUTE FUNCTION app.notify_credentials();

CREATE TRIGGER pack_is_final BEFORE DELETE OR UPDATE ON public.audit_packs FOR EACH ROW EXECUTE FUNCTION app.pack_is_final();

CREATE TRIGGER bootstrap_once BEFORE DELETE OR UPDATE ON public.bootstrap FOR EACH ROW EXECUTE FUNCTION app.bootstrap_once();

CREATE TRIGGER cockpit_insert AFTER INSERT ON public.eats REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER cockpit_update AFTER UPDATE ON public.eats REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER tell_of_eat AFTER INSERT ON public.eats FOR EACH ROW WHEN ((NOT new.is_demo)) EXECUTE FUNCTION app.tell_of_eat();

CREATE TRIGGER keep_maintenance_spent AFTER DELETE ON public.group_members REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION app.keep_maintenance_spent();

CREATE TRIGGER on_call_is_of_msp BEFORE INSERT OR UPDATE OF on_call_schedule_id, escalation_policy_id ON public.groups FOR EACH ROW EXECUTE FUNCTION app.on_call_is_of_msp();

CREATE TRIGGER sla_policy_is_of_msp BEFORE INSERT OR UPDATE OF sla_policy_id ON public.groups FOR EACH ROW EXECUTE FUNCTION app.sla_policy_is_of_msp();

CREATE TRIGGER impersonations_ended AFTER UPDATE OF state ON public.impersonations FOR EACH ROW WHEN (((new.state = 'ended'::text) AND (old.state <> 'ended'::text))) EXECUTE FUNCTION app.notify_credentials();

CREATE TRIGGER report_is_final BEFORE DELETE OR UPDATE ON public.reports FOR EACH ROW EXECUTE FUNCTION app.report_is_final();

CREATE TRIGGER sessions_ended AFTER UPDATE OF revoked_at ON public.sessions FOR EACH ROW WHEN (((new.revoked_at IS NOT NULL) AND (old.revoked_at IS NULL))) EXECUTE FUNCTION app.notify_credentials();

CREATE TRIGGER on_call_is_of_msp BEFORE INSERT OR UPDATE OF escalation_policy_id ON public.tenant_settings FOR EACH ROW EXECUTE FUNCTION app.on_call_is_of_msp();

CREATE TRIGGER sla_policy_is_of_msp BEFORE INSERT OR UPDATE OF sla_policy_id ON public.tenant_settings FOR EACH ROW EXECUTE FUNCTION app.sla_policy_is_of_msp();

CREATE TRIGGER cockpit_insert AFTER INSERT ON public.trust_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER cockpit_update AFTER UPDATE ON public.trust_scores REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION app.notify_cockpit();

CREATE TRIGGER users_changed AFTER UPDATE OF role, is_active ON public.users FOR EACH ROW WHEN (((new.role <> old.role) OR (new.is_active <> old.is_active))) EXECUTE FUNCTION app.notify_person();

CREATE TRIGGER announce_webhook_deliveries AFTER INSERT ON public.webhook_deliveries REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION app.announce_webhook_deliveries();

-- Grants

agent_cves to monsys_app: insert, select, update
agent_cves to monsys_core: delete, insert, select, update
agent_daily_counts to monsys_app: select
agent_daily_counts to monsys_core: insert, select, update (active_agents)
agent_outbox to monsys_app: insert, select, update
agent_outbox to monsys_core: delete, insert, select, update
agent_outbox to monsys_signing: insert, select, update (kind)
agent_request_nonces to monsys_app: insert, select, update
agent_request_nonces to monsys_core: delete, insert, select, update
agents to monsys_app: insert, select, update
agents to monsys_core: delete, insert, select, update
agents to monsys_signing: select
alert_escalation_notices to monsys_app: select
alert_escalation_notices to monsys_core: insert, select, update (told_at, unreached_at)
alert_escalations to monsys_app: insert, select, update (created_at, ended_at, generation, level, next_at, policy, policy_id, round, state)
alert_escalations to monsys_core: insert, select, update (created_at, ended_at, generation, level, next_at, policy, policy_id, round, state)
alert_rule_pending to monsys_app: delete, insert, select, update
alert_rule_pending to monsys_core: delete, insert, select, update
alert_rules to monsys_app: delete, insert, select, update
alert_rules to monsys_core: delete, insert, select, update
alerts to monsys_app: insert, select, update
alerts to monsys_core: delete, insert, select, update
alerts to monsys_signing: select
api_tokens to monsys_app: insert, select, update
audit_chain_heads to monsys_app: insert, select, update (hash, seq)
audit_chain_heads to monsys_core: insert, select, update (hash, seq)
audit_chain_heads to monsys_signing: insert, select, update (hash, seq)
audit_log to monsys_app: insert, select
audit_log to monsys_core: insert, select
audit_log to monsys_signing: insert, select
audit_packs to monsys_app: select
audit_packs to monsys_core: delete, insert, select
audit_packs to monsys_signing: select
auditor_links to monsys_app: insert, select, update (last_opened_at, opened_count, revoked_at, revoked_by_email)
auth_failures to monsys_app: delete, insert, select, update
auth_failures to monsys_core: delete, select
automatic_responses to monsys_app: insert, select
automatic_responses to monsys_core: select, update (decided_at, decision)
automatic_responses to monsys_signing: select
baseline_files to monsys_app: insert, select, update
baseline_files to monsys_core: delete, insert, select, update
billing_months to monsys_app: select
billing_months to monsys_core: insert, select
bootstrap to monsys_app: insert, select, update (token_hash, used_at)
credit_notes to monsys_app: select
credit_notes to monsys_core: insert, select
credit_requests to monsys_app: insert, select
credit_requests to monsys_core: select
custom_domains to monsys_app: delete, insert, select
custom_domains to monsys_core: select, update (record_missing_since)
cve_scores to monsys_app: select
cve_scores to monsys_core: delete, insert, select, update
domain_claims to monsys_app: delete, insert, select, update (challenge, claimed_at, domain)
eat_orders to monsys_app: insert, select, update (abandoned_at)
eat_orders to monsys_core: insert, select, update (abandoned_at)
eat_orders to monsys_signing: select, update (abandoned_at)
eats to monsys_app: select, update (acknowledged_at, acknowledged_by, delivered_at, is_dry_run, outcome, refusal_code, result, result_at, result_public_key, result_signature, result_text, revocation_confirmed_at, revoked_at, revoked_by, started_at)
eats to monsys_core: select, update (acknowledged_at, acknowledged_by, delivered_at, outcome, refusal_code, result, result_at, result_signature, result_text, revocation_confirmed_at, revoked_at, revoked_by, started_at)
eats to monsys_signing: insert, select
enrolment_tokens to monsys_app: insert, select, update
enrolment_tokens to monsys_core: delete, insert, select, update
escalation_policies to monsys_app: delete, insert, select, update
escalation_policies to monsys_core: select
feeds to monsys_app: select
feeds to monsys_core: delete, insert, select, update
group_members to monsys_app: delete, insert, select
group_members to monsys_core: delete, insert, select
group_runbooks to monsys_app: insert, select
group_runbooks to monsys_core: select
groups to monsys_app: insert, select, update
groups to monsys_core: select, update (member_count, members_changed_at, members_hash)
handover_contacts to monsys_app: delete, insert, select
handover_contacts to monsys_core: select
handover_reports to monsys_app: select
handover_reports to monsys_core: delete, insert, select
handover_reports to monsys_signing: select
hub_keys to monsys_app: select
hub_keys to monsys_core: select
hub_keys to monsys_signing: insert, select, update
hub_presence to monsys_app: insert, select, update
hub_presence to monsys_core: select
idempotency_keys to monsys_app: delete, insert, select, update
idempotency_keys to monsys_core: delete, select
impersonations to monsys_app: insert, select, update (consented_by, consented_by_email, end_reason, ended_at, ended_by_email, expires_at, started_at, state, token_hash)
impersonations to monsys_core: select, update (end_reason, ended_at, ended_by_email, state)
ingest_batches to monsys_app: insert, select, update
ingest_batches to monsys_core: delete, insert, select, update
integration_tokens to monsys_app: insert, select, update
integration_tokens to monsys_core: delete, insert, select, update
inventories to monsys_app: insert, select, update
inventories to monsys_core: delete, insert, select, update
invitations to monsys_app: insert, select, update
invoice_counters to monsys_core: insert, select, update
kernel_changes to monsys_app: insert, select, update
kernel_changes to monsys_core: delete, insert, select, update
kernel_cve_fixes to monsys_app: select
kernel_cve_fixes to monsys_core: delete, insert, select, update
kev_entries to monsys_app: select
kev_entries to monsys_core: delete, insert, select, update
maintenance_periods to monsys_app: delete, insert, select, update
maintenance_periods to monsys_core: select
maintenance_spent to monsys_app: insert, select
maintenance_spent to monsys_core: delete, insert, select
maintenance_windows to monsys_app: insert, select, update
maintenance_windows to monsys_core: select
metric_samples to monsys_app: insert, select, update
metric_samples to monsys_core: delete, insert, select, update
msp_invoices to monsys_app: select
msp_invoices to monsys_core: insert, select
msp_invoicing to monsys_app: insert (msp_id, number_prefix, party), select, update (number_prefix, party, updated_at)
msp_invoicing to monsys_core: select, update (operator_from)
msps to monsys_app: insert, select
msps to monsys_core: select
msps to monsys_signing: select
on_call_overrides to monsys_app: delete, insert, select
on_call_overrides to monsys_core: select
on_call_schedules to monsys_app: delete, insert, select, update
on_call_schedules to monsys_core: select
pack_builds to monsys_app: insert, select, update
pack_builds to monsys_core: insert, select, update
playbook_versions to monsys_app: insert, select, update (approved_at, approved_by)
playbook_versions to monsys_core: insert, select
playbook_versions to monsys_signing: select
playbooks to monsys_app: insert, select, update (archived_at)
playbooks to monsys_core: insert, select
playbooks to monsys_signing: select
price_lists to monsys_app: insert, select, update
price_lists to monsys_core: select
push_subscriptions to monsys_app: delete, insert, select, update (auth, failed_at, p256dh, user_agent)
push_subscriptions to monsys_core: delete, select, update (failed_at)
quorum_decisions to monsys_app: insert, select
quorum_decisions to monsys_core: select
quorum_decisions to monsys_signing: select
quorum_fires to monsys_app: insert, select
quorum_fires to monsys_core: select
quorum_fires to monsys_signing: select
quorum_requests to monsys_app: insert, select, update (decided_at, state)
quorum_requests to monsys_core: select, update (decided_at, state)
quorum_requests to monsys_signing: select, update (state)
quorum_targets to monsys_app: insert, select
quorum_targets to monsys_core: select
quorum_targets to monsys_signing: select
rate_limits to monsys_app: delete, insert, select, update
rate_limits to monsys_core: delete, select
recovery_codes to monsys_app: delete, insert, select, update
reports to monsys_app: insert, select, update (error, finished_at, stage, state)
reports to monsys_core: select, update (error, finished_at, jsonl_sha256, key_id, lines, manifest, pdf_sha256, sig, stage, state)
reports to monsys_signing: select
security_findings to monsys_app: insert, select, update
security_findings to monsys_core: delete, insert, select, update
sessions to monsys_app: insert, select, update
sessions to monsys_core: delete, select
sla_policies to monsys_app: delete, insert, select, update
sla_policies to monsys_core: select
tenant_branding to monsys_app: insert, select, update (logo, logo_sha256, logo_type, primary_color, product_name, updated_at)
tenant_branding to monsys_core: select
tenant_invoices to monsys_app: select
tenant_invoices to monsys_core: insert, select
tenant_invoicing to monsys_app: insert, select, update
tenant_invoicing to monsys_core: select
tenant_settings to monsys_app: insert, select, select (impersonation_consent, tenant_id), update
tenant_settings to monsys_core: delete, insert, select, update
tenants to monsys_app: insert, select, update
tenants to monsys_core: select
tenants to monsys_signing: select
totp_used_steps to monsys_app: insert, select
totp_used_steps to monsys_core: delete, select
transparency_checkpoints to monsys_app: select
transparency_checkpoints to monsys_core: select
transparency_checkpoints to monsys_signing: insert, select
transparency_cosignatures to monsys_app: insert, select
transparency_leaves to monsys_app: select
transparency_leaves to monsys_core: select
transparency_leaves to monsys_signing: insert, select
transparency_pending to monsys_app: insert
transparency_pending to monsys_core: insert
transparency_pending to monsys_signing: delete, insert, select, update (refused_at)
transparency_subtrees to monsys_app: select
transparency_subtrees to monsys_core: select
transparency_subtrees to monsys_signing: insert, select
trust_scores to monsys_app: insert, select, update
trust_scores to monsys_core: insert, select, update
users to monsys_app: insert, select, update
users to monsys_core: select (approver_by, approver_since, created_at, email, expires_at, id, is_active, msp_id, name, role, tenant_id, totp_confirmed_at)
users to monsys_signing: select (approver_by, approver_since, email, expires_at, id, is_active, msp_id, name, role, tenant_id)
webhook_deliveries to monsys_app: insert, select
webhook_deliveries to monsys_core: delete, insert, select, update (attempts, finished_at, next_attempt_at, started_at, status)
webhook_deliveries to monsys_signing: insert
webhook_secrets to monsys_app: delete, insert (sealed, webhook_id), select (created_at, expires_at, webhook_id), update (expires_at)
webhook_secrets to monsys_core: delete, select
webhook_subscriptions to monsys_app: delete, insert, select
webhook_subscriptions to monsys_core: select
webhook_subscriptions to monsys_signing: select
webhooks to monsys_app: insert, select, update (deleted_at, disabled_reason, exhausted_in_a_row, failing_since, failing_told_at, is_active, name, updated_at, url)
webhooks to monsys_core: select, update (disabled_reason, exhausted_in_a_row, failing_since, failing_told_at, is_active, last_failure_at, last_success_at)
