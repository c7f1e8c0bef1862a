/** Links for auditors: made by an admin, open a session that only reads, end by the clock or at once. */

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  auditorLinkRow,
  findAuditorLinkTenant,
  insertAuditorLink,
  listAuditorLinks,
  openAuditorLink,
  revokeAuditorLink,
} from '../../db/auditorLinks.ts';
import { withIdentity, withinTenant, withMsp } from '../../db/scope.ts';
import { revokeOtherSessions } from '../../db/sessions.ts';
import { findTenant } from '../../db/tenants.ts';
import { getCredentials, insertLinkUser, updateMember } from '../../db/users.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash } from '../../domain/token.ts';
import { hashPassword } from '../../platform/passwordHash.ts';
import { refuseForeignPage, signIn } from '../account.ts';
import { addressGroup, enforceLimit } from '../middleware/rateLimit.ts';
import { newToken } from '../newToken.ts';
import { inTenant } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const DAY_MS = 86_400_000;
const MAX_DAYS = 30;
const TRIES_PER_ADDRESS = 20;
const TRY_WINDOW_SECONDS = 600;

const params = z.object({ id: z.uuid() });

const create = defineRoute({
  method: 'post',
  path: '/tenants/:id/auditor-links',
  tag: 'Auditors',
  summary: 'Make a link that lets an auditor read packs, log and audit trail; shown once',
  description:
    'The token stands behind the # of the address, which browsers keep to themselves: it is in no server’s log. ' +
    'Whoever has the link may open it again until it ends; every opening is in the tenant’s audit log.',
  auth: { kind: 'user', permission: 'team.write', totp: true },
  tenantScoped: true,
  params,
  body: z.strictObject({
    expires_at: z.iso.datetime({ offset: true }).describe('at most 30 days from now'),
    note: z.string().trim().min(1).max(200).describe('who gets it and what for'),
  }),
  output: auditorLinkRow.extend({ url: z.string(), token: z.string() }),
  status: 201,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: path, body }) => {
    const lifetimeMs = Date.parse(body.expires_at) - deps.now();
    if (lifetimeMs <= 0 || lifetimeMs > MAX_DAYS * DAY_MS)
      throw new RefusedError('invalid_request', `expires_at lies within the next ${MAX_DAYS} days.`);
    const { token, hash } = newToken('audit');
    const password_hash = await hashPassword(randomBytes(32).toString('base64url'));
    const link = await withMsp(deps.pool, principal.mspId, async (tx) => {
      if ((await findTenant(tx, path.id)) === null) throw new RefusedError('not_found', 'There is no such tenant.');
      const user_id = await insertLinkUser(tx, {
        msp_id: principal.mspId,
        tenant_id: path.id,
        name: `Auditor link: ${body.note}`.slice(0, 200),
        password_hash,
        expires_at: body.expires_at,
      });
      return withinTenant(tx, path.id, async (inside) => {
        const made = await insertAuditorLink(inside, {
          tenant_id: path.id,
          msp_id: principal.mspId,
          user_id,
          hash,
          note: body.note,
          created_by: principal.userId,
          created_by_email: principal.email,
          expires_at: body.expires_at,
        });
        await recordAct(inside, principal, path.id, 'auditor_link_created', {
          auditor_link_id: made.id,
          note: made.note,
          expires_at: made.expires_at,
        });
        return made;
      });
    });
    const base = deps.config.PUBLIC_URL ?? `http://${deps.config.HOST}:${deps.config.PORT}`;
    return { ...link, token, url: `${base.replace(/\/$/, '')}/auditor#${token}` };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/tenants/:id/auditor-links',
  tag: 'Auditors',
  summary: 'Links for auditors of a tenant, newest first',
  auth: { kind: 'user', permission: 'team.read' },
  tenantScoped: true,
  params,
  output: z.object({ items: z.array(auditorLinkRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => ({
    items: [...(await inTenant(ctx, ctx.params.id, (tx) => listAuditorLinks(tx, ctx.params.id)))],
  }),
});

const revoke = defineRoute({
  method: 'post',
  path: '/auditor-links/:id/revoke',
  tag: 'Auditors',
  summary: 'Take a link back; sessions it opened end at once',
  auth: { kind: 'user', permission: 'team.write' },
  tenantScoped: true,
  params,
  output: auditorLinkRow,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: path }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      const tenantId = await findAuditorLinkTenant(tx, path.id);
      if (tenantId === null) throw new RefusedError('not_found');
      const link = await withinTenant(tx, tenantId, async (inside) => {
        const row = await revokeAuditorLink(inside, path.id, principal.email);
        if (row === null) throw new RefusedError('not_found', 'There is no open link with this id.');
        await recordAct(inside, principal, tenantId, 'auditor_link_revoked', {
          auditor_link_id: row.id,
          note: row.note,
        });
        return row;
      });
      await updateMember(tx, link.user_id, { role: 'auditor', is_active: false, made_by: principal.email });
      await revokeOtherSessions(tx, link.user_id, null);
      return link;
    }),
});

const open = defineRoute({
  method: 'post',
  path: '/auth/auditor-link',
  tag: 'Auditors',
  summary: 'Open a link: sets the cookie of a session that only reads',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: z.strictObject({ token: z.string().max(200) }),
  output: z.object({ tenant_id: z.uuid(), link_expires_at: z.string(), expires_at: z.string() }),
  refusals: ['auditor_link_invalid', 'csrf'],
  handle: async (ctx) => {
    const { deps, body } = ctx;
    refuseForeignPage(ctx);
    await enforceLimit(deps, `auditor-link:${addressGroup(ctx.clientAddress)}`, TRIES_PER_ADDRESS, TRY_WINDOW_SECONDS);
    return withIdentity(deps.pool, async (tx) => {
      const link = await openAuditorLink(tx, Buffer.from(tokenHash(body.token)));
      if (link === null) throw new RefusedError('auditor_link_invalid');
      const user = await getCredentials(tx, link.user_id);
      // Audited as `signed_in`, by the link's own account, in the tenant's chain.
      const { expires_at } = await signIn(ctx, tx, user, 'auditor_link', link);
      return { tenant_id: link.tenant_id, link_expires_at: link.expires_at, expires_at };
    });
  },
});

/** Routes of links for auditors. */
export const auditorLinkRoutes = [create, list, revoke, open];
