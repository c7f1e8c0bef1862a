-- Why: a claim and a proven domain shared one row. So a mistyped domain took the portal in use down at once, a claim
-- without any DNS kept the real owner waiting for as long as it was renewed, and a proof held for ever, also against the
-- tenant whose challenge the domain's DNS shows today. Claims have a table of their own now, one a tenant, and keep
-- nobody from a domain; custom_domains holds what is proven and served, and nothing else.
-- Runs beside old code: portals are served; a domain set by old code is refused by the database until it is replaced.
-- Policies: domain_claims as a customer table; on custom_domains the lapse of claims goes and the taking over comes.

create table domain_claims (
  tenant_id uuid primary key references tenants,
  -- Not unique: two tenants may claim a domain, and the DNS decides.
  domain text not null check (length(domain) <= 253 and domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$'),
  challenge text not null check (challenge ~ '^[0-9a-f]{40}$'),
  claimed_at timestamptz not null default now()
);

-- Row-level security is forced on the owner too, who moves the rows; what is made here is protected below.
alter table custom_domains no force row level security;
insert into domain_claims (tenant_id, domain, challenge, claimed_at)
  select tenant_id, domain, challenge, claimed_at from custom_domains where proven_at is null;
delete from custom_domains where proven_at is null;
alter table custom_domains force row level security;

call app.protect_tenant_table('domain_claims');
grant select, insert, delete on domain_claims to monsys_app;
grant update (domain, challenge, claimed_at) on domain_claims to monsys_app;

drop policy identity_lapses on custom_domains;
revoke update (proven_at) on custom_domains from monsys_app;
alter table custom_domains alter column proven_at set default now(), alter column proven_at set not null;

-- Whose domain it is changes with the DNS. The row of another tenant can be removed, and only that, in a transaction of
-- the tenant that claims the very domain, which then proves it (src/db/branding.ts).
create policy identity_yields on custom_domains for delete to monsys_app using (
  (select app.scope()) = 'identity' and domain in (select c.domain from domain_claims c where c.tenant_id = (select app.tenant())));
