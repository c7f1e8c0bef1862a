-- Why: what orders, results and packs must be able to prove, and what roles need no more.
--   * an order made while impersonating says so, and so does the audit row of its token;
--   * a result keeps the key that it was checked with: a host may be re-keyed later;
--   * the core worker orders automatic answers and nothing else, and sees no person's password or authenticator;
--   * the signing worker reads the decision behind an automatic order, and the closed pack of a month.
-- Runs beside old code: yes. Policies: core_orders_automatic, which narrows what monsys_core may insert.
alter table eat_orders add column impersonation_id uuid;

alter table eats add column result_public_key bytea check (length(result_public_key) = 32);
grant update (result_public_key) on eats to monsys_app;

create policy core_orders_automatic on eat_orders as restrictive for insert to monsys_core
  with check (authorisation = 'automatic' and kind = 'immediate');
grant select on automatic_responses to monsys_signing;
grant select on audit_packs to monsys_signing;

revoke select on users from monsys_core;
grant select (id, msp_id, tenant_id, email, name, role, totp_confirmed_at, is_active, expires_at, created_at) on users to monsys_core;

-- The list of all tenants' tokens, newest first.
create index eats_newest on eats (issued_at desc, nonce desc);
