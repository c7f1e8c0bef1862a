/** Brands of tenants, and the domains that are theirs. */

import { z } from 'zod';
import { appendAudit } from './audit.ts';
import { sql } from './pool.ts';
import { type AnyTx, alsoAsIdentity, type IdentityTx, type SystemTx, type TenantTx } from './scope.ts';

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

const claimRow = z.object({ domain: z.string(), challenge: z.string(), claimed_at: z.string() });
export type ClaimRow = z.infer<typeof claimRow>;

const domainRow = claimRow.extend({ proven_at: z.string(), record_missing_since: z.string().nullable() });
export type DomainRow = z.infer<typeof domainRow>;

const CLAIM = sql.fragment`domain, challenge, claimed_at`;

/** The domain that a tenant claims and has not proven; null when it claims none. */
export async function findClaim(tx: AnyTx, tenantId: string): Promise<ClaimRow | null> {
  return tx.maybeOne(sql.type(claimRow)`select ${CLAIM} from domain_claims where tenant_id = ${tenantId}::uuid`);
}

/** The proven domain of a tenant, which is served; null when there is none. */
export async function findDomain(tx: AnyTx, tenantId: string): Promise<DomainRow | null> {
  return tx.maybeOne(
    sql.type(
      domainRow,
    )`select ${CLAIM}, proven_at, record_missing_since from custom_domains where tenant_id = ${tenantId}::uuid`,
  );
}

/** Claims a domain for a tenant, in place of what it claimed before; what is served stays served. */
export async function claimDomain(
  tx: TenantTx,
  claim: { readonly tenant_id: string; readonly domain: string; readonly challenge: string },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into domain_claims (tenant_id, domain, challenge) values (${claim.tenant_id}::uuid, ${claim.domain}, ${claim.challenge})
    on conflict (tenant_id) do update set domain = excluded.domain, challenge = excluded.challenge, claimed_at = now()`);
}

/** Takes the tenant's claim back. */
export async function dropClaim(tx: TenantTx, tenantId: string): Promise<void> {
  await tx.query(sql.unsafe`delete from domain_claims where tenant_id = ${tenantId}::uuid`);
}

/** Gives the tenant's proven domain up. */
export async function dropDomain(tx: TenantTx, tenantId: string): Promise<void> {
  await tx.query(sql.unsafe`delete from custom_domains where tenant_id = ${tenantId}::uuid`);
}

const holderRow = z.object({ tenant_id: z.uuid(), msp_id: z.uuid(), challenge: z.string() });
/** Who holds a proven domain, and what its TXT record said. */
export type HolderRow = z.infer<typeof holderRow>;

/** The tenant that a domain is served for; null when it is nobody's. */
export async function findHolder(tx: IdentityTx, domain: string): Promise<HolderRow | null> {
  return tx.maybeOne(sql.type(holderRow)`
    select d.tenant_id, t.msp_owner as msp_id, d.challenge
    from custom_domains d join tenants t on t.id = d.tenant_id where d.domain = ${domain}`);
}

/** What came of serving a claim: served, or that it, or who has the domain, is no longer what was looked at. */
export type ServeResult =
  | { readonly kind: 'served'; readonly replaced: string | null; readonly takenFrom: HolderRow | null }
  | { readonly kind: 'changed' };

/**
 * Serves a claim that the DNS has proven, in place of what the tenant had. `from` is another tenant's hold on the
 * domain that the DNS no longer shows: it ends, and its audit log says so, in the same transaction. After `changed` the
 * transaction must be given up.
 */
export async function serveClaim(
  tx: TenantTx,
  claim: { readonly tenant_id: string; readonly domain: string; readonly challenge: string },
  from: HolderRow | null,
): Promise<ServeResult> {
  // Proofs take turns: two tenants that swap domains would wait for each other's rows. Portals are read all the while.
  await tx.query(sql.unsafe`lock table custom_domains in share row exclusive mode`);
  const isStillClaimed = await tx.exists(sql.unsafe`
    select from domain_claims where tenant_id = ${claim.tenant_id}::uuid and domain = ${claim.domain}
      and challenge = ${claim.challenge} for update`);
  if (!isStillClaimed) return { kind: 'changed' };
  const takenFrom = from !== null && (await endHold(tx, claim.domain, from)) ? from : null;
  const replaced = await tx.maybeOneFirst(sql.type(z.object({ domain: z.string() }))`
    delete from custom_domains where tenant_id = ${claim.tenant_id}::uuid returning domain`);
  await dropClaim(tx, claim.tenant_id);
  const { rowCount } = await tx.query(sql.unsafe`
    insert into custom_domains (domain, tenant_id, challenge) values (${claim.domain}, ${claim.tenant_id}::uuid, ${claim.challenge})
    on conflict (domain) do nothing`);
  return rowCount === 1 ? { kind: 'served', replaced, takenFrom } : { kind: 'changed' };
}

/** Ends another tenant's hold on a domain, if it is still the one that was looked at; whose it becomes is not told. */
function endHold(tx: TenantTx, domain: string, holder: HolderRow): Promise<boolean> {
  return alsoAsIdentity(tx, async (identity) => {
    const { rowCount } = await identity.query(sql.unsafe`
      delete from custom_domains where domain = ${domain} and tenant_id = ${holder.tenant_id}::uuid and challenge = ${holder.challenge}`);
    if (rowCount !== 1) return false;
    await appendAudit(identity, {
      msp_id: holder.msp_id,
      tenant_id: holder.tenant_id,
      event_type: 'custom_domain_lost',
      actor: { kind: 'system' },
      event_data: { custom_domain: domain, why: 'its TXT record was gone, and another tenant proved the domain' },
    });
    return true;
  });
}

const servedRow = holderRow.extend({ domain: z.string() });
/** A domain that is served, and what its TXT record must say. */
export type ServedDomainRow = z.infer<typeof servedRow>;

/** Proven domains of all tenants by name, those after `after`. */
export async function listServedDomains(
  tx: SystemTx,
  after: string | null,
  limit: number,
): Promise<readonly ServedDomainRow[]> {
  return tx.any(sql.type(servedRow)`
    select d.domain, d.tenant_id, t.msp_owner as msp_id, d.challenge from custom_domains d join tenants t on t.id = d.tenant_id
    where ${after}::text is null or d.domain > ${after} order by d.domain limit ${limit}`);
}

/** Keeps whether the record of a domain is there, from when on it is missing; false when that is no news. */
export async function markRecord(
  tx: TenantTx,
  { domain, challenge }: Pick<ServedDomainRow, 'domain' | 'challenge'>,
  isThere: boolean,
): Promise<boolean> {
  const { rowCount } = await tx.query(sql.unsafe`
    update custom_domains set record_missing_since = case when ${isThere} then null else now() end
    where domain = ${domain} and challenge = ${challenge} and (record_missing_since is null) <> ${isThere}`);
  return rowCount === 1;
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
    where d.domain = ${domain}`);
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
