/**
 * Working in a client's context: at most an hour, with a reason, visible to the client.
 *
 * States: (awaiting_consent -> granted ->) active -> ended. A tenant whose consent is `none` or `notify` starts
 * active; with `approve` one of the client's people grants it first, and the engineer then claims the token.
 */

import { PERMISSIONS, type Permission } from './permissions.ts';

export const IMPERSONATION_MAX_MINUTES = 60;
/** How long a request for consent waits. */
export const CONSENT_WAIT_MINUTES = 30;
/** How long a granted request waits to be claimed. */
export const CLAIM_WAIT_MINUTES = 15;

export const IMPERSONATION_MODES = ['full', 'read_only'] as const;
export type ImpersonationMode = (typeof IMPERSONATION_MODES)[number];

/** What a tenant wants: nothing, to be told, or to be asked. */
export const CONSENT_KINDS = ['none', 'notify', 'approve'] as const;

/**
 * Permissions that end at the tenant's door: whatever concerns the MSP as a whole, makes new credentials or people,
 * or approves. Everything that is not listed here and not read-only needs `full`.
 */
const NEVER: ReadonlySet<Permission> = new Set([
  'cockpit.read',
  'billing.read',
  'billing.write',
  'tenants.write',
  'team.read',
  'team.write',
  'tokens.own',
  'agents.enrol',
  'emergency.approve',
  'playbooks.write',
  'on_call.read',
  'on_call.write',
  'on_call.override',
  'impersonation.start',
  'impersonation.end_others',
  'impersonation.consent',
]);

/** Whether a permission that the role holds may be used from inside an impersonation. */
export function isAllowedWhileImpersonating(permission: Permission, mode: ImpersonationMode): boolean {
  if (NEVER.has(permission) || !(permission in PERMISSIONS)) return false;
  return mode === 'full' || permission.endsWith('.read');
}
