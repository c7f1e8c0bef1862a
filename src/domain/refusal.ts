/**
 * Every way in which the hub says no: one closed list, so that the API, the agent, the verifier and the
 * screens use the same code and the same sentence. A sentence says what to do about it.
 *
 * Long because it is all of them.
 *
 * `status` is the HTTP status of RFC 9457 problems; other edges ignore it.
 *
 * Whoever refuses knows that nothing was done. Two codes are of failures that nobody foresaw, and do not know it:
 * `internal` and `outcome_unknown`; src/api/problem.ts alone gives them.
 */
export const REFUSALS = {
  // Requests
  invalid_request: {
    status: 400,
    title: 'The request is not valid',
    sentence: 'Correct the fields listed in "errors" and send it again.',
  },
  malformed_json: {
    status: 400,
    title: 'The body is not JSON',
    sentence: 'Send one JSON value in UTF-8 without duplicate keys.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    sentence: 'Send less at once; the limit is in "limit_bytes".',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The content type is not supported',
    sentence: 'Send application/json.',
  },
  not_found: {
    status: 404,
    title: 'Not found',
    sentence: 'Check the path and the id; things of other tenants are not found either.',
  },
  method_not_allowed: { status: 405, title: 'Method not allowed', sentence: 'See the Allow header and /docs.' },
  conflict: {
    status: 409,
    title: 'The request conflicts with what exists',
    sentence: 'Read the present state and decide again.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency-Key was used for another request',
    sentence: 'Use a new key for a new request.',
  },
  idempotency_in_progress: {
    status: 409,
    title: 'The first request with this Idempotency-Key is still running',
    sentence: 'Wait a moment and send it again.',
  },
  idempotency_in_doubt: {
    status: 409,
    title: 'The first request with this Idempotency-Key failed on the way',
    sentence: 'It may have been done: look first. If it was not, send it again with a new key.',
  },
  rate_limited: { status: 429, title: 'Too many requests', sentence: 'Wait for the seconds in Retry-After.' },
  internal: {
    status: 500,
    title: 'The hub failed',
    sentence:
      'A change may have been made all the same: look before you send it again. If it stays, give the operator the request id.',
  },
  unavailable: {
    status: 503,
    title: 'A part of the hub is not available',
    sentence: 'Try again in a minute; nothing was done.',
  },
  outcome_unknown: {
    status: 503,
    title: 'A part of the hub failed on the way',
    sentence: 'It may have been done: look before you send it again.',
  },
  // Who are you
  unauthenticated: {
    status: 401,
    title: 'Sign in first',
    sentence: 'Send a session cookie or "Authorization: Bearer <token>".',
  },
  bad_credentials: {
    status: 401,
    title: 'Email, password or code is wrong',
    sentence: 'Check all three; the code changes every 30 seconds and is good once.',
  },
  locked_out: {
    status: 429,
    title: 'Too many wrong attempts',
    sentence: 'Wait for the seconds in Retry-After, or ask an owner.',
  },
  totp_required: {
    status: 401,
    title: 'A TOTP code is required',
    sentence: 'Send the six digits of your authenticator in X-TOTP-Code.',
  },
  totp_invalid: {
    status: 401,
    title: 'The TOTP code is wrong',
    sentence: 'Send the code shown now; check the clock of your phone.',
  },
  totp_reused: {
    status: 401,
    title: 'The TOTP code was used before',
    sentence: 'Wait for the next code; each is good once.',
  },
  totp_enrolment_required: {
    status: 403,
    title: 'TOTP is not set up',
    sentence: 'Finish the enrolment under /auth/totp before anything else.',
  },
  account_inactive: {
    status: 403,
    title: 'The account is deactivated or expired',
    sentence: 'Ask an owner of the MSP.',
  },
  forbidden: {
    status: 403,
    title: 'Not permitted',
    sentence: 'Your role or token lacks the permission in "permission".',
  },
  csrf: {
    status: 403,
    title: 'The request did not come from the hub’s own pages',
    sentence: 'Use the dashboard, or an API token instead of the cookie.',
  },
  token_expired: {
    status: 401,
    title: 'The token is expired, revoked or unknown',
    sentence: 'Sign in again or make a new token.',
  },
  bootstrap_closed: {
    status: 410,
    title: 'The first owner exists already',
    sentence: 'Sign in, or ask an owner for an invitation.',
  },
  bootstrap_token_wrong: {
    status: 401,
    title: 'The set-up token is wrong',
    sentence: 'Use the token printed at the last start of the hub.',
  },
  auditor_link_invalid: {
    status: 401,
    title: 'The link is not valid',
    sentence: 'It is over, was taken back, or is incomplete; ask whoever sent it for a new one.',
  },
  read_only_session: {
    status: 403,
    title: 'This session only reads',
    sentence:
      'An auditor’s link opens packs, the transparency log and the audit trail of one tenant, and changes nothing.',
  },
  invitation_invalid: {
    status: 410,
    title: 'The invitation is used, revoked or expired',
    sentence: 'Ask for a new one.',
  },
  password_too_weak: {
    status: 422,
    title: 'The password is too weak',
    sentence: 'Use at least 12 characters that are not a common password.',
  },
  last_owner: {
    status: 409,
    title: 'The MSP would be left without an active owner',
    sentence: 'Make another owner first.',
  },
  // Witnesses of the transparency log
  witness_unknown: {
    status: 403,
    title: 'The witness is not known here',
    sentence: 'The operator adds its cosignature key to TRANSPARENCY_WITNESSES.',
  },
  cosignature_invalid: {
    status: 422,
    title: 'The cosignature does not fit',
    sentence: 'Sign the text of the checkpoint of that size, as docs/formats/transparency-log.md says.',
  },
  // Agents
  agent_signature_missing: {
    status: 401,
    title: 'The request is not signed',
    sentence: 'Sign it as docs/agent-protocol.md says.',
  },
  agent_signature_invalid: {
    status: 401,
    title: 'The signature does not fit',
    sentence: 'Sign exactly the bytes sent, with the key pinned at registration.',
  },
  agent_clock_skew: {
    status: 401,
    title: 'The signed time is too far from now',
    sentence: 'Set the clock of the host; the Date header is the hub’s.',
  },
  agent_replay: { status: 409, title: 'This request was seen before', sentence: 'Use a fresh nonce for each request.' },
  agent_unknown: {
    status: 401,
    title: 'The agent is not registered or not active',
    sentence: 'Register it with an enrolment token.',
  },
  agent_key_conflict: {
    status: 409,
    title: 'Another key is pinned for this agent',
    sentence: 'Use the first key, or let an admin clear the pin.',
  },
  enrolment_token_invalid: {
    status: 401,
    title: 'The enrolment token is unknown, used up, revoked or expired',
    sentence: 'Make a new one under Settings.',
  },
  // Emergency actions, at the hub
  impersonation_not_possible: {
    status: 403,
    title: 'Not possible while impersonating',
    sentence: 'End the impersonation first: POST /auth/impersonate/end.',
  },
  impersonation_ended: {
    status: 401,
    title: 'The impersonation has ended',
    sentence: 'Start another one if the work is not done; it asks for a reason and a code again.',
  },
  impersonation_not_granted: {
    status: 409,
    title: 'The client has not granted it',
    sentence: 'Wait for the client’s consent, or call them.',
  },
  not_impersonating: {
    status: 409,
    title: 'There is no impersonation to end',
    sentence: 'Nothing to do; you act as yourself.',
  },
  sudo_required: {
    status: 403,
    title: 'Confirm that it is you',
    sentence: 'Send POST /auth/sudo with your TOTP code; it is good for ten minutes.',
  },
  pack_not_built: {
    status: 409,
    title: 'This month has no files yet',
    sentence: 'Build it: POST /audit-packs with tenant and month.',
  },
  pack_closed: {
    status: 409,
    title: 'The pack of this month is closed',
    sentence: 'It never changes; download it as it is.',
  },
  report_not_built: {
    status: 409,
    title: 'This report has no files yet',
    sentence: 'GET /reports/:id tells how its build is getting on.',
  },
  report_period_invalid: {
    status: 422,
    title: 'The period of the report cannot be',
    sentence: 'Name a period that is over, at most 365 days long, and that ends after it begins.',
  },
  report_scope_empty: {
    status: 422,
    title: 'The scope of the report has no host',
    sentence: 'Name a group, tags or hosts that mean at least one host.',
  },
  sla_policy_unknown: {
    status: 422,
    title: 'There is no such SLA policy',
    sentence: 'Name one of GET /sla-policies; inside a client’s context only those that the client has already.',
  },
  maintenance_schedule_invalid: {
    status: 422,
    title: 'The window cannot be planned so',
    sentence: 'Name a time that is not over: once for at most 7 days, or weekly for at most a year.',
  },
  maintenance_over: {
    status: 409,
    title: 'The window is over',
    sentence: 'It was cancelled or has ended, and stays as it was; make another one.',
  },
  assignee_unknown: {
    status: 422,
    title: 'Alerts cannot be assigned to this person',
    sentence: 'Name an active owner, admin or operator of the MSP; inside a client’s context only yourself.',
  },
  pack_month_invalid: {
    status: 422,
    title: 'The month has not begun',
    sentence: 'Name a month that has begun.',
  },
  billing_month_invalid: {
    status: 422,
    title: 'The month has not begun',
    sentence: 'Name the running month or one before it.',
  },
  billing_month_not_closed: {
    status: 409,
    title: 'The month is not closed',
    sentence: 'Months are closed in the first night after them; older ones than the hub have no numbers.',
  },
  invoice_not_issued: {
    status: 409,
    title: 'There is no invoice of the month yet',
    sentence:
      'Invoices are made in the first night after the month in which nothing is missing; GET the same path without .xml tells what is.',
  },
  invoice_credited: {
    status: 409,
    title: 'The invoice is credited already',
    sentence: 'An invoice is credited whole, and once; its credit note is there, or is being made.',
  },
  credit_note_not_issued: {
    status: 409,
    title: 'There is no credit note of that month',
    sentence: 'POST /billing/invoices/:number/credit asks for it, and it is made within moments.',
  },
  invoice_operator_missing: {
    status: 409,
    title: 'Nobody bills MSPs through this hub',
    sentence: 'The operator of the hub sets OPERATOR_INVOICING.',
  },
  price_list_missing: {
    status: 409,
    title: 'There are no prices for that month',
    sentence: 'Set them with PUT /billing/price-list; months that are over keep what they had.',
  },
  price_list_month_over: {
    status: 422,
    title: 'The month of the prices is over',
    sentence: 'Set prices from the running month on, or from a later one.',
  },
  logo_refused: {
    status: 422,
    title: 'The logo is not accepted',
    sentence: 'Send an SVG, PNG or WebP of 256 KiB at most, as "detail" says.',
  },
  domain_invalid: {
    status: 422,
    title: 'The domain cannot be a client’s',
    sentence: 'Send a public domain name of the client, like "ops.acme.com".',
  },
  domain_taken: {
    status: 409,
    title: 'The domain is taken',
    sentence: 'The TXT record of the tenant that has it stands beside yours; once that is taken down, ask again.',
  },
  domain_not_claimed: {
    status: 409,
    title: 'The tenant has no domain to prove',
    sentence: 'Set custom_domain first: PUT /tenants/:id/branding.',
  },
  domain_not_proven: {
    status: 409,
    title: 'The proof was not found',
    sentence: 'Publish the TXT record in "record", wait until the DNS has it, and ask again.',
  },
  webhook_url_refused: {
    status: 422,
    title: 'The address of the webhook is not accepted',
    sentence: 'Send a public https:// address without user and password.',
  },
  webhook_inactive: {
    status: 409,
    title: 'The webhook is not active',
    sentence: 'Switch it on first: PATCH /webhooks/:id with is_active true.',
  },
  webhook_delivery_pending: {
    status: 409,
    title: 'The delivery is under way',
    sentence: 'It is tried by itself until "next_attempt_at"; repeat it when it is over.',
  },
  playbook_unknown: {
    status: 422,
    title: 'There is no such playbook',
    sentence: 'Name a playbook by id or slug; GET /playbooks lists them.',
  },
  playbook_not_approved: {
    status: 409,
    title: 'The playbook has no approved version',
    sentence: 'Another admin approves it at POST /playbooks/:id/approve.',
  },
  playbook_own_approval: {
    status: 403,
    title: 'Nobody approves their own playbook',
    sentence: 'Ask another admin of the MSP.',
  },
  playbook_parameters_invalid: {
    status: 422,
    title: 'The parameters do not fit the playbook',
    sentence: 'Correct what "errors" lists.',
  },
  irreversible_needs_quorum: {
    status: 409,
    title: 'This action is irreversible',
    sentence: 'Request it at POST /emergency/quorum; it cannot be issued or pre-issued by one person.',
  },
  level_needs_approval: {
    status: 403,
    title: 'Your role may not issue this level',
    sentence: 'Request it at POST /emergency/quorum, or ask an admin.',
  },
  agent_inactive: {
    status: 409,
    title: 'The host is deactivated',
    sentence: 'Activate it first; a deactivated host is not heard.',
  },
  agent_holds_tokens: {
    status: 409,
    title: 'The host holds pre-issued tokens',
    sentence: 'Revoke them first: GET /agents/:id/pre-issued-eats lists them.',
  },
  eat_not_overdue: {
    status: 409,
    title: 'The token is not overdue',
    sentence: 'Only tokens past their expiry without a result are acknowledged.',
  },
  eat_result_invalid: {
    status: 422,
    title: 'The result does not fit the token',
    sentence: 'Sign the result of exactly this token with the key pinned at registration.',
  },
  quorum_too_few_admins: {
    status: 409,
    title: 'There are fewer eligible admins than required approvers',
    sentence: 'Lower required_approvers, or invite another admin.',
  },
  quorum_not_eligible: {
    status: 403,
    title: 'You may not approve',
    sentence: 'Approvers are active admins or owners of the MSP.',
  },
  quorum_own_request: {
    status: 403,
    title: 'This is your own request',
    sentence: 'Another admin approves it; you may cancel it.',
  },
  quorum_already_decided: {
    status: 409,
    title: 'You have decided already',
    sentence: 'Each person counts once; wait for the others.',
  },
  quorum_expired: {
    status: 410,
    title: 'The request has expired',
    sentence: 'Request it again; approvals are collected for a limited time.',
  },
  quorum_closed: {
    status: 409,
    title: 'The request is decided',
    sentence: 'Read GET /emergency/quorum/:id for what happened.',
  },
  quorum_not_requester: {
    status: 403,
    title: 'Only the requester cancels',
    sentence: 'Reject it instead.',
  },
  pre_issue_window_invalid: {
    status: 422,
    title: 'The window is not possible',
    sentence: 'valid_until lies in the future, after valid_from, and at most 72 hours after it.',
  },
  pre_issue_closed: {
    status: 409,
    title: 'The pre-issued token is no longer live',
    sentence: 'It was activated, revoked or has expired.',
  },
  // Emergency actions, at the agent
  eat_malformed: { status: 422, title: 'The token cannot be read', sentence: 'Send it as docs/formats/eat.md says.' },
  eat_key_unknown: {
    status: 422,
    title: 'The hub key is not pinned',
    sentence: 'Let the host hear of the new key first.',
  },
  eat_key_expired: { status: 422, title: 'The hub key is not in force', sentence: 'Sign with the current key.' },
  eat_signature_invalid: { status: 422, title: 'The signature of the token is wrong', sentence: 'Issue a new token.' },
  eat_wrong_agent: { status: 422, title: 'The token is for another host', sentence: 'Send it to the host it names.' },
  eat_wrong_tenant: { status: 422, title: 'The token is for another tenant', sentence: 'Issue one for this tenant.' },
  eat_type_unknown: { status: 422, title: 'Type or version is not known', sentence: 'Update the agent.' },
  eat_not_yet_valid: {
    status: 422,
    title: 'The token was issued in the future',
    sentence: 'Set the clocks of hub and host.',
  },
  eat_expired: { status: 422, title: 'The token has expired', sentence: 'Issue a new one.' },
  eat_lifetime_too_long: {
    status: 422,
    title: 'The token lives longer than 15 minutes',
    sentence: 'Issue one that does not.',
  },
  eat_window_too_long: { status: 422, title: 'The window is longer than 72 hours', sentence: 'Issue a shorter one.' },
  eat_outside_window: { status: 422, title: 'The window is not open', sentence: 'Wait for valid_from.' },
  eat_condition_not_met: { status: 422, title: 'No condition of the token holds', sentence: 'Nothing to do.' },
  eat_playbook_mismatch: {
    status: 422,
    title: 'The playbook is not the one that was signed',
    sentence: 'Issue a new token.',
  },
  eat_quorum_insufficient: {
    status: 422,
    title: 'The token does not prove the quorum it needs',
    sentence: 'Collect the approvals of distinct people.',
  },
  eat_nonce_used: { status: 422, title: 'The token was used before', sentence: 'Issue a new one.' },
  eat_forbidden_by_policy: {
    status: 422,
    title: 'The host’s own policy forbids the action',
    sentence: 'Change the policy file on the host if that is wanted.',
  },
  agent_time_in_future: {
    status: 422,
    title: 'The reported time lies in the future',
    sentence: 'Set the clock of the host.',
  },
} as const satisfies Record<string, { readonly status: number; readonly title: string; readonly sentence: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** A refusal with the facts of the case. `detail` replaces the general sentence; `extra` becomes members of the problem. */
export type Refusal = {
  readonly code: RefusalCode;
  readonly detail?: string;
  readonly extra?: Readonly<Record<string, unknown>>;
};

/**
 * Carries a {@link Refusal} out of nested calls, a transaction among them, which it rolls back. Thrown only where
 * nothing lasting was done, or what was done has been taken back: the caller may repeat the request.
 */
export class RefusedError extends Error {
  override name = 'RefusedError';
  readonly refusal: Refusal;
  constructor(code: RefusalCode, detail?: string, extra?: Readonly<Record<string, unknown>>) {
    super(`${code}: ${detail ?? REFUSALS[code].sentence}`);
    this.refusal = { code, ...(detail === undefined ? {} : { detail }), ...(extra === undefined ? {} : { extra }) };
  }
}
