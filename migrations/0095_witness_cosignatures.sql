-- Why: witnesses cosign the checkpoints of the transparency log (format: docs/formats/transparency-log.md), so that a
-- hub that shows two histories is found out. Runs beside old code: yes.
-- Policies: none, for the reasons of 0020: published to everybody, and no customer data. The API appends what it has
-- verified; no runtime role can change or delete a cosignature, and a witness has one a checkpoint.

create table transparency_cosignatures (
  size bigint not null references transparency_checkpoints (size),
  witness text not null check (length(witness) between 1 and 1000),
  key_id text not null check (key_id ~ '^[0-9a-f]{8}$'),
  -- Seconds since the epoch, as the witness signed them.
  cosigned_time bigint not null check (cosigned_time > 0),
  signature bytea not null check (length(signature) = 64),
  received_at timestamptz not null default now(),
  primary key (size, key_id)
);

grant select, insert on transparency_cosignatures to monsys_app;
