/** Tokens with which hosts enrol and other systems push facts: made by an admin, shown once, revocable. */

import { z } from 'zod';
import {
  enrolmentTokenRow,
  findEnrolmentTokenTenant,
  insertEnrolmentToken,
  listEnrolmentTokens,
  revokeEnrolmentToken,
} from '../../db/enrolmentTokens.ts';
import {
  findIntegrationTokenTenant,
  insertIntegrationToken,
  integrationTokenRow,
  listIntegrationTokens,
  revokeIntegrationToken,
} from '../../db/integrationTokens.ts';
import { newToken } from '../newToken.ts';
import { INTEGRATION_PURPOSES } from '../principal.ts';
import { inTenant, inTenantOf, readScope, requireTenantId } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const name = z.string().trim().min(1).max(100);
const params = z.object({ id: z.uuid() });
const filter = z.object({ tenant_id: z.uuid().optional() });
const LIST_LIMIT = 500;

const createEnrolment = defineRoute({
  method: 'post',
  path: '/enrolment-tokens',
  tag: 'Enrolment',
  summary: 'Make an enrolment token; it is shown once',
  auth: { kind: 'user', permission: 'agents.enrol', sudo: true },
  tenantScoped: true,
  body: z.strictObject({
    tenant_id: z.uuid().optional(),
    name,
    max_uses: z.int().min(1).max(100_000).default(1),
    expires_in_hours: z.int().min(1).max(720).default(24),
    default_tags: z
      .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:=/-]{0,62}$/))
      .max(50)
      .default([]),
  }),
  output: enrolmentTokenRow.extend({ token: z.string(), install_command: z.string() }),
  status: 201,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { body, principal, deps } = ctx;
    const tenantId = requireTenantId(principal, body.tenant_id);
    const { token, hash } = newToken('enrol');
    const row = await inTenant(ctx, tenantId, async (tx) => {
      const made = await insertEnrolmentToken(tx, { ...body, tenant_id: tenantId, hash, created_by: principal.userId });
      await recordAct(tx, principal, tenantId, 'enrolment_token_created', {
        enrolment_token_id: made.id,
        name: made.name,
        max_uses: made.max_uses,
        expires_at: made.expires_at,
        default_tags: made.default_tags,
      });
      return made;
    });
    const hub = deps.config.PUBLIC_URL ?? `http://${deps.config.HOST}:${deps.config.PORT}`;
    return { ...row, token, install_command: `node src/agent/main.ts --hub ${hub} --enrolment-token ${token}` };
  },
});

const listEnrolment = defineRoute({
  method: 'get',
  path: '/enrolment-tokens',
  tag: 'Enrolment',
  summary: 'Enrolment tokens, newest first',
  auth: { kind: 'user', permission: 'agents.enrol' },
  tenantScoped: true,
  query: filter,
  output: z.object({ items: z.array(enrolmentTokenRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => ({
    items: [...(await readScope(ctx, (tx) => listEnrolmentTokens(tx, LIST_LIMIT), ctx.query.tenant_id))],
  }),
});

const revokeEnrolment = defineRoute({
  method: 'post',
  path: '/enrolment-tokens/:id/revoke',
  tag: 'Enrolment',
  summary: 'Revoke an enrolment token; hosts already enrolled stay',
  auth: { kind: 'user', permission: 'agents.enrol' },
  tenantScoped: true,
  params,
  output: enrolmentTokenRow,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenantOf(
      ctx,
      (tx) => findEnrolmentTokenTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const row = await revokeEnrolmentToken(tx, tenantId, ctx.params.id);
        await recordAct(tx, ctx.principal, tenantId, 'enrolment_token_revoked', {
          enrolment_token_id: row.id,
          name: row.name,
        });
        return row;
      },
    ),
});

const createIntegration = defineRoute({
  method: 'post',
  path: '/integration-tokens',
  tag: 'Enrolment',
  summary: 'Make an integration token; it is shown once',
  auth: { kind: 'user', permission: 'agents.enrol', sudo: true },
  tenantScoped: true,
  body: z.strictObject({
    tenant_id: z.uuid().optional(),
    name,
    purpose: z.enum(INTEGRATION_PURPOSES),
    expires_in_days: z.int().min(1).max(730).nullable().default(365),
  }),
  output: integrationTokenRow.extend({ token: z.string() }),
  status: 201,
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { body, principal } = ctx;
    const tenantId = requireTenantId(principal, body.tenant_id);
    const { token, hash } = newToken('ingest');
    const row = await inTenant(ctx, tenantId, async (tx) => {
      const made = await insertIntegrationToken(tx, {
        ...body,
        tenant_id: tenantId,
        hash,
        created_by: principal.userId,
      });
      await recordAct(tx, principal, tenantId, 'integration_token_created', {
        integration_token_id: made.id,
        name: made.name,
        purpose: made.purpose,
        expires_at: made.expires_at,
      });
      return made;
    });
    return { ...row, token };
  },
});

const listIntegration = defineRoute({
  method: 'get',
  path: '/integration-tokens',
  tag: 'Enrolment',
  summary: 'Integration tokens, newest first',
  auth: { kind: 'user', permission: 'agents.enrol' },
  tenantScoped: true,
  query: filter,
  output: z.object({ items: z.array(integrationTokenRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => ({
    items: [...(await readScope(ctx, (tx) => listIntegrationTokens(tx, LIST_LIMIT), ctx.query.tenant_id))],
  }),
});

const revokeIntegration = defineRoute({
  method: 'post',
  path: '/integration-tokens/:id/revoke',
  tag: 'Enrolment',
  summary: 'Revoke an integration token',
  auth: { kind: 'user', permission: 'agents.enrol' },
  tenantScoped: true,
  params,
  output: integrationTokenRow,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenantOf(
      ctx,
      (tx) => findIntegrationTokenTenant(tx, ctx.params.id),
      async (tx, tenantId) => {
        const row = await revokeIntegrationToken(tx, tenantId, ctx.params.id);
        await recordAct(tx, ctx.principal, tenantId, 'integration_token_revoked', {
          integration_token_id: row.id,
          name: row.name,
        });
        return row;
      },
    ),
});

/** Routes of enrolment and integration tokens. */
export const enrolmentRoutes = [
  createEnrolment,
  listEnrolment,
  revokeEnrolment,
  createIntegration,
  listIntegration,
  revokeIntegration,
];
