/**
 * Every way in which the hub says no: one closed list, so that the API, the agent, the verifier and the
 * screens use the same code and the same sentence. A sentence says what to do about it.
 *
 * `status` is the HTTP status of RFC 9457 problems; other edges ignore it.
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
  rate_limited: { status: 429, title: 'Too many requests', sentence: 'Wait for the seconds in Retry-After.' },
  internal: {
    status: 500,
    title: 'The hub failed',
    sentence: 'Nothing was half-done. Try again; if it stays, give the operator the request id.',
  },
  unavailable: {
    status: 503,
    title: 'A part of the hub is not available',
    sentence: 'Try again in a minute; nothing was done.',
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

/** Carries a {@link Refusal} out of nested calls, a transaction among them, which it rolls back. */
export class RefusedError extends Error {
  override name = 'RefusedError';
  readonly refusal: Refusal;
  constructor(code: RefusalCode, detail?: string, extra?: Readonly<Record<string, unknown>>) {
    super(`${code}: ${detail ?? REFUSALS[code].sentence}`);
    this.refusal = { code, ...(detail === undefined ? {} : { detail }), ...(extra === undefined ? {} : { extra }) };
  }
}
