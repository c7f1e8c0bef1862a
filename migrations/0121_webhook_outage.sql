-- Why: a webhook through which nothing gets was seen by whoever looked at its page, and told to nobody. An outage has a
-- beginning now, by which the webhook counts as failing, and a moment at which the MSP's admins were told of it: once.
-- Runs beside old code: yes; a worker from before opens no outages. Policies: none change.

alter table webhooks
  -- Since when it counts as failing, or its receiver is gone; null: it is well (src/db/webhooks.ts).
  add column failing_since timestamptz,
  -- When the admins had been told of this outage.
  add column failing_told_at timestamptz,
  add check (failing_told_at is null or failing_since is not null);
create index webhooks_untold on webhooks (failing_since) where failing_since is not null and failing_told_at is null;
grant update (failing_since, failing_told_at) on webhooks to monsys_app, monsys_core;

-- Those that counted as failing until now; their admins are told, as nobody has been.
update webhooks set failing_since = coalesce(last_failure_at, now())
where deleted_at is null and (exhausted_in_a_row >= 5 or disabled_reason is not null);
