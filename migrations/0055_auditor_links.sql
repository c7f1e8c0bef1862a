-- Why: an auditor is let in for days, without an account of their own: a link opens a read-only session of the role
-- auditor in one tenant. Behind each link stands an account that nobody can sign in to (its address is under .invalid,
-- its password was thrown away), so that its end and its traces are those of every account.
-- Runs beside old code: yes. Policies: customer table as in 0004, plus the identity look-up by token hash.

create table auditor_links (
  id uuid primary key default gen_random_uuid(),
  tenant_id uuid not null references tenants,
  msp_id uuid not null references msps,
  user_id uuid not null unique references users,
  token_hash bytea not null unique,
  note text not null check (length(note) between 1 and 200),
  created_by uuid not null references users,
  created_by_email text not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= created_at + interval '30 days'),
  opened_count int not null default 0,
  last_opened_at timestamptz,
  revoked_at timestamptz,
  revoked_by_email text,
  unique (tenant_id, id)
);
create index auditor_links_tenant on auditor_links (tenant_id, created_at desc);

call app.protect_tenant_table('auditor_links');
create policy identity_scope on auditor_links to monsys_app using ((select app.scope()) = 'identity');
grant select, insert on auditor_links to monsys_app;
grant update (opened_count, last_opened_at, revoked_at, revoked_by_email) on auditor_links to monsys_app;

-- A session that a link opened reads and nothing else, whatever its role may do.
-- No foreign key: as for impersonation_id, the look-up joins by id.
alter table sessions add column auditor_link_id uuid;
