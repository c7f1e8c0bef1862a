-- Why: whoever may report could have every host of a tenant isolated within a minute, one alert each. An answer that would
-- reach more than a part of the fleet within an hour is left to a person, and the decision says so.
-- Runs beside old code: yes; old code never writes the new word. Policies: unchanged, the table has them from 0060.
alter table automatic_responses drop constraint automatic_responses_decision_check;
alter table automatic_responses add constraint automatic_responses_decision_check
  check (decision in ('ordered', 'acknowledged', 'not_sure_enough', 'switched_off', 'host_inactive', 'too_many_hosts'));
