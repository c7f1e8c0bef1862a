-- Why: a webhook says whether it retries, which asks for its deliveries under way. Those are few, and its log is long.
-- Runs beside old code: yes. Policies: none.
create index webhook_deliveries_pending on webhook_deliveries (webhook_id, created_at) where status = 'pending';
