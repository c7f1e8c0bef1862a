/** Brands of tenants, and the domains that are theirs. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, IdentityTx, TenantTx } from './scope.ts';

const LOGO_TYPES = ['image/svg+xml', 'image/png', 'image/webp'] as const;

const brandingRow = z.object({
  product_name: z.string().nullable(),
  primary_color: z.string().nullable(),
  logo_type: z.enum(LOGO_TYPES).nullable(),
  logo_sha256: z.string().nullable(),
  updated_at: z.string(),
});
export type BrandingRow = z.infer<typeof brandingRow>;

const BRANDING = sql.fragment`product_name, primary_color, logo_type, logo_sha256, updated_at`;

/** The brand of a tenant; null while nothing was ever set. */
export async function findBranding(tx: AnyTx, tenantId: string): Promise<BrandingRow | null> {
  return tx.maybeOne(
    sql.type(brandingRow)`select ${BRANDING} from tenant_branding where tenant_id = ${tenantId}::uuid`,
  );
}

/** The name of an MSP, as its clients read it in the footer. */
export async function getMspName(tx: IdentityTx, mspId: string): Promise<string> {
  return tx.oneFirst(sql.type(z.object({ name: z.string() }))`select name from msps where id = ${mspId}::uuid`);
}

const logoRow = z.object({ logo: z.instanceof(Buffer), logo_type: z.enum(LOGO_TYPES), logo_sha256: z.string() });
export type LogoRow = z.infer<typeof logoRow>;

/** The logo of a tenant; null when it has none. */
export async function findLogo(tx: AnyTx, tenantId: string): Promise<LogoRow | null> {
  return tx.maybeOne(sql.type(logoRow)`
    select logo, logo_type, logo_sha256 from tenant_branding where tenant_id = ${tenantId}::uuid and logo is not null`);
}

/** What a change sets; what is left out stays as it is, null takes it away. */
export type BrandingChange = {
  readonly product_name?: string | null;
  readonly primary_color?: string | null;
  readonly logo?: {
    readonly bytes: Uint8Array;
    readonly type: (typeof LOGO_TYPES)[number];
    readonly sha256: string;
  } | null;
};

/** Applies a change and gives the brand as it is now. */
export async function changeBranding(tx: TenantTx, tenantId: string, change: BrandingChange): Promise<BrandingRow> {
  await tx.query(sql.unsafe`insert into tenant_branding (tenant_id) values (${tenantId}::uuid) on conflict do nothing`);
  const { product_name: name, primary_color: color, logo } = change;
  const bytes = logo ? sql.binary(Buffer.from(logo.bytes)) : sql.fragment`null`;
  return tx.one(sql.type(brandingRow)`
    update tenant_branding set
      product_name = case when ${name !== undefined} then ${name ?? null} else product_name end,
      primary_color = case when ${color !== undefined} then ${color ?? null} else primary_color end,
      logo = case when ${logo !== undefined} then ${bytes} else logo end,
      logo_type = case when ${logo !== undefined} then ${logo?.type ?? null} else logo_type end,
      logo_sha256 = case when ${logo !== undefined} then ${logo?.sha256 ?? null} else logo_sha256 end,
      updated_at = now()
    where tenant_id = ${tenantId}::uuid returning ${BRANDING}`);
}

const domainRow = z.object({
  domain: z.string(),
  challenge: z.string(),
  claimed_at: z.string(),
  proven_at: z.string().nullable(),
});
export type DomainRow = z.infer<typeof domainRow>;

const DOMAIN = sql.fragment`domain, challenge, claimed_at, proven_at`;

/** The domain of a tenant, proven or not. */
export async function findDomain(tx: AnyTx, tenantId: string): Promise<DomainRow | null> {
  return tx.maybeOne(sql.type(domainRow)`select ${DOMAIN} from custom_domains where tenant_id = ${tenantId}::uuid`);
}

/** Removes a claim on `domain` that nobody proved in time, whosever it is; the policy lets nothing else be removed. */
export async function dropLapsedClaim(tx: IdentityTx, domain: string): Promise<void> {
  await tx.query(sql.unsafe`delete from custom_domains where domain = ${domain} and proven_at is null
    and claimed_at < now() - interval '3 days'`);
}

/** Gives the tenant's domain up. */
export async function dropDomain(tx: TenantTx, tenantId: string): Promise<void> {
  await tx.query(sql.unsafe`delete from custom_domains where tenant_id = ${tenantId}::uuid`);
}

/** Claims a domain for a tenant that has none; null when it is another's, in whichever MSP. */
export async function claimDomain(
  tx: TenantTx,
  claim: { readonly tenant_id: string; readonly domain: string; readonly challenge: string },
): Promise<DomainRow | null> {
  return tx.maybeOne(sql.type(domainRow)`
    insert into custom_domains (domain, tenant_id, challenge) values (${claim.domain}, ${claim.tenant_id}::uuid, ${claim.challenge})
    on conflict (domain) do nothing returning ${DOMAIN}`);
}

/** Marks a claim as proven if it is still the one that was looked up; null otherwise. */
export async function proveDomain(
  tx: TenantTx,
  claim: { readonly tenant_id: string; readonly domain: string; readonly challenge: string },
): Promise<DomainRow | null> {
  return tx.maybeOne(sql.type(domainRow)`
    update custom_domains set proven_at = coalesce(proven_at, now())
    where tenant_id = ${claim.tenant_id}::uuid and domain = ${claim.domain} and challenge = ${claim.challenge} returning ${DOMAIN}`);
}

const publicRow = z.object({
  tenant_id: z.uuid(),
  tenant_name: z.string(),
  msp_name: z.string(),
  product_name: z.string().nullable(),
  primary_color: z.string().nullable(),
  logo_sha256: z.string().nullable(),
});
export type PublicBrand = z.infer<typeof publicRow>;

/** The brand that a proven domain shows; null for any other host. */
export async function findBrandOfDomain(tx: IdentityTx, domain: string): Promise<PublicBrand | null> {
  return tx.maybeOne(sql.type(publicRow)`
    select t.id as tenant_id, t.name as tenant_name, m.name as msp_name, b.product_name, b.primary_color, b.logo_sha256
    from custom_domains d join tenants t on t.id = d.tenant_id join msps m on m.id = t.msp_owner
    left join tenant_branding b on b.tenant_id = t.id
    where d.domain = ${domain} and d.proven_at is not null`);
}

const pastRow = z.object({ product_name: z.string().nullable(), primary_color: z.string().nullable() });

/**
 * The brand as it was before `until`, from the audit log, which never changes: a pack that is built again later shows
 * the same one.
 */
export async function findBrandBefore(
  tx: AnyTx,
  tenantId: string,
  until: string,
): Promise<z.infer<typeof pastRow> | null> {
  return tx.maybeOne(sql.type(pastRow)`
    select event_data ->> 'product_name' as product_name, event_data ->> 'primary_color' as primary_color from audit_log
    where tenant_id = ${tenantId}::uuid and event_type = 'branding_changed' and occurred_at < ${until}::timestamptz
    order by seq desc limit 1`);
}
