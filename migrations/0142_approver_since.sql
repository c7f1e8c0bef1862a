-- Why: an admin could invite accounts of their own and approve with them. From now on it is kept since when a person may
-- approve and who made them an approver; requests and the audit log of the client show it beside each approval.
-- Runs beside old code: yes; old code leaves both empty. Policies: those of users; workers read the two columns too.
alter table users add column approver_since timestamptz, add column approver_by text;
comment on column users.approver_since is 'when the account came by a role that approves; empty before this was kept';
comment on column users.approver_by is 'email of who gave it; empty for the first owner';
grant select (approver_since, approver_by) on users to monsys_core, monsys_signing;
