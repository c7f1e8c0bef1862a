/** The people: invitations, roles, and the very first owner. */

import { z } from 'zod';
import { appendAudit } from '../../db/audit.ts';
import {
  insertInvitation,
  insertMsp,
  invitationRow,
  listInvitations,
  revokeInvitation,
  takeBootstrap,
  takeInvitation,
} from '../../db/invitations.ts';
import { withIdentity, withMsp } from '../../db/scope.ts';
import { revokeApiTokens, revokeOtherSessions } from '../../db/sessions.ts';
import { findTenant } from '../../db/tenants.ts';
import {
  countActiveOwnersLocked,
  findMemberForUpdate,
  insertUser,
  listMembers,
  memberRow,
  updateMember,
} from '../../db/users.ts';
import { CLIENT_ROLES, ROLES, type Role } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash } from '../../domain/token.ts';
import { hashPassword } from '../../platform/passwordHash.ts';
import { openEnrolment, refuseWeakPassword } from '../account.ts';
import { endAll } from '../impersonations.ts';
import { addressGroup, enforceLimit } from '../middleware/rateLimit.ts';
import { newToken } from '../newToken.ts';
import type { UserPrincipal } from '../principal.ts';
import { followMember } from '../quorumWithdrawal.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const email = z.string().trim().toLowerCase().pipe(z.email().max(254));
const name = z.string().trim().min(1).max(200);
const params = z.object({ id: z.uuid() });
const TRIES_PER_ADDRESS = 20;
const TRY_WINDOW_SECONDS = 600;

const DAY_MS = 86_400_000;
const AUDITOR_MAX_DAYS = 366;

function isSoon(at: string | null, nowMs: number): boolean {
  return at !== null && Date.parse(at) > nowMs && Date.parse(at) <= nowMs + AUDITOR_MAX_DAYS * DAY_MS;
}

/** Admins manage people, but only owners make or change owners. */
function refuseTouchingOwners(principal: UserPrincipal, ...roles: readonly Role[]): void {
  if (principal.role !== 'owner' && roles.includes('owner')) {
    throw new RefusedError('forbidden', 'Only an owner makes or changes owners.', { permission: 'team.write' });
  }
}

const listTeam = defineRoute({
  method: 'get',
  path: '/team',
  tag: 'Team',
  summary: 'People of the MSP and of its clients',
  auth: { kind: 'user', permission: 'team.read' },
  tenantScoped: false,
  output: z.object({ items: z.array(memberRow) }),
  refusals: [],
  handle: async ({ deps, principal }) => ({ items: [...(await withMsp(deps.pool, principal.mspId, listMembers))] }),
});

const changeMember = defineRoute({
  method: 'patch',
  path: '/team/:id',
  tag: 'Team',
  summary: 'Change a person’s role, or deactivate the account',
  description:
    'The person’s sessions end at once, and on deactivation the API tokens for good; open quorum requests of somebody ' +
    'who may no longer make them are withdrawn. Nobody changes themselves; the last active owner stays.',
  auth: { kind: 'user', permission: 'team.write', totp: true },
  tenantScoped: false,
  params,
  body: z
    .strictObject({ role: z.enum(ROLES).optional(), is_active: z.boolean().optional() })
    .refine((body) => Object.keys(body).length > 0, 'name at least one change'),
  status: 204,
  refusals: ['not_found', 'forbidden', 'last_owner'],
  handle: async ({ deps, principal, params: path, body }) => {
    if (path.id === principal.userId)
      throw new RefusedError('forbidden', 'Nobody changes their own role; ask another admin.', {
        permission: 'team.write',
      });
    const changed = await withMsp(deps.pool, principal.mspId, async (tx) => {
      // Owners first, in one order, then the member: two requests cannot wait for each other.
      const owners = await countActiveOwnersLocked(tx, principal.mspId);
      const member = await findMemberForUpdate(tx, path.id);
      if (member === null) throw new RefusedError('not_found');
      const after = { role: body.role ?? member.role, is_active: body.is_active ?? member.is_active };
      refuseTouchingOwners(principal, member.role, after.role);
      if (CLIENT_ROLES.includes(after.role) !== CLIENT_ROLES.includes(member.role)) {
        throw new RefusedError(
          'conflict',
          'People of the MSP and people of a client do not change sides; invite them anew.',
        );
      }
      const losesOwner = member.role === 'owner' && member.is_active && (after.role !== 'owner' || !after.is_active);
      if (losesOwner && owners <= 1) throw new RefusedError('last_owner');
      await updateMember(tx, member.id, { ...after, made_by: principal.email });
      await revokeOtherSessions(tx, member.id, null);
      // For good: an account that comes back starts without the tokens of before.
      if (!after.is_active) await revokeApiTokens(tx, member.id);
      const subject = { user_id: member.id, email: member.email };
      if (after.role !== member.role) {
        await recordAct(tx, principal, null, 'user_role_changed', { ...subject, from: member.role, to: after.role });
      }
      if (after.is_active !== member.is_active) {
        await recordAct(tx, principal, null, after.is_active ? 'user_reactivated' : 'user_deactivated', subject);
      }
      return { id: member.id, email: member.email, ...after };
    });
    // The credentials are dead with the commit; this writes the ends down.
    await endAll(deps, principal, { userId: path.id, sessionId: null }, 'role_lost');
    await followMember(deps, principal, changed);
    return undefined;
  },
});

const invite = defineRoute({
  method: 'post',
  path: '/invitations',
  tag: 'Team',
  summary: 'Invite a person; the token is shown once',
  description: 'Asks for TOTP: an API token that leaked must not be enough to make an account.',
  auth: { kind: 'user', permission: 'team.write', totp: true },
  tenantScoped: false,
  body: z.strictObject({
    email,
    name,
    role: z.enum(ROLES),
    tenant_id: z.uuid().nullable().default(null).describe('for people of a client'),
    expires_in_hours: z.int().min(1).max(336).default(72),
    user_expires_at: z.iso
      .datetime({ offset: true })
      .nullable()
      .default(null)
      .describe('end of the account itself, for auditors'),
  }),
  output: invitationRow.extend({ token: z.string() }),
  status: 201,
  refusals: ['not_found', 'forbidden'],
  handle: async ({ deps, principal, body }) => {
    refuseTouchingOwners(principal, body.role);
    if (CLIENT_ROLES.includes(body.role) !== (body.tenant_id !== null)) {
      throw new RefusedError('invalid_request', 'People of a client need tenant_id; people of the MSP have none.');
    }
    if (body.role === 'auditor' && !isSoon(body.user_expires_at, deps.now()))
      throw new RefusedError(
        'invalid_request',
        `An auditor’s account ends: user_expires_at lies within the next ${AUDITOR_MAX_DAYS} days.`,
      );
    const { token, hash } = newToken('invite');
    const row = await withMsp(deps.pool, principal.mspId, async (tx) => {
      if (body.tenant_id !== null && (await findTenant(tx, body.tenant_id)) === null)
        throw new RefusedError('not_found', 'There is no such tenant.');
      const made = await insertInvitation(tx, { ...body, hash, msp_id: principal.mspId, invited_by: principal.userId });
      await recordAct(tx, principal, null, 'user_invited', {
        invitation_id: made.id,
        email: made.email,
        role: made.role,
        tenant_id: made.tenant_id,
      });
      return made;
    });
    return { ...row, token };
  },
});

const invitations = defineRoute({
  method: 'get',
  path: '/invitations',
  tag: 'Team',
  summary: 'Invitations, newest first',
  auth: { kind: 'user', permission: 'team.read' },
  tenantScoped: false,
  output: z.object({ items: z.array(invitationRow) }),
  refusals: [],
  handle: async ({ deps, principal }) => ({ items: [...(await withMsp(deps.pool, principal.mspId, listInvitations))] }),
});

const revoke = defineRoute({
  method: 'post',
  path: '/invitations/:id/revoke',
  tag: 'Team',
  summary: 'Take an invitation back',
  auth: { kind: 'user', permission: 'team.write' },
  tenantScoped: false,
  params,
  output: invitationRow,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: path }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await revokeInvitation(tx, path.id);
      if (row === null) throw new RefusedError('not_found', 'There is no open invitation with this id.');
      await recordAct(tx, principal, null, 'invitation_revoked', { invitation_id: row.id, email: row.email });
      return row;
    }),
});

const enrolment = z.object({ user_id: z.uuid(), enrolment_token: z.string().describe('for /auth/totp/enrol') });

const accept = defineRoute({
  method: 'post',
  path: '/invitations/accept',
  tag: 'Team',
  summary: 'Accept an invitation with a password; TOTP comes next',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: z.strictObject({ token: z.string().max(200), password: z.string().min(1).max(1000) }),
  output: enrolment,
  status: 201,
  refusals: ['invitation_invalid', 'password_too_weak', 'conflict'],
  handle: async (ctx) => {
    const { deps, body } = ctx;
    await enforceLimit(deps, `invite:${addressGroup(ctx.clientAddress)}`, TRIES_PER_ADDRESS, TRY_WINDOW_SECONDS);
    const password_hash = await hashPassword(body.password);
    return withIdentity(deps.pool, async (tx) => {
      const invitation = await takeInvitation(tx, Buffer.from(tokenHash(body.token)));
      if (invitation === null) throw new RefusedError('invitation_invalid');
      refuseWeakPassword(body.password, invitation.email);
      const userId = await insertUser(tx, {
        ...invitation,
        password_hash,
        expires_at: invitation.user_expires_at,
        made_by: invitation.invited_by_email,
      });
      if (userId === null)
        throw new RefusedError('conflict', 'An account with this email exists already; sign in with it.');
      await appendAudit(tx, {
        msp_id: invitation.msp_id,
        tenant_id: invitation.tenant_id,
        event_type: 'invitation_accepted',
        actor: { kind: 'user', user_id: userId, email: invitation.email, impersonation_id: null },
        event_data: { invitation_id: invitation.id, role: invitation.role },
      });
      return { user_id: userId, enrolment_token: await openEnrolment(ctx, tx, { ...invitation, id: userId }) };
    });
  },
});

const bootstrap = defineRoute({
  method: 'post',
  path: '/bootstrap',
  tag: 'Team',
  summary: 'Make the MSP and its first owner with the token printed at start',
  description: 'Works once in the life of a hub, and never on one that has an account.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: z.strictObject({
    token: z.string().max(200),
    msp_name: name,
    email_domain: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z0-9.-]+\.[a-z]{2,}$/),
    email,
    name,
    password: z.string().min(1).max(1000),
  }),
  output: enrolment.extend({ msp_id: z.uuid() }),
  status: 201,
  refusals: ['bootstrap_closed', 'bootstrap_token_wrong', 'password_too_weak'],
  handle: async (ctx) => {
    const { deps, body } = ctx;
    await enforceLimit(deps, `bootstrap:${addressGroup(ctx.clientAddress)}`, TRIES_PER_ADDRESS, TRY_WINDOW_SECONDS);
    refuseWeakPassword(body.password, body.email);
    const password_hash = await hashPassword(body.password);
    return withIdentity(deps.pool, async (tx) => {
      const take = await takeBootstrap(tx, Buffer.from(tokenHash(body.token)));
      if (take === 'closed') throw new RefusedError('bootstrap_closed');
      if (take === 'wrong') throw new RefusedError('bootstrap_token_wrong');
      const msp_id = await insertMsp(tx, { name: body.msp_name, email_domain: body.email_domain });
      const userId = await insertUser(tx, {
        msp_id,
        tenant_id: null,
        email: body.email,
        name: body.name,
        role: 'owner',
        password_hash,
        expires_at: null,
        made_by: null,
      });
      if (userId === null) throw new RefusedError('bootstrap_closed');
      await appendAudit(tx, {
        msp_id,
        tenant_id: null,
        event_type: 'hub_bootstrapped',
        actor: { kind: 'user', user_id: userId, email: body.email, impersonation_id: null },
        event_data: { msp_name: body.msp_name, address: ctx.clientAddress },
      });
      return {
        msp_id,
        user_id: userId,
        enrolment_token: await openEnrolment(ctx, tx, { id: userId, msp_id, tenant_id: null }),
      };
    });
  },
});

/** Routes of the team. */
export const teamRoutes = [listTeam, changeMember, invite, invitations, revoke, accept, bootstrap];
