-- Why: the nightly clean-up forgets old counts of wrong attempts and sessions that ended long ago, too.
-- Runs beside old code: yes. Policies: none (sessions has system_scope for the core worker since 0002).
grant select, delete on auth_failures, sessions to monsys_core;
