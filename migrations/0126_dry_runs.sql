-- Why: a host with `dry_run` answers "succeeded" and has done nothing. Such an answer must not let a fleet's next
-- stage begin, nor name somebody as the one who patched a host. Whether a result was a dry run is a column now; the
-- signed result said it before, as canonical JSON with its members in order, which the text below cannot be elsewhere
-- in (a quote within a string is escaped).
-- Runs beside old code: yes; a result that old code stores counts as no dry run. Policies: those of eats hold.
alter table eats add column is_dry_run boolean not null default false;
grant update (is_dry_run) on eats to monsys_app;

update eats set is_dry_run = true where result_text like '%"dry\_run":true,"eat\_sha256":"%';
