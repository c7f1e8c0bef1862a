/** Playbooks and their versions. A version never changes; an approval is the only thing that can be added to it. */

import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { BUILT_IN_PLAYBOOKS } from '../domain/builtInPlaybooks.ts';
import { playbookSha256, playbookText } from '../domain/playbook.ts';
import { sql } from './pool.ts';
import { type AnyTx, withSystem } from './scope.ts';

const approvedRow = z.object({
  playbook_id: z.uuid(),
  slug: z.string(),
  version: z.int().nullable(),
  sha256: z.string().nullable(),
  irreversible: z.boolean().nullable(),
  content: z.string().nullable(),
});

/** The version of a playbook that may run; `content` is the canonical text. */
export type ApprovedPlaybook = {
  readonly playbook_id: string;
  readonly slug: string;
  readonly version: number;
  readonly sha256: string;
  readonly irreversible: boolean;
  readonly content: string;
};

/** The newest approved version of a playbook in scope, by id or slug; an MSP's own slug goes before a built-in. */
export async function findApprovedPlaybook(
  tx: AnyTx,
  idOrSlug: string,
): Promise<ApprovedPlaybook | 'unknown' | 'not_approved'> {
  const row = await tx.maybeOne(sql.type(approvedRow)`
    select p.id as playbook_id, p.slug, v.version, v.sha256, v.irreversible, v.content
    from playbooks p
      left join lateral (
        select version, sha256, irreversible, content from playbook_versions v
        where v.playbook_id = p.id and (v.approved_at is not null or p.msp_id is null) order by version desc limit 1) v on true
    where p.archived_at is null and (p.id::text = ${idOrSlug} or p.slug = ${idOrSlug})
    order by p.msp_id nulls last limit 1`);
  if (row === null) return 'unknown';
  return row.version === null ? 'not_approved' : (row as ApprovedPlaybook);
}

const textRow = z.object({ sha256: z.string(), content: z.string() });

/** Contents by SHA-256, of versions in scope. */
export async function getPlaybookTexts(tx: AnyTx, shas: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const rows = await tx.any(sql.type(textRow)`
    select distinct sha256, content from playbook_versions where sha256 = any(${sql.array([...shas], 'text')})`);
  return new Map(rows.map((row) => [row.sha256, row.content]));
}

const shaRow = z.object({ sha256: z.string() });

/** Puts the built-in playbooks into the database. Throws when the content of a known version has changed. */
export async function loadBuiltInPlaybooks(pool: DatabasePool): Promise<void> {
  await withSystem(pool, async (tx) => {
    for (const { id, version, content } of BUILT_IN_PLAYBOOKS) {
      await tx.query(sql.unsafe`
        insert into playbooks (id, msp_id, slug) values (${id}::uuid, null, ${content.slug}) on conflict do nothing`);
      await tx.query(sql.unsafe`
        insert into playbook_versions (playbook_id, version, content, sha256, irreversible, approved_at)
        values (${id}::uuid, ${version}, ${playbookText(content)}, ${playbookSha256(content)}, ${content.irreversible}, now())
        on conflict do nothing`);
      const stored = await tx.one(sql.type(shaRow)`
        select sha256 from playbook_versions where playbook_id = ${id}::uuid and version = ${version}`);
      if (stored.sha256 !== playbookSha256(content))
        throw new Error(`The built-in playbook ${content.slug} has changed without a new version.`);
    }
  });
}
