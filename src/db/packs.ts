/** Packs, handovers and builds: what is there, whole. What goes into a pack is read by src/db/packContent.ts. */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx, TenantTx } from './scope.ts';

/** A pack as lists show it. */
export const packRow = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  tenant_slug: z.string(),
  tenant_name: z.string(),
  month: z.string(),
  built_at: z.string(),
  is_preview: z.boolean(),
  is_demo: z.boolean(),
  has_files: z.boolean(),
  entries: z.int().nullable(),
  manifest_sha256: z.string().nullable(),
  hash_chain_root: z.string().nullable(),
  key_id: z.string().nullable(),
  jsonl_bytes: z.number().nullable(),
  pdf_bytes: z.number().nullable(),
});
export type PackRow = z.infer<typeof packRow>;

const PACK = sql.fragment`p.id, p.tenant_id, t.slug as tenant_slug, t.name as tenant_name, p.month, p.built_at, p.is_preview, p.is_demo,
  p.manifest is not null as has_files, p.entries, p.manifest_sha256, p.hash_chain_root, p.key_id, p.jsonl_bytes, p.pdf_bytes`;

/** Packs in scope, newest month first. */
export async function listPacks(
  tx: AnyTx,
  filter: { readonly tenantId: string | null; readonly month: string | null; readonly limit: number },
): Promise<readonly PackRow[]> {
  return tx.any(sql.type(packRow)`
    select ${PACK} from audit_packs p join tenants t on t.id = p.tenant_id
    where (${filter.tenantId}::uuid is null or p.tenant_id = ${filter.tenantId}::uuid) and (${filter.month}::text is null or p.month = ${filter.month})
    order by p.month desc, t.name, p.tenant_id limit ${filter.limit}`);
}

const filesRow = packRow.extend({
  msp_id: z.uuid(),
  manifest: z.string().nullable(),
  sig: z.string().nullable(),
  jsonl_sha256: z.string().nullable(),
  pdf_sha256: z.string().nullable(),
});
export type PackFilesRow = z.infer<typeof filesRow>;
const FILES = sql.fragment`${PACK}, t.msp_owner as msp_id, p.manifest, p.sig, p.jsonl_sha256, p.pdf_sha256`;

/** One pack with what its files are; null when it is not in scope. */
export async function findPack(tx: AnyTx, id: string): Promise<PackFilesRow | null> {
  return tx.maybeOne(sql.type(filesRow)`
    select ${FILES} from audit_packs p join tenants t on t.id = p.tenant_id where p.id = ${id}::uuid`);
}

/** The pack of a month; null when there is none. */
export async function findPackOfMonth(tx: AnyTx, tenantId: string, month: string): Promise<PackFilesRow | null> {
  return tx.maybeOne(sql.type(filesRow)`
    select ${FILES} from audit_packs p join tenants t on t.id = p.tenant_id where p.tenant_id = ${tenantId}::uuid and p.month = ${month}`);
}

const previousRow = z.object({ month: z.string(), manifest_sha256: z.string(), hash_chain_root: z.string() });

/** The newest closed pack before a month, for the chain of months. */
export async function findPreviousPack(
  tx: AnyTx,
  tenantId: string,
  month: string,
): Promise<z.infer<typeof previousRow> | null> {
  return tx.maybeOne(sql.type(previousRow)`
    select month, manifest_sha256, hash_chain_root from audit_packs
    where tenant_id = ${tenantId}::uuid and month < ${month} and manifest is not null and not is_preview order by month desc limit 1`);
}

/** The files of a finished build. */
export type BuiltFiles = {
  readonly manifest: string;
  readonly manifest_sha256: string;
  readonly sig: string;
  readonly key_id: string;
  readonly hash_chain_root: string;
  readonly jsonl_sha256: string;
  readonly jsonl_bytes: number;
  readonly pdf_sha256: string;
  readonly pdf_bytes: number;
  readonly entries: number;
};

/**
 * Puts a finished pack there, whole: in place of a demo's placeholder or a preview. A closed pack stays as it is;
 * false then.
 */
export async function publishPack(
  tx: TenantTx,
  pack: BuiltFiles & {
    readonly id: string;
    readonly tenant_id: string;
    readonly month: string;
    readonly is_preview: boolean;
  },
): Promise<boolean> {
  // A handover of a preview goes with it; one of a closed pack is never touched.
  await tx.query(sql.unsafe`
    delete from handover_reports h using audit_packs p
    where p.id = h.pack_id and p.tenant_id = ${pack.tenant_id}::uuid and p.month = ${pack.month} and p.is_preview`);
  await tx.query(sql.unsafe`
    delete from audit_packs where tenant_id = ${pack.tenant_id}::uuid and month = ${pack.month} and (is_demo or is_preview)`);
  const result = await tx.query(sql.unsafe`
    insert into audit_packs (id, tenant_id, month, built_at, manifest, manifest_sha256, sig, key_id, hash_chain_root, jsonl_sha256, jsonl_bytes,
      pdf_sha256, pdf_bytes, entries, is_preview)
    values (${pack.id}::uuid, ${pack.tenant_id}::uuid, ${pack.month}, now(), ${pack.manifest}, ${pack.manifest_sha256}, ${pack.sig}, ${pack.key_id},
      ${pack.hash_chain_root}, ${pack.jsonl_sha256}, ${pack.jsonl_bytes}, ${pack.pdf_sha256}, ${pack.pdf_bytes}, ${pack.entries}, ${pack.is_preview})
    on conflict do nothing`);
  return result.rowCount === 1;
}

const handoverRow = z.object({
  manifest: z.string(),
  sig: z.string(),
  jsonl_sha256: z.string(),
  jsonl_bytes: z.number(),
  pdf_sha256: z.string(),
  pdf_bytes: z.number(),
  kept: z.int(),
  left_out: z.int(),
});
export type HandoverRow = z.infer<typeof handoverRow>;

/** A filtered pack that was built before; null when it was not. */
export async function findHandover(tx: AnyTx, packId: string, actorSuffix: string): Promise<HandoverRow | null> {
  return tx.maybeOne(sql.type(handoverRow)`
    select manifest, sig, jsonl_sha256, jsonl_bytes, pdf_sha256, pdf_bytes, kept, left_out from handover_reports
    where pack_id = ${packId}::uuid and actor_suffix = ${actorSuffix}`);
}

/** Puts a filtered pack there; a second build of the same changes nothing, nor does one of a preview that was closed meanwhile. */
export async function publishHandover(
  tx: TenantTx,
  report: BuiltFiles & {
    readonly pack_id: string;
    readonly tenant_id: string;
    readonly actor_suffix: string;
    readonly is_preview: boolean;
    readonly kept: number;
    readonly left_out: number;
  },
): Promise<void> {
  await tx.query(sql.unsafe`
    insert into handover_reports (tenant_id, pack_id, actor_suffix, manifest, sig, key_id, jsonl_sha256, jsonl_bytes, pdf_sha256, pdf_bytes, kept, left_out)
    select ${report.tenant_id}::uuid, ${report.pack_id}::uuid, ${report.actor_suffix}, ${report.manifest}, ${report.sig}, ${report.key_id},
      ${report.jsonl_sha256}, ${report.jsonl_bytes}::bigint, ${report.pdf_sha256}, ${report.pdf_bytes}::bigint, ${report.kept}::int, ${report.left_out}::int
    from audit_packs p where p.id = ${report.pack_id}::uuid and p.is_preview = ${report.is_preview}
    on conflict do nothing`);
}

/** How a build is getting on. */
export const packBuildRow = z.object({
  month: z.string(),
  tenant_id: z.uuid(),
  stage: z.string(),
  lines: z.int(),
  error: z.string().nullable(),
  started_at: z.string(),
  finished_at: z.string().nullable(),
});

/** Notes progress of a build. */
export async function notePackBuild(
  tx: TenantTx,
  build: {
    readonly tenant_id: string;
    readonly month: string;
    readonly stage: string;
    readonly lines: number;
    readonly error: string | null;
  },
): Promise<void> {
  const isDone = build.stage === 'done' || build.stage === 'failed';
  await tx.query(sql.unsafe`
    insert into pack_builds (tenant_id, month, stage, lines, error, finished_at)
    values (${build.tenant_id}::uuid, ${build.month}, ${build.stage}, ${build.lines}, ${build.error}, case when ${isDone} then now() end)
    on conflict (tenant_id, month) do update set stage = excluded.stage, lines = excluded.lines, error = excluded.error, finished_at = excluded.finished_at,
      started_at = case when pack_builds.finished_at is not null and not ${isDone} then now() else pack_builds.started_at end`);
}

/** The last build of each month in scope. */
export async function listPackBuilds(
  tx: AnyTx,
  filter: { readonly tenantId: string | null; readonly month: string | null },
): Promise<readonly z.infer<typeof packBuildRow>[]> {
  return tx.any(sql.type(packBuildRow)`
    select month, tenant_id, stage, lines, error, started_at, finished_at from pack_builds
    where (${filter.tenantId}::uuid is null or tenant_id = ${filter.tenantId}::uuid) and (${filter.month}::text is null or month = ${filter.month})
    order by month desc, started_at desc limit 500`);
}

const dueRow = z.object({ tenant_id: z.uuid(), msp_id: z.uuid() });

/** Tenants that existed in a month and have no closed pack of it. */
export async function listTenantsWithoutPack(
  tx: AnyTx,
  month: string,
  until: string,
): Promise<readonly z.infer<typeof dueRow>[]> {
  return tx.any(sql.type(dueRow)`
    select t.id as tenant_id, t.msp_owner as msp_id from tenants t
    where t.created_at < ${until}::timestamptz
      and not exists (select from audit_packs p where p.tenant_id = t.id and p.month = ${month} and p.manifest is not null and not p.is_preview)
    order by t.id`);
}

const noticeRow = z.object({
  month: z.string(),
  tenant_name: z.string(),
  msp_name: z.string(),
  entries: z.int(),
  client_ids: z.array(z.uuid()),
  contacts: z.array(z.string()),
});

/** Whom a pack is handed to, and what they are told; null when there is no such pack. */
export async function findPackNotice(
  tx: AnyTx,
  ref: { readonly tenant_id: string; readonly pack_id: string },
): Promise<z.infer<typeof noticeRow> | null> {
  return tx.maybeOne(sql.type(noticeRow)`
    select p.month, t.name as tenant_name, m.name as msp_name, coalesce(p.entries, 0) as entries,
      array(select u.id from users u where u.tenant_id = p.tenant_id and u.role = 'client_viewer' and u.is_active order by u.id) as client_ids,
      array(select c.email from handover_contacts c where c.tenant_id = p.tenant_id order by c.email) as contacts
    from audit_packs p join tenants t on t.id = p.tenant_id join msps m on m.id = t.msp_owner
    where p.tenant_id = ${ref.tenant_id}::uuid and p.id = ${ref.pack_id}::uuid`);
}

/** People outside the hub to whom packs are handed. */
export const contactRow = z.object({ email: z.string(), name: z.string() });

/** Contacts of a tenant. */
export async function listContacts(tx: AnyTx, tenantId: string): Promise<readonly z.infer<typeof contactRow>[]> {
  return tx.any(sql.type(contactRow)`
    select email, name from handover_contacts where tenant_id = ${tenantId}::uuid order by email`);
}

/** Replaces the contacts of a tenant. */
export async function replaceContacts(
  tx: TenantTx,
  tenantId: string,
  contacts: readonly z.infer<typeof contactRow>[],
): Promise<void> {
  await tx.query(sql.unsafe`delete from handover_contacts where tenant_id = ${tenantId}::uuid`);
  for (const contact of contacts) {
    await tx.query(sql.unsafe`
      insert into handover_contacts (tenant_id, email, name) values (${tenantId}::uuid, ${contact.email}, ${contact.name})`);
  }
}
