-- Why: a proven domain is served for as long as its TXT record stands, or nobody else proves it. A record that is gone is
-- an open door: the core worker looks once a week, and the client's branding says since when it is missing.
-- Runs beside old code: yes. Policies: those of customer tables hold.
alter table custom_domains add column record_missing_since timestamptz;
grant update (record_missing_since) on custom_domains to monsys_core;
