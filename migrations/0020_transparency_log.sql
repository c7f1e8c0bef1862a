-- Why: the hub's public, append-only record of what its signing key has done (format:
-- docs/formats/transparency-log.md). Runs beside old code: yes.
-- Policies: none. The log is published to everybody and holds digests only, no tenant_id and no customer data,
-- so there is nothing that row-level security could separate; what matters here is that nobody can change it:
--   * no runtime role has UPDATE, DELETE or TRUNCATE on leaves, subtrees or checkpoints;
--   * a leaf exists only after the one before it (the foreign key to `prev_index`), so there are no gaps;
--   * one checkpoint a size: a second history of the same length cannot be stored.
-- Only monsys_signing appends, under an advisory lock (src/db/transparency.ts).

-- Leaves that wait. Inserted by whoever does the thing, in the transaction that does it. An insert-only grant:
-- the API and the core worker can add to the queue and cannot look into it or take anything out.
create table transparency_pending (
  id bigint generated always as identity primary key,
  -- What is recorded, by its digest: queued twice, it is there once.
  leaf_key text not null unique check (length(leaf_key) between 1 and 200),
  leaf bytea not null check (length(leaf) between 1 and 65535),
  queued_at timestamptz not null default now(),
  -- A leaf that is not of the format is set aside rather than blocking those behind it.
  refused_at timestamptz
);
create index transparency_pending_waiting on transparency_pending (id) where refused_at is null;

create table transparency_leaves (
  index bigint primary key check (index >= 0),
  prev_index bigint generated always as (case when index > 0 then index - 1 end) stored references transparency_leaves (index),
  leaf_key text not null unique,
  leaf bytea not null,
  leaf_hash bytea not null unique check (length(leaf_hash) = 32),
  integrated_at timestamptz not null default now()
);

-- Hash of the `index`-th complete subtree of 256^level leaves: the content of the tiles above level 0, one row a
-- hash, so that a tile of any width is a range of rows and growing never changes a row.
create table transparency_subtrees (
  level smallint not null check (level between 1 and 63),
  index bigint not null check (index >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (level, index)
);

create table transparency_checkpoints (
  size bigint primary key check (size > 0),
  root bytea not null check (length(root) = 32),
  -- Also the name of the signing key in the note; an origin never changes, and the activity refuses to.
  origin text not null,
  note text not null,
  signed_at timestamptz not null default now()
);

grant insert on transparency_pending to monsys_app, monsys_core, monsys_signing;
grant select, delete, update (refused_at) on transparency_pending to monsys_signing;
grant select on transparency_leaves, transparency_subtrees, transparency_checkpoints to monsys_app, monsys_core, monsys_signing;
grant insert on transparency_leaves, transparency_subtrees, transparency_checkpoints to monsys_signing;
