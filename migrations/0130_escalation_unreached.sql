-- Why: a person of an escalation's level counted as told though nothing had reached them: no subscription, or one that its
-- push service had ended or refused; and where sending failed for minutes nothing said so. `told_at` is now written for
-- those alone to whom at least one message was handed over, `unreached_at` when telling them was given up for the first time.
-- Rows from before keep what they say: their `told_at` may be of somebody without a way to be told.
-- Runs beside old code: yes. Policies: those of the table in 0105.
alter table alert_escalation_notices add column unreached_at timestamptz;
grant update (unreached_at) on alert_escalation_notices to monsys_core;
