/**
 * Who may do what: the one permission matrix (DESIGN.md section 1, roles). The API, the dashboard and
 * docs/permissions.md are derived from it; whatever is not listed is denied.
 */

/** Roles of the MSP's own people, then those of a client's. */
export const ROLES = ['owner', 'admin', 'operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const;
export type Role = (typeof ROLES)[number];

/** Roles whose holder belongs to one tenant and never sees another. */
export const CLIENT_ROLES: readonly Role[] = ['client_viewer', 'auditor'];

const MSP_ALL: readonly Role[] = ['owner', 'admin', 'operator', 'analyst', 'viewer'];
const EVERYONE: readonly Role[] = ROLES;
/** All but auditors, who see evidence and not the daily work. */
const WORKING: readonly Role[] = [...MSP_ALL, 'client_viewer'];
const ADMINS: readonly Role[] = ['owner', 'admin'];
const OPERATORS: readonly Role[] = ['owner', 'admin', 'operator'];

/** Permission -> roles that hold it, with the sentence for the documents. */
export const PERMISSIONS = {
  'cockpit.read': { roles: MSP_ALL, sentence: 'See all tenants of the MSP by urgency.' },
  'tenants.read': { roles: EVERYONE, sentence: 'See tenants (the client: its own).' },
  'tenants.write': { roles: ADMINS, sentence: 'Create and change tenants and their settings.' },
  'agents.read': { roles: WORKING, sentence: 'See hosts, their facts, metrics and link state.' },
  'agents.write': { roles: ADMINS, sentence: 'Tag, deactivate and re-key hosts, accept baselines.' },
  'agents.enrol': { roles: ADMINS, sentence: 'Make and revoke enrolment and integration tokens.' },
  'alerts.read': { roles: WORKING, sentence: 'See alerts.' },
  'alerts.write': { roles: OPERATORS, sentence: 'Acknowledge, assign, snooze and resolve alerts.' },
  'sla.read': { roles: WORKING, sentence: 'See SLA policies (the client: those that hold for its hosts).' },
  'sla.write': { roles: ADMINS, sentence: 'Make, change and delete SLA policies, and say which tenant follows which.' },
  'maintenance.read': { roles: WORKING, sentence: 'See maintenance windows.' },
  'maintenance.write': { roles: OPERATORS, sentence: 'Plan, change and cancel maintenance windows.' },
  'rules.read': { roles: MSP_ALL, sentence: 'See alert rules and SLA settings.' },
  'rules.write': { roles: ADMINS, sentence: 'Change alert rules and SLA settings.' },
  'groups.read': { roles: WORKING, sentence: 'See groups, their members, runbooks and what a host inherits.' },
  'groups.write': { roles: ADMINS, sentence: 'Make, change and archive groups and their runbooks.' },
  'on_call.read': { roles: MSP_ALL, sentence: 'See on-call schedules, who is on call, and escalation policies.' },
  'on_call.write': {
    roles: ADMINS,
    sentence: 'Change on-call schedules, overrides of anybody and escalation policies.',
  },
  'on_call.override': { roles: OPERATORS, sentence: 'Take an on-call shift over oneself, and give it back.' },
  'vulnerabilities.read': { roles: WORKING, sentence: 'See open and patched CVEs.' },
  'trust_score.read': { roles: WORKING, sentence: 'See the Trust Score with its inputs.' },
  'audit_log.read': {
    roles: ['owner', 'admin', 'analyst', 'client_viewer', 'auditor'],
    sentence: 'Read the audit log.',
  },
  'team.read': { roles: MSP_ALL, sentence: 'See the people of the MSP and of its clients.' },
  'team.write': { roles: ADMINS, sentence: 'Invite people, change roles, deactivate accounts.' },
  'playbooks.read': { roles: MSP_ALL, sentence: 'See playbooks and their versions.' },
  'playbooks.write': { roles: ADMINS, sentence: 'Write playbooks and approve those of another admin.' },
  'emergency.read': { roles: WORKING, sentence: 'See emergency tokens, their approvals and results.' },
  'emergency.issue': {
    roles: OPERATORS,
    sentence: 'Issue level 1 and 2 tokens, acknowledge overdue ones, request a quorum.',
  },
  'emergency.issue_level3': { roles: ADMINS, sentence: 'Issue level 3 tokens and pre-issue tokens for hosts.' },
  'emergency.approve': { roles: ADMINS, sentence: 'Approve or reject the quorum requests of others.' },
  'packs.read': {
    roles: ['owner', 'admin', 'operator', 'analyst', 'viewer', 'client_viewer', 'auditor'],
    sentence: 'See and download audit packs (the client: its own).',
  },
  'packs.build': { roles: ADMINS, sentence: 'Build audit packs and say whom they are handed to.' },
  'webhooks.read': { roles: ADMINS, sentence: 'See webhooks, where they lead, and the log of what was sent.' },
  'webhooks.write': { roles: ADMINS, sentence: 'Make, change, test and delete webhooks, and send a delivery again.' },
  'branding.write': { roles: ADMINS, sentence: 'Set a client’s logo, colour, product name and domain.' },
  'billing.read': { roles: ADMINS, sentence: 'See and export the invoice over all tenants.' },
  'billing.write': {
    roles: ADMINS,
    sentence: 'Set the parties on invoices and the prices for clients, and credit invoices.',
  },
  'impersonation.start': { roles: OPERATORS, sentence: 'Work in a client’s context for up to an hour.' },
  'impersonation.read': {
    roles: ['owner', 'admin', 'operator', 'client_viewer', 'auditor'],
    sentence: 'See who works or worked in which client’s context, and why.',
  },
  'impersonation.end_others': { roles: ['owner'], sentence: 'End the impersonations of others.' },
  'impersonation.consent': { roles: ['client_viewer'], sentence: 'Grant or refuse an engineer’s request to enter.' },
  'tokens.own': { roles: EVERYONE, sentence: 'Make and revoke one’s own API tokens.' },
} as const satisfies Record<string, { readonly roles: readonly Role[]; readonly sentence: string }>;

export type Permission = keyof typeof PERMISSIONS;

/** Every permission, for schemas. */
export const PERMISSION_NAMES = Object.keys(PERMISSIONS) as [Permission, ...Permission[]];

/**
 * Whether a holder of `role`, narrowed to `scopes` when they came with a token, has `permission`.
 * Scopes only ever take away.
 */
export function isAllowed(permission: Permission, role: Role, scopes: readonly Permission[] | null): boolean {
  const roles: readonly Role[] = PERMISSIONS[permission].roles;
  return roles.includes(role) && (scopes === null || scopes.includes(permission));
}
