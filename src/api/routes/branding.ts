/** White label: a client's logo, colour, product name and domain, and what its portal shows to whoever comes. */

import { createHash, randomBytes } from 'node:crypto';
import { domainToASCII, domainToUnicode } from 'node:url';
import { z } from 'zod';
import {
  type BrandingChange,
  type ClaimRow,
  changeBranding,
  claimDomain,
  dropClaim,
  dropDomain,
  findBranding,
  findClaim,
  findDomain,
  findHolder,
  findLogo,
  getMspName,
  type HolderRow,
  type LogoRow,
  serveClaim,
} from '../../db/branding.ts';
import { type AnyTx, type TenantTx, withIdentity } from '../../db/scope.ts';
import { brandColors, contrastRatio, MAX_PRODUCT_NAME, parseColor } from '../../domain/brand.ts';
import { challengeName, isProven, judgeDomain } from '../../domain/customDomain.ts';
import { sha256Digest } from '../../domain/digest.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { ApiConfig } from '../../platform/config.ts';
import { resolveTxt } from '../../platform/dnsTxt.ts';
import { judgeLogo, MAX_LOGO_BYTES } from '../../platform/svgLogo.ts';
import { domainLostStart } from '../../workflows/messages.ts';
import { API_BASE } from '../basePath.ts';
import type { ApiDeps } from '../deps.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import type { UploadedFile } from '../multipart.ts';
import { findPortal } from '../portalHost.ts';
import { inTenant } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { startOnce } from '../temporal.ts';

/** Room for the other fields and the boundaries. */
const BODY_LIMIT_BYTES = MAX_LOGO_BYTES + 16 * 1024;
const CHALLENGE_BYTES = 20;
const LOOKUPS_PER_TENANT = 20;
const LOOKUP_WINDOW_SECONDS = 600;

const params = z.object({ id: z.uuid() });

const theme = z.object({
  surface: z.string(),
  solid: z.string(),
  on_solid: z.string(),
  accent: z.string(),
  is_adjusted: z.boolean(),
  tint: z.string(),
});
const colors = z.object({ light: theme, dark: theme });

const branding = z.object({
  tenant_id: z.uuid(),
  product_name: z.string().nullable(),
  primary_color: z.string().nullable(),
  contrast_on_white: z.number().nullable().describe('of primary_color as chosen; text needs 4.5'),
  colors: colors.nullable().describe('what to draw with, readable on light and on dark pages'),
  logo_url: z.string().nullable().describe('for signed-in people of the MSP and the client'),
  logo_type: z.string().nullable(),
  logo_sha256: z.string().nullable(),
  custom_domain: z.string().nullable().describe('as last set, proven or not; in ASCII, punycode where needed'),
  custom_domain_unicode: z.string().nullable().describe('the same as people read it'),
  served_domain: z.string().nullable().describe('the proven domain; another than custom_domain while that waits'),
  served_domain_unicode: z.string().nullable(),
  served_record_missing_since: z
    .string()
    .nullable()
    .describe('since when the TXT record of served_domain is gone, looked up once a week; it is served all the same'),
  domain: z
    .object({
      state: z.enum(['claimed', 'proven']),
      record: z.object({ type: z.literal('TXT'), name: z.string(), value: z.string() }),
      claimed_at: z.string(),
      lapses_at: z.string().nullable().describe('always null now: a claim waits for its proof without end'),
      proven_at: z.string().nullable(),
    })
    .nullable(),
  updated_at: z.string().nullable(),
});

function recordOf(claim: ClaimRow): { type: 'TXT'; name: string; value: string } {
  return { type: 'TXT', name: challengeName(claim.domain), value: claim.challenge };
}

async function view(tx: AnyTx, tenantId: string): Promise<z.input<typeof branding>> {
  const brand = await findBranding(tx, tenantId);
  const claim = await findClaim(tx, tenantId);
  const served = await findDomain(tx, tenantId);
  const domain = claim ?? served;
  const color = brand?.primary_color ?? null;
  const sha256 = brand?.logo_sha256 ?? null;
  return {
    tenant_id: tenantId,
    product_name: brand?.product_name ?? null,
    primary_color: color,
    contrast_on_white: color === null ? null : Math.floor(contrastRatio(color, '#ffffff') * 100) / 100,
    colors: color === null ? null : brandColors(color),
    logo_url: sha256 === null ? null : `${API_BASE}/tenants/${tenantId}/branding/logo`,
    logo_type: brand?.logo_type ?? null,
    logo_sha256: sha256,
    custom_domain: domain?.domain ?? null,
    custom_domain_unicode: domain === null ? null : domainToUnicode(domain.domain),
    served_domain: served?.domain ?? null,
    served_domain_unicode: served === null ? null : domainToUnicode(served.domain),
    served_record_missing_since: served?.record_missing_since ?? null,
    domain:
      domain === null
        ? null
        : {
            state: claim === null ? 'proven' : 'claimed',
            record: recordOf(domain),
            claimed_at: domain.claimed_at,
            lapses_at: null,
            proven_at: claim === null ? (served?.proven_at ?? null) : null,
          },
    updated_at: brand?.updated_at ?? null,
  };
}

const get = defineRoute({
  method: 'get',
  path: '/tenants/:id/branding',
  tag: 'Branding',
  summary: 'The brand of a tenant, and how its domain is proven',
  auth: { kind: 'user', permission: 'tenants.read' },
  tenantScoped: true,
  params,
  output: branding.extend({ powered_by: z.string().describe('the MSP, for the footer') }),
  refusals: ['not_found'],
  handle: async (ctx) => ({
    ...(await inTenant(ctx, ctx.params.id, (tx) => view(tx, ctx.params.id))),
    powered_by: await withIdentity(ctx.deps.pool, (tx) => getMspName(tx, ctx.principal.mspId)),
  }),
});

/** Hosts that are the hub's own. */
function ownHosts(config: ApiConfig): readonly string[] {
  return [config.HOST, ...(config.PUBLIC_URL === undefined ? [] : [new URL(config.PUBLIC_URL).hostname])];
}

/** The domain as the DNS knows it. Throws where it cannot be a client's. */
function readDomain(config: ApiConfig, text: string): string {
  // domainToASCII reads a host as browsers do, and stops at what ends one; a URL is not what is asked for.
  const ascii = /[\s/\\@?#%]/.test(text) ? '' : domainToASCII(text);
  const verdict = judgeDomain(ascii, ownHosts(config));
  if (verdict.kind === 'refused') throw new RefusedError('domain_invalid', verdict.why);
  // Punycode that stands for nothing is left as it is; browsers, and those who give certificates, refuse it.
  const read = domainToUnicode(verdict.domain);
  if (domainToASCII(read) !== verdict.domain || read.split('.').some((label) => label.startsWith('xn--')))
    throw new RefusedError('domain_invalid', 'custom_domain has a part in punycode that stands for no name.');
  return verdict.domain;
}

type LogoChange = NonNullable<BrandingChange['logo']>;

function readLogo(logo: UploadedFile): LogoChange {
  const verdict = judgeLogo(logo.bytes);
  if (verdict.kind === 'refused') throw new RefusedError('logo_refused', verdict.why);
  return { ...verdict, sha256: createHash('sha256').update(verdict.bytes).digest('hex') };
}

/**
 * Claims the domain for a tenant, or gives up what it has. What is proven is served until the claim is; the same
 * domain keeps its challenge and its proof.
 */
async function setDomain(tx: TenantTx, tenantId: string, domain: string | null): Promise<void> {
  if (domain === null) {
    // The domain before the claim, as a proof locks them.
    await dropDomain(tx, tenantId);
    return dropClaim(tx, tenantId);
  }
  // Back to what is served: nothing is left to prove.
  if ((await findDomain(tx, tenantId))?.domain === domain) return dropClaim(tx, tenantId);
  if ((await findClaim(tx, tenantId))?.domain === domain) return;
  const challenge = randomBytes(CHALLENGE_BYTES).toString('hex');
  await claimDomain(tx, { tenant_id: tenantId, domain, challenge });
}

const file = z
  .custom<UploadedFile>((value) => typeof value === 'object' && value !== null && 'bytes' in value, {
    error: 'send the logo as a file: -F logo=@acme-logo.svg',
  })
  .meta({ override: { type: 'string', format: 'binary' } });

/** An empty text takes a field away. */
const emptied = z.literal('').transform(() => null);

const put = defineRoute({
  method: 'put',
  path: '/tenants/:id/branding',
  tag: 'Branding',
  summary: 'Set a client’s logo, colour, product name and domain',
  description:
    'Fields left out stay as they are; an empty one is taken away. SVG logos are written anew with what draws and nothing else. ' +
    'A domain is served once it is proven: publish the TXT record in the answer, then POST /tenants/:id/branding/verify-domain. ' +
    'Another domain needs a new proof; until then the one that is proven is served.',
  auth: { kind: 'user', permission: 'branding.write' },
  tenantScoped: true,
  params,
  multipart: true,
  bodyLimitBytes: BODY_LIMIT_BYTES,
  body: z.strictObject({
    logo: z
      .union([emptied, file])
      .optional()
      .meta({ override: { type: 'string', format: 'binary' }, description: 'SVG, PNG or WebP, 256 KiB at most' }),
    primary_color: z
      .union([
        emptied,
        z.string().transform((text, issue) => {
          const color = parseColor(text);
          if (color === null) issue.addIssue('must be #rrggbb');
          return color;
        }),
      ])
      .optional()
      .meta({ override: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' } }),
    product_name: z
      .union([
        emptied,
        z
          .string()
          .trim()
          .min(1)
          .max(MAX_PRODUCT_NAME)
          .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must be one line without invisible characters'),
      ])
      .optional()
      .meta({ override: { type: 'string', maxLength: MAX_PRODUCT_NAME } }),
    custom_domain: z
      .union([emptied, z.string().trim().max(1000)])
      .optional()
      .meta({ override: { type: 'string' }, description: 'like ops.acme.com' }),
  }),
  output: branding,
  refusals: ['not_found', 'body_too_large', 'unsupported_media_type', 'logo_refused', 'domain_invalid'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const { logo: sent, custom_domain: named, ...texts } = body;
    const domain = typeof named === 'string' ? readDomain(deps.config, named) : named;
    const logo = sent ? readLogo(sent) : sent;
    const change: BrandingChange = { ...withoutUndefined(texts), ...(logo === undefined ? {} : { logo }) };
    return inTenant(ctx, ctx.params.id, async (tx) => {
      // First, because it locks the tenant's row: two changes at once take turns.
      await changeBranding(tx, ctx.params.id, change);
      if (domain !== undefined) await setDomain(tx, ctx.params.id, domain);
      const now = await view(tx, ctx.params.id);
      await recordAct(tx, principal, ctx.params.id, 'branding_changed', {
        changed: Object.keys(body),
        product_name: now.product_name,
        primary_color: now.primary_color,
        logo_sha256: now.logo_sha256,
        custom_domain: now.custom_domain,
      });
      return now;
    });
  },
});

/** Only what was sent: with exact optional properties, "absent" and "undefined" differ. */
function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

/** Has the people told whose domain it was. Their audit log has it already: a Temporal that does not answer is logged. */
async function tellHolder(deps: ApiDeps, { tenant_id, msp_id }: HolderRow, domain: string): Promise<void> {
  const { temporal, log } = deps;
  if (temporal === null) return;
  try {
    const start = domainLostStart({ tenant_id, msp_id, domain });
    await startOnce(temporal, () => temporal.workflow.start('domainLost', start));
  } catch (error) {
    log.warn({ err: error, tenant_id, domain }, 'nobody is told that a domain was lost; the audit log has it');
  }
}

const verify = defineRoute({
  method: 'post',
  path: '/tenants/:id/branding/verify-domain',
  tag: 'Branding',
  summary: 'Look the proof of the domain up; once proven, the domain is served',
  auth: { kind: 'user', permission: 'branding.write' },
  tenantScoped: true,
  params,
  output: branding,
  status: 200,
  refusals: ['not_found', 'domain_not_claimed', 'domain_not_proven', 'domain_taken', 'conflict', 'unavailable'],
  handle: async (ctx) => {
    const { deps, principal } = ctx;
    const tenantId = ctx.params.id;
    const { claim, isServed } = await inTenant(ctx, tenantId, async (tx) => ({
      claim: await findClaim(tx, tenantId),
      isServed: (await findDomain(tx, tenantId)) !== null,
    }));
    if (claim === null) {
      if (!isServed) throw new RefusedError('domain_not_claimed');
      return inTenant(ctx, tenantId, (tx) => view(tx, tenantId));
    }
    await enforceLimit(deps, `verify-domain:${tenantId}`, LOOKUPS_PER_TENANT, LOOKUP_WINDOW_SECONDS);
    // Before the look-up: a hold that begins later is not judged by an answer of before.
    const holder = await withIdentity(deps.pool, (tx) => findHolder(tx, claim.domain));
    // Outside of any transaction: the DNS may take seconds.
    const answer = await resolveTxt(challengeName(claim.domain), deps.config.DNS_SERVER ?? null);
    if (answer.kind === 'unreachable')
      throw new RefusedError('unavailable', `The DNS gave no answer (${answer.code}); try again in a minute.`);
    if (!isProven(claim.challenge, answer.records)) {
      const found = answer.records.length === 0 ? 'There is no TXT record' : 'The TXT record says something else';
      throw new RefusedError('domain_not_proven', `${found} at ${challengeName(claim.domain)}.`, {
        record: recordOf(claim),
      });
    }
    // Both stand at one name: the answer that shows the claim's record shows whether the holder's is still there. The
    // same words whoever has it, of this MSP or of another.
    if (holder !== null && isProven(holder.challenge, answer.records)) throw new RefusedError('domain_taken');
    const { now, takenFrom } = await inTenant(ctx, tenantId, async (tx) => {
      const result = await serveClaim(tx, { tenant_id: tenantId, ...claim }, holder);
      if (result.kind === 'changed') throw new RefusedError('conflict', 'The domain was changed meanwhile.');
      await recordAct(tx, principal, tenantId, 'custom_domain_proven', {
        custom_domain: claim.domain,
        replaced: result.replaced,
        is_taken_over: result.takenFrom !== null,
      });
      return { now: await view(tx, tenantId), takenFrom: result.takenFrom };
    });
    if (takenFrom !== null) await tellHolder(deps, takenFrom, claim.domain);
    return now;
  },
});

/** An image and nothing else, even for a browser that is sent to it directly. */
function logoResponse(logo: LogoRow, cacheControl: string): Response {
  return new Response(new Uint8Array(logo.logo), {
    headers: {
      'Content-Type': logo.logo_type,
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': cacheControl,
      ETag: `"${logo.logo_sha256}"`,
    },
  });
}

const logo = defineRoute({
  method: 'get',
  path: '/tenants/:id/branding/logo',
  tag: 'Branding',
  summary: 'The logo of a tenant, for signed-in people',
  auth: { kind: 'user', permission: 'tenants.read' },
  tenantScoped: true,
  params,
  produces: 'image/*',
  refusals: ['not_found'],
  handle: async (ctx) => {
    const found = await inTenant(ctx, ctx.params.id, (tx) => findLogo(tx, ctx.params.id));
    if (found === null) throw new RefusedError('not_found', 'The tenant has no logo.');
    return logoResponse(found, 'private, no-cache');
  },
});

const portal = defineRoute({
  method: 'get',
  path: '/branding',
  tag: 'Branding',
  summary: 'The brand of the host that is asked',
  description: 'By the Host header, for whoever opens a client’s domain. Any other host is not found.',
  auth: { kind: 'public' },
  tenantScoped: false,
  output: z.object({
    product_name: z.string().describe('the tenant’s name where none is set'),
    primary_color: z.string().nullable(),
    colors: colors.nullable(),
    logo_url: z.string().nullable(),
    powered_by: z.string().describe('the MSP, for the footer'),
  }),
  refusals: ['not_found'],
  handle: async ({ deps, http }) => {
    const brand = await findPortal(http, deps.pool);
    if (brand === null) throw new RefusedError('not_found', 'This host has no brand of its own.');
    http.header('Cache-Control', 'no-cache');
    return {
      product_name: brand.product_name ?? brand.tenant_name,
      primary_color: brand.primary_color,
      colors: brand.primary_color === null ? null : brandColors(brand.primary_color),
      logo_url: brand.logo_sha256 === null ? null : `${API_BASE}/branding/logo/${brand.logo_sha256}`,
      powered_by: brand.msp_name,
    };
  },
});

const portalLogo = defineRoute({
  method: 'get',
  path: '/branding/logo/:sha256',
  tag: 'Branding',
  summary: 'The logo of the host that is asked, by the hash of its bytes',
  auth: { kind: 'public' },
  tenantScoped: false,
  params: z.object({ sha256: sha256Digest }),
  produces: 'image/*',
  refusals: ['not_found'],
  handle: async ({ deps, http, params: path }) => {
    const brand = await findPortal(http, deps.pool);
    const found =
      brand?.logo_sha256 === path.sha256 ? await withIdentity(deps.pool, (tx) => findLogo(tx, brand.tenant_id)) : null;
    if (found?.logo_sha256 !== path.sha256) throw new RefusedError('not_found', 'This host has no such logo.');
    return logoResponse(found, 'public, max-age=31536000, immutable');
  },
});

/** Routes of branding. */
export const brandingRoutes = [get, put, verify, logo, portal, portalLogo];
