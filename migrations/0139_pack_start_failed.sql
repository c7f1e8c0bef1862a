-- Why: the API asks Temporal to build a pack after it has written down who asked. When the start fails, the API now
-- notes on the build that it has, as it does for reports; the row may be of an earlier build of the month.
-- Runs beside old code: yes. Policies: none new, tenant_scope of pack_builds holds for the API's role already.
grant update on pack_builds to monsys_app;
