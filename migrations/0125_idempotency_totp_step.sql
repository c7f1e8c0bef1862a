-- Why: a POST that asks for TOTP burns its code before its answer is looked up, so that a retry after a lost answer
-- with the same code was refused. The step of the code that the first request burnt is kept with its answer: the
-- same person, key, request and code then get that answer, and nothing else (src/api/middleware/idempotency.ts).
-- Runs beside old code: yes; a row without a step answers only to a fresh code, as before. Policies: none, the table
-- is the API's own and names its owner in `principal`.
alter table idempotency_keys add column totp_step bigint;
