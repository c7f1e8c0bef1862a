-- Why: an alert whose severity rose kept its due times, and told nobody when its escalation was there already. It counts
-- from the rise now (`severity_since`; null: it has the severity with which it opened), and its escalation begins anew by
-- the policy in force: `generation` counts how often, and is part of what a notice is keyed by, so that whoever was told
-- before is told again. The API's role writes it, as it writes the opening, in the transaction of the fold.
-- Runs beside old code: yes, but an old worker tells nothing of an escalation that began anew: its notices are of
-- generation 0. Policies: those of the tables in 0004 and 0105.
alter table alerts add column severity_since timestamptz check (severity_since >= opened_at);
alter table alert_escalations add column generation int not null default 0 check (generation >= 0);
alter table alert_escalation_notices add column generation int not null default 0 check (generation >= 0);
alter table alert_escalation_notices drop constraint alert_escalation_notices_pkey;
alter table alert_escalation_notices add primary key (alert_id, generation, round, level, user_id);
grant update (policy_id, policy, generation, state, round, level, created_at, next_at, ended_at) on alert_escalations to monsys_app, monsys_core;
