/** Impersonation: one click into a client's context, with a reason, for an hour at most, nothing hidden. */

import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { appendAudit } from '../../db/audit.ts';
import {
  answerConsent,
  claimImpersonation,
  findImpersonation,
  getConsentKind,
  type ImpersonationRow,
  impersonationRow,
  insertImpersonation,
  listImpersonations,
  type ParentCredential,
  setConsentKind,
  setSessionImpersonation,
} from '../../db/impersonations.ts';
import { type TenantTx, withIdentity, withTenant } from '../../db/scope.ts';
import { findTenant } from '../../db/tenants.ts';
import {
  CONSENT_KINDS,
  CONSENT_WAIT_MINUTES,
  IMPERSONATION_MAX_MINUTES,
  IMPERSONATION_MODES,
} from '../../domain/impersonation.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { heardSignal, impersonationStart, WORKFLOW_IDS } from '../../workflows/messages.ts';
import type { ApiDeps } from '../deps.ts';
import { endAll, endOne } from '../impersonations.ts';
import { newToken } from '../newToken.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { startOnce, tellWorkflow } from '../temporal.ts';

const other = z.object({ user_email: z.string(), reason: z.string(), started_at: z.iso.datetime() });

const answer = z.object({
  impersonation_id: z.uuid(),
  state: z.enum(['active', 'awaiting_consent']),
  token: z.string().nullable().describe('scoped to the tenant; shown once. Null while the client is asked'),
  token_type: z.literal('Bearer'),
  tenant: z.object({ id: z.uuid(), name: z.string() }),
  mode: z.enum(IMPERSONATION_MODES),
  expires_at: z.iso.datetime().nullable(),
  act: z.object({ sub: z.uuid(), email: z.string() }).describe('who really acts (RFC 8693, section 4.1)'),
  others: z.array(other).describe('engineers who are in the same client’s context now'),
});

function parentOf(principal: UserPrincipal): ParentCredential {
  if (principal.via.kind === 'impersonation') throw new RefusedError('impersonation_not_possible');
  return { kind: principal.via.kind, id: principal.via.id };
}

async function othersIn(tx: TenantTx, tenantId: string, ownId: string): Promise<z.input<typeof other>[]> {
  const rows = await listImpersonations(tx, { tenantId, activeOnly: true, limit: 50 });
  return rows.flatMap((row) =>
    row.id !== ownId && row.state === 'active' && row.started_at !== null
      ? [{ user_email: row.user_email, reason: row.reason, started_at: row.started_at }]
      : [],
  );
}

/** The audit row by which the client learns that somebody has entered. */
async function recordStart(
  tx: TenantTx,
  principal: UserPrincipal,
  row: ImpersonationRow,
  address: string,
): Promise<void> {
  await appendAudit(tx, {
    msp_id: principal.mspId,
    tenant_id: row.tenant_id,
    event_type: 'impersonation_started',
    actor: { kind: 'user', user_id: principal.userId, email: principal.email, impersonation_id: row.id },
    event_data: {
      impersonation_id: row.id,
      reason: row.reason,
      mode: row.mode,
      duration_minutes: row.duration_minutes,
      expires_at: row.expires_at,
      consented_by: row.consented_by_email,
      address,
    },
  });
}

const start = defineRoute({
  method: 'post',
  path: '/auth/impersonate',
  tag: 'Impersonation',
  summary: 'Work in a client’s context',
  description:
    'Returns a token scoped to the tenant, and sets the dashboard’s session to it. It dies by itself after ' +
    '`duration_minutes`. Where the client wants to be asked first the answer is 202 and the token is claimed later.',
  auth: { kind: 'user', permission: 'impersonation.start', totp: true },
  tenantScoped: false,
  body: z.strictObject({
    tenant_id: z.uuid(),
    duration_minutes: z.int().min(1).max(IMPERSONATION_MAX_MINUTES).default(IMPERSONATION_MAX_MINUTES),
    reason: z.string().trim().min(10).max(1000),
    mode: z.enum(IMPERSONATION_MODES).optional().describe('default: full; for operators read_only'),
  }),
  output: answer,
  refusals: ['not_found', 'impersonation_not_possible'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const parent = parentOf(principal);
    if (principal.tenantId !== null) throw new RefusedError('impersonation_not_possible');
    const { token, hash } = newToken('imp');
    const id = randomUUID();
    const mode = body.mode ?? (principal.role === 'operator' ? 'read_only' : 'full');
    const begun = await inTenant(ctx, body.tenant_id, async (tx) => {
      const consent = await getConsentKind(tx, body.tenant_id);
      const tenant = await findTenant(tx, body.tenant_id);
      if (tenant === null) throw new RefusedError('not_found');
      await insertImpersonation(tx, {
        id,
        tenant_id: body.tenant_id,
        msp_id: principal.mspId,
        user_id: principal.userId,
        user_email: principal.email,
        reason: body.reason,
        mode,
        duration_minutes: body.duration_minutes,
        parent,
        tokenHash: consent === 'approve' ? null : hash,
        consent_minutes: CONSENT_WAIT_MINUTES,
      });
      const row = (await findImpersonation(tx, id)) as ImpersonationRow;
      if (consent === 'approve') {
        await recordAct(tx, principal, body.tenant_id, 'impersonation_requested', {
          impersonation_id: id,
          reason: body.reason,
          mode,
          duration_minutes: body.duration_minutes,
        });
      } else await recordStart(tx, principal, row, ctx.clientAddress);
      return { consent, tenant, row, others: await othersIn(tx, body.tenant_id, id) };
    });
    await startSession(
      deps,
      { impersonation_id: id, tenant_id: body.tenant_id, msp_id: principal.mspId },
      begun.consent !== 'none',
    );
    const isActive = begun.row.state === 'active';
    if (isActive && parent.kind === 'session')
      await withIdentity(deps.pool, (tx) => setSessionImpersonation(tx, parent.id, id));
    const entered: z.input<typeof answer> = {
      impersonation_id: id,
      state: isActive ? ('active' as const) : ('awaiting_consent' as const),
      token: isActive ? token : null,
      token_type: 'Bearer' as const,
      tenant: { id: begun.tenant.id, name: begun.tenant.name },
      mode,
      expires_at: begun.row.expires_at,
      act: { sub: principal.userId, email: principal.email },
      others: begun.others,
    };
    return isActive ? entered : ctx.http.json(answer.parse(entered), 202);
  },
});

/** The workflow writes the end down; the token dies by the database's clock with or without it. */
async function startSession(
  deps: ApiDeps,
  ref: { readonly impersonation_id: string; readonly tenant_id: string; readonly msp_id: string },
  tellClient: boolean,
): Promise<void> {
  const { temporal } = deps;
  if (temporal === null) return;
  try {
    await startOnce(temporal, () =>
      temporal.workflow.start('impersonationSession', impersonationStart({ ...ref, tell_client: tellClient })),
    );
  } catch (error) {
    deps.log.warn({ err: error, ...ref }, 'the workflow of an impersonation did not start; the next sweep starts it');
  }
}

const claim = defineRoute({
  method: 'post',
  path: '/auth/impersonate/claim',
  tag: 'Impersonation',
  summary: 'Enter, once the client has granted it',
  auth: { kind: 'user', permission: 'impersonation.start' },
  tenantScoped: false,
  body: z.strictObject({ impersonation_id: z.uuid() }),
  output: answer,
  refusals: ['not_found', 'impersonation_not_granted', 'impersonation_not_possible'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const parent = parentOf(principal);
    const asked = await readScope(ctx, (tx) => findImpersonation(tx, body.impersonation_id));
    if (asked === null || asked.user_id !== principal.userId) throw new RefusedError('not_found');
    const { token, hash } = newToken('imp');
    const begun = await withTenant(deps.pool, asked.tenant_id, async (tx) => {
      const isMine = await claimImpersonation(tx, asked.id, { user_id: principal.userId, parent, tokenHash: hash });
      if (!isMine) throw new RefusedError('impersonation_not_granted');
      const row = (await findImpersonation(tx, asked.id)) as ImpersonationRow;
      await recordStart(tx, principal, row, ctx.clientAddress);
      return { row, others: await othersIn(tx, asked.tenant_id, asked.id) };
    });
    await tellWorkflow(deps, WORKFLOW_IDS.impersonation(asked.id), heardSignal);
    if (parent.kind === 'session')
      await withIdentity(deps.pool, (tx) => setSessionImpersonation(tx, parent.id, asked.id));
    return {
      impersonation_id: asked.id,
      state: 'active' as const,
      token,
      token_type: 'Bearer' as const,
      tenant: { id: asked.tenant_id, name: asked.tenant_name },
      mode: asked.mode,
      expires_at: begun.row.expires_at,
      act: { sub: principal.userId, email: principal.email },
      others: begun.others,
    };
  },
});

const end = defineRoute({
  method: 'post',
  path: '/auth/impersonate/end',
  tag: 'Impersonation',
  summary: 'Leave the client’s context',
  description: 'Called with the scoped token, or from the session that took it on. The token is dead with the answer.',
  auth: { kind: 'self', whileImpersonating: true },
  tenantScoped: false,
  output: z.object({ impersonation_id: z.uuid(), state: z.literal('ended') }),
  refusals: ['not_impersonating'],
  handle: async ({ deps, principal }) => {
    const id = principal.impersonation?.id ?? principal.endedImpersonationId;
    if (id === null) throw new RefusedError('not_impersonating');
    const { impersonation, tenantId, via } = principal;
    if (impersonation !== null && tenantId !== null)
      await endOne(deps, principal, { id, tenant_id: tenantId }, 'ended');
    if (via.kind === 'session') await withIdentity(deps.pool, (tx) => setSessionImpersonation(tx, via.id, null));
    return { impersonation_id: id, state: 'ended' as const };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/auth/impersonations',
  tag: 'Impersonation',
  summary: 'Who is or was in which client’s context, newest first',
  auth: { kind: 'user', permission: 'impersonation.read' },
  tenantScoped: true,
  query: z.object({
    tenant_id: z.uuid().optional(),
    active: z.stringbool().default(false).describe('only those that are live or waiting'),
    limit: z.coerce.number().int().min(1).max(500).default(100),
  }),
  output: z.object({ items: z.array(impersonationRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const items = await readScope(
      ctx,
      (tx, tenantId) => listImpersonations(tx, { tenantId, activeOnly: query.active, limit: query.limit }),
      query.tenant_id,
    );
    return { items: [...items] };
  },
});

const params = z.object({ id: z.uuid() });

const endOther = defineRoute({
  method: 'post',
  path: '/auth/impersonations/:id/end',
  tag: 'Impersonation',
  summary: 'End the impersonation of another, at once',
  auth: { kind: 'user', permission: 'impersonation.end_others' },
  tenantScoped: true,
  params,
  output: z.object({ ended: z.int() }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const row = await readScope(ctx, (tx) => findImpersonation(tx, ctx.params.id));
    if (row === null) throw new RefusedError('not_found');
    return { ended: Number(await endOne(ctx.deps, ctx.principal, row, 'ended_by_owner')) };
  },
});

const endEvery = defineRoute({
  method: 'post',
  path: '/auth/impersonations/end-all',
  tag: 'Impersonation',
  summary: 'End every impersonation of the MSP, at once',
  auth: { kind: 'user', permission: 'impersonation.end_others' },
  tenantScoped: false,
  output: z.object({ ended: z.int() }),
  refusals: [],
  handle: async ({ deps, principal }) => ({
    ended: await endAll(deps, principal, { userId: null, sessionId: null }, 'ended_by_owner'),
  }),
});

const consent = defineRoute({
  method: 'post',
  path: '/auth/impersonations/:id/consent',
  tag: 'Impersonation',
  summary: 'Grant or refuse an engineer’s request to enter',
  auth: { kind: 'user', permission: 'impersonation.consent' },
  tenantScoped: true,
  params,
  body: z.strictObject({ granted: z.boolean() }),
  output: impersonationRow,
  refusals: ['not_found', 'conflict'],
  handle: async (ctx) => {
    const { deps, principal, params: path, body } = ctx;
    const row = await inTenant(ctx, principal.tenantId as string, async (tx) => {
      if ((await findImpersonation(tx, path.id)) === null) throw new RefusedError('not_found');
      const isOpen = await answerConsent(
        tx,
        path.id,
        { user_id: principal.userId, email: principal.email },
        body.granted,
      );
      if (!isOpen) throw new RefusedError('conflict', 'Nobody waits for this consent any more.');
      await recordAct(
        tx,
        principal,
        principal.tenantId,
        body.granted ? 'impersonation_granted' : 'impersonation_refused',
        { impersonation_id: path.id },
      );
      return (await findImpersonation(tx, path.id)) as ImpersonationRow;
    });
    await tellWorkflow(deps, WORKFLOW_IDS.impersonation(path.id), heardSignal);
    return row;
  },
});

const consentSetting = z.object({ impersonation_consent: z.enum(CONSENT_KINDS) });

const getSetting = defineRoute({
  method: 'get',
  path: '/tenants/:id/impersonation-consent',
  tag: 'Impersonation',
  summary: 'What a client wants before somebody enters',
  auth: { kind: 'user', permission: 'impersonation.read' },
  tenantScoped: true,
  params,
  output: consentSetting,
  refusals: ['not_found'],
  handle: async (ctx) => ({
    impersonation_consent: await inTenant(ctx, ctx.params.id, (tx) => getConsentKind(tx, ctx.params.id)),
  }),
});

const putSetting = defineRoute({
  method: 'put',
  path: '/tenants/:id/impersonation-consent',
  tag: 'Impersonation',
  summary: 'Set what a client wants before somebody enters',
  description: 'Asks for TOTP: an API token that leaked must not be enough to take the client’s say away.',
  auth: { kind: 'user', permission: 'tenants.write', totp: true },
  tenantScoped: true,
  params,
  body: consentSetting,
  output: consentSetting,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenant(ctx, ctx.params.id, async (tx) => {
      const was = await getConsentKind(tx, ctx.params.id);
      await setConsentKind(tx, ctx.params.id, ctx.body.impersonation_consent);
      await recordAct(tx, ctx.principal, ctx.params.id, 'impersonation_consent_changed', { ...ctx.body, was });
      return ctx.body;
    }),
});

/** Routes of impersonation. */
export const impersonationRoutes = [start, claim, end, list, endEvery, endOther, consent, getSetting, putSetting];
