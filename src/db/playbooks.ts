/** Playbooks and their versions. A version never changes; approval is the one thing that is added to it, once. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { BUILT_IN_PLAYBOOKS, type BuiltInPlaybook } from '../domain/builtInPlaybooks.ts';
import { type PlaybookContent, playbookSha256, playbookText } from '../domain/playbook.ts';
import { sql } from './pool.ts';
import { type AnyTx, type MspTx, type SystemTx, withSystem } from './scope.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const approvedRow = z.object({
  playbook_id: z.uuid(),
  slug: z.string(),
  version: z.int(),
  sha256: z.string(),
  irreversible: z.boolean(),
  content: z.string().describe('canonical text'),
});
/** What a token pins. */
export type ApprovedPlaybook = z.infer<typeof approvedRow>;

const existsRow = z.object({ found: z.boolean() });

/** A playbook by id or slug, as a condition on `playbooks p`. */
function named(idOrSlug: string) {
  return UUID.test(idOrSlug) ? sql.fragment`p.id = ${idOrSlug}::uuid` : sql.fragment`p.slug = ${idOrSlug}`;
}

/**
 * The newest approved version of a playbook that the scope sees. A slug of the MSP's own goes before a built-in
 * once a version of it is approved; until then it changes nothing, so that a draft cannot take `isolate-network`
 * away from whoever needs it now. Archived playbooks are unknown.
 */
export async function findApprovedPlaybook(
  tx: AnyTx,
  idOrSlug: string,
): Promise<ApprovedPlaybook | 'unknown' | 'not_approved'> {
  const approved = await tx.maybeOne(sql.type(approvedRow)`
    select p.id as playbook_id, p.slug, v.version, v.sha256, v.irreversible, v.content
    from playbooks p join playbook_versions v on v.playbook_id = p.id
    where ${named(idOrSlug)} and p.archived_at is null and v.approved_at is not null
    order by p.msp_id nulls last, v.version desc limit 1`);
  if (approved !== null) return approved;
  const any = await tx.one(
    sql.type(
      existsRow,
    )`select exists (select from playbooks p where ${named(idOrSlug)} and p.archived_at is null) as found`,
  );
  return any.found ? 'not_approved' : 'unknown';
}

const textRow = z.object({ sha256: z.string(), content: z.string() });

/**
 * Canonical texts by SHA-256; hashes that are not there are left out. Only approved versions are given, so that
 * the signing worker cannot be made to send what nobody approved. Archived ones are: a request that was made
 * before goes on with what its approvers saw.
 */
export async function getPlaybookTexts(tx: AnyTx, shas: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.any(sql.type(textRow)`
    select distinct sha256, content from playbook_versions
    where sha256 = any (${sql.array([...shas], 'text')}) and approved_at is not null`);
  return new Map(rows.map((row) => [row.sha256, row.content]));
}

/** Thrown when a built-in version is not what this database was given under the same number. */
export class BuiltInPlaybookChangedError extends Error {
  override name = 'BuiltInPlaybookChangedError';
}

/** Brings the built-in playbooks into the database; again and again the same. Throws {@link BuiltInPlaybookChangedError}. */
export async function loadBuiltInPlaybooks(
  pool: DatabasePool,
  playbooks: readonly BuiltInPlaybook[] = BUILT_IN_PLAYBOOKS,
): Promise<void> {
  await withSystem(pool, async (tx) => {
    for (const playbook of playbooks) await loadBuiltIn(tx, playbook);
  });
}

async function loadBuiltIn(tx: SystemTx, { id, version, content }: BuiltInPlaybook): Promise<void> {
  await tx.query(sql.unsafe`
    insert into playbooks (id, msp_id, slug) values (${id}::uuid, null, ${content.slug}) on conflict do nothing`);
  await tx.query(sql.unsafe`
    insert into playbook_versions (playbook_id, version, content, sha256, irreversible, approved_at)
    values (${id}::uuid, ${version}, ${playbookText(content)}, ${playbookSha256(content)}, ${content.irreversible}, now())
    on conflict do nothing`);
  const stored = await tx.one(sql.type(z.object({ sha256: z.string(), slug: z.string() }))`
    select v.sha256, p.slug from playbook_versions v join playbooks p on p.id = v.playbook_id
    where v.playbook_id = ${id}::uuid and v.version = ${version}`);
  if (stored.sha256 !== playbookSha256(content) || stored.slug !== content.slug) {
    throw new BuiltInPlaybookChangedError(
      `The built-in playbook ${content.slug} version ${version} is not the one that was loaded before; give the change a new version.`,
    );
  }
}

const summaryRow = z.object({
  id: z.uuid(),
  slug: z.string(),
  built_in: z.boolean(),
  created_at: z.string(),
  latest_version: z.int(),
  approved_version: z.int().nullable(),
  /** Of the approved version, or of the latest while none is. */
  content: z.string(),
});
/** One playbook with what a list needs. */
export type PlaybookSummaryRow = z.infer<typeof summaryRow>;

/** Playbooks that the scope sees and that are not archived, by slug; the MSP's own before a built-in of the same slug. */
export async function listPlaybooks(tx: AnyTx): Promise<readonly PlaybookSummaryRow[]> {
  return tx.any(sql.type(summaryRow)`
    select p.id, p.slug, p.msp_id is null as built_in, p.created_at, n.latest_version, n.approved_version, v.content
    from playbooks p
      join lateral (
        select max(version) as latest_version, max(version) filter (where approved_at is not null) as approved_version
        from playbook_versions where playbook_id = p.id
      ) n on true
      join playbook_versions v on v.playbook_id = p.id and v.version = coalesce(n.approved_version, n.latest_version)
    where p.archived_at is null
    order by p.slug, p.msp_id nulls last`);
}

const playbookRow = z.object({
  id: z.uuid(),
  slug: z.string(),
  built_in: z.boolean(),
  created_at: z.string(),
  archived_at: z.string().nullable(),
});
export type PlaybookRow = z.infer<typeof playbookRow>;

/**
 * A playbook by id, archived ones too, or by slug among those in use (the MSP's own first); null when there is none.
 * `lock` makes whoever writes to the same playbook wait; built-ins cannot be locked, nobody writes to them.
 */
export async function findPlaybook(
  tx: AnyTx,
  idOrSlug: string,
  options: { readonly lock?: true } = {},
): Promise<PlaybookRow | null> {
  const row = await tx.maybeOne(sql.type(playbookRow)`
    select p.id, p.slug, p.msp_id is null as built_in, p.created_at, p.archived_at from playbooks p
    where ${named(idOrSlug)} ${UUID.test(idOrSlug) ? sql.fragment`` : sql.fragment`and p.archived_at is null`}
    order by p.msp_id nulls last limit 1`);
  if (row === null || row.built_in || options.lock !== true) return row;
  return tx.maybeOne(sql.type(playbookRow)`
    select p.id, p.slug, false as built_in, p.created_at, p.archived_at from playbooks p where p.id = ${row.id}::uuid for update`);
}

const versionRow = z.object({
  version: z.int(),
  sha256: z.string(),
  irreversible: z.boolean(),
  content: z.string(),
  created_at: z.string(),
  created_by: z.uuid().nullable(),
  created_by_email: z.string().nullable(),
  approved_at: z.string().nullable(),
  approved_by: z.uuid().nullable(),
  approved_by_email: z.string().nullable(),
});
/** One version. */
export type PlaybookVersionRow = z.infer<typeof versionRow>;

/** Versions of a playbook, newest first. */
export async function listPlaybookVersions(tx: AnyTx, playbookId: string): Promise<readonly PlaybookVersionRow[]> {
  return tx.any(sql.type(versionRow)`
    select v.version, v.sha256, v.irreversible, v.content, v.created_at, v.created_by, a.email as created_by_email,
      v.approved_at, v.approved_by, b.email as approved_by_email
    from playbook_versions v left join users a on a.id = v.created_by left join users b on b.id = v.approved_by
    where v.playbook_id = ${playbookId}::uuid order by v.version desc`);
}

/** Adds a version to the MSP's own playbook of that slug, which is made when there is none in use. */
export async function insertPlaybookVersion(
  tx: MspTx,
  made: { readonly mspId: string; readonly content: PlaybookContent; readonly createdBy: string },
): Promise<{ readonly id: string; readonly version: number; readonly sha256: string }> {
  const { content } = made;
  await tx.query(sql.unsafe`
    insert into playbooks (msp_id, slug) values (${made.mspId}::uuid, ${content.slug})
    on conflict (msp_id, slug) where archived_at is null do nothing`);
  // The row lock orders versions: two people who save at once get two numbers.
  const { id } = await tx.one(sql.type(z.object({ id: z.uuid() }))`
    select id from playbooks where msp_id = ${made.mspId}::uuid and slug = ${content.slug} and archived_at is null for update`);
  const sha256 = playbookSha256(content);
  const { version } = await tx.one(sql.type(z.object({ version: z.int() }))`
    insert into playbook_versions (playbook_id, version, content, sha256, irreversible, created_by)
    select ${id}::uuid, coalesce(max(version), 0) + 1, ${playbookText(content)}, ${sha256}, ${content.irreversible}, ${made.createdBy}::uuid
    from playbook_versions where playbook_id = ${id}::uuid
    returning version`);
  return { id, version, sha256 };
}

/** Approves a version that nobody has approved yet; false when somebody has. */
export async function approvePlaybookVersion(
  tx: MspTx,
  at: { readonly playbookId: string; readonly version: number; readonly approvedBy: string },
): Promise<boolean> {
  const result = await tx.query(sql.unsafe`
    update playbook_versions set approved_by = ${at.approvedBy}::uuid, approved_at = now()
    where playbook_id = ${at.playbookId}::uuid and version = ${at.version} and approved_at is null`);
  return result.rowCount === 1;
}

/** Takes a playbook out of use; its slug is free again, and tokens that pinned it stay as they are. */
export async function archivePlaybook(tx: MspTx, playbookId: string): Promise<void> {
  await tx.query(
    sql.unsafe`update playbooks set archived_at = now() where id = ${playbookId}::uuid and archived_at is null`,
  );
}
