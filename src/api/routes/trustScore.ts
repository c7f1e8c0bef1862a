/** The Trust Score of a tenant, with everything needed to recompute it. */

import { z } from 'zod';
import {
  findCurrentTrustScore,
  findDayOldTrustScore,
  findTrustScoreInputs,
  listTrustScoreSeries,
} from '../../db/trustScores.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { inTenant, requireTenantId } from '../reach.ts';
import { defineRoute } from '../route.ts';

const RANGES = { '30d': 30, '90d': 90, '365d': 365 } as const;
/** Enough for a chart of the widest screen. */
const SERIES_POINTS = 360;

const get = defineRoute({
  method: 'get',
  path: '/trust-score/v12/tenant',
  tag: 'Trust Score',
  summary: 'Score, components and their history',
  description: 'Formula version 1.2; docs/trust-score.md has the sub-formulas. People of the MSP name the tenant.',
  auth: { kind: 'user', permission: 'trust_score.read' },
  tenantScoped: true,
  query: z.object({ range: z.enum(['30d', '90d', '365d']).default('30d'), tenant_id: z.uuid().optional() }),
  output: z.object({
    tenant_id: z.uuid(),
    current: z.number().nullable(),
    delta_24h: z.number().describe('against the newest snapshot that is at least 24 h old; 0 while there is none'),
    computed_at: z.iso.datetime().nullable(),
    formula_version: z.string().nullable(),
    inputs_hash: z.string().nullable(),
    components: z.record(z.string(), z.object({ value: z.number(), weight: z.number().describe('percent') })),
    series: z.array(z.object({ computed_at: z.iso.datetime(), score: z.number() })),
  }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const tenantId = requireTenantId(ctx.principal, ctx.query.tenant_id);
    return inTenant(ctx, tenantId, async (tx) => {
      const current = await findCurrentTrustScore(tx, tenantId);
      const dayOld = await findDayOldTrustScore(tx, tenantId);
      return {
        tenant_id: tenantId,
        current: current?.score ?? null,
        delta_24h: current && dayOld ? Math.round((current.score - dayOld.score) * 100) / 100 : 0,
        computed_at: current?.computed_at ?? null,
        formula_version: current?.formula_version ?? null,
        inputs_hash: current?.inputs_hash ?? null,
        components: current?.components ?? {},
        series: [...(await listTrustScoreSeries(tx, tenantId, RANGES[ctx.query.range], SERIES_POINTS))],
      };
    });
  },
});

const inputs = defineRoute({
  method: 'get',
  path: '/trust-score/v12/tenant/inputs',
  tag: 'Trust Score',
  summary: 'The stored inputs of a score, to recompute it',
  description: '`inputs` is the canonical JSON text whose SHA-256 is `inputs_hash`.',
  auth: { kind: 'user', permission: 'trust_score.read' },
  tenantScoped: true,
  query: z.object({
    at: z.iso.datetime({ offset: true }).optional().describe('default: now'),
    tenant_id: z.uuid().optional(),
  }),
  output: z.object({ computed_at: z.iso.datetime(), score: z.number(), inputs: z.string(), inputs_hash: z.string() }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const tenantId = requireTenantId(ctx.principal, ctx.query.tenant_id);
    const at = ctx.query.at ?? new Date(ctx.deps.now()).toISOString();
    const row = await inTenant(ctx, tenantId, (tx) => findTrustScoreInputs(tx, tenantId, at));
    if (row === null) throw new RefusedError('not_found', 'There was no score at that time.');
    return row;
  },
});

/** Routes of the Trust Score. */
export const trustScoreRoutes = [get, inputs];
