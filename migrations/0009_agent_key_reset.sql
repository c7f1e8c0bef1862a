-- Why: a host that lost its key (a disk replaced, an image restored) needs a way back that an admin opens for
-- an hour and that the audit log shows; the pin itself is never empty.
-- Runs beside old code: yes. Policies: none.
alter table agents add column key_reset_until timestamptz;
