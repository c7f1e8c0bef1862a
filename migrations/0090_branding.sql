-- Why: a client's portal carries the client's own name, colour and logo, on a domain of the client's own. A domain is
-- served only once its owner has proven it by a DNS record, and belongs to one tenant over all MSPs.
-- Runs beside old code: yes. Policies: customer tables as in 0004, plus the identity look-ups by domain.

create table tenant_branding (
  tenant_id uuid primary key references tenants,
  product_name text check (length(product_name) between 1 and 60),
  primary_color text check (primary_color ~ '^#[0-9a-f]{6}$'),
  -- As it is served: SVGs have been parsed and written anew.
  logo bytea check (length(logo) <= 262144),
  logo_type text check (logo_type in ('image/svg+xml', 'image/png', 'image/webp')),
  logo_sha256 text check (logo_sha256 ~ '^[0-9a-f]{64}$'),
  updated_at timestamptz not null default now(),
  check ((logo is null) = (logo_type is null) and (logo is null) = (logo_sha256 is null))
);

-- The primary key is hub-wide: a domain belongs to one tenant. It tells another MSP that a domain is taken, as the DNS
-- does to everybody; the API never tells by whom.
create table custom_domains (
  domain text primary key check (length(domain) <= 253 and domain ~ '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$'),
  tenant_id uuid not null unique references tenants,
  -- What the TXT record must say. A new claim has a new one, so that an old proof is worth nothing.
  challenge text not null check (challenge ~ '^[0-9a-f]{40}$'),
  claimed_at timestamptz not null default now(),
  proven_at timestamptz
);

do $$
declare tbl text;
begin
  foreach tbl in array array['tenant_branding', 'custom_domains'] loop
    call app.protect_tenant_table(tbl::regclass);
    execute format('create policy identity_reads on %I for select to monsys_app using ((select app.scope()) = ''identity'')', tbl);
    execute format('grant select, insert on %I to monsys_app', tbl);
    execute format('grant select on %I to monsys_core', tbl);
  end loop;
end $$;
grant update (product_name, primary_color, logo, logo_type, logo_sha256, updated_at) on tenant_branding to monsys_app;
grant update (proven_at) on custom_domains to monsys_app;
grant delete on custom_domains to monsys_app;

-- A claim that nobody proves within three days keeps nobody else from the domain. Before the next claimant is known to
-- be another tenant's, only this much of others' rows can be removed.
create policy identity_lapses on custom_domains for delete to monsys_app
  using ((select app.scope()) = 'identity' and proven_at is null and claimed_at < now() - interval '3 days');
