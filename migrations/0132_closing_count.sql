-- Why: a month was frozen with the count of 00:05 on its last day, so that hosts which came during that day were free. It
-- is closed now with a count taken when it closes; a daily count stands in only when the closing came later than a day. A
-- host that is switched off between the month's end and its closing is still of the month, so the time is kept.
-- And why: an invoice that lacked something for three months was never made. Every month from the one noted here on is
-- due now, whatever its age; what no earlier version would have made any more is left alone.
-- Runs beside old code: yes; until the core worker is new, months close as before. Policies: those of the tables hold.
alter table billing_months drop constraint billing_months_basis_check;
-- closing_count: counted when the month was closed, within a day of its end. daily_count: the last count of the month, as
-- the closing came later. reconstructed: the hub was not there to count.
alter table billing_months add constraint billing_months_basis_check
  check (basis in ('closing_count', 'daily_count', 'reconstructed'));

alter table agents add column deactivated_at timestamptz;
create function app.note_deactivation() returns trigger language plpgsql as $$
begin
  new.deactivated_at := case when new.is_active then null else now() end;
  return new;
end $$;
create trigger note_deactivation before update of is_active on agents for each row
  when (old.is_active is distinct from new.is_active) execute function app.note_deactivation();

-- The first month that is invoiced when invoicing is set up today: a hub that was away closes as many months.
create function app.first_invoiced_month() returns text language sql stable parallel safe
  as $$ select to_char((now() at time zone 'UTC') - interval '3 months', 'YYYY-MM') $$;

alter table msp_invoicing
  -- From when the MSP bills its clients through the hub, and the operator the MSP (null: no night has seen an operator yet).
  add column invoiced_from text not null default app.first_invoiced_month()
    check (invoiced_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
  add column operator_from text check (operator_from ~ '^[0-9]{4}-(0[1-9]|1[0-2])$');
-- When invoicing was set up is not for the API to move.
revoke insert, update on msp_invoicing from monsys_app;
grant insert (msp_id, party, number_prefix), update (party, number_prefix, updated_at) on msp_invoicing to monsys_app;
grant update (operator_from) on msp_invoicing to monsys_core;
