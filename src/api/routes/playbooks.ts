/** Playbooks: what hosts may be told to run, written by one admin and approved by another. */

import { z } from 'zod';
import {
  approvePlaybookVersion,
  archivePlaybook,
  findPlaybook,
  insertPlaybookVersion,
  listPlaybooks,
  listPlaybookVersions,
  type PlaybookRow,
} from '../../db/playbooks.ts';
import { type AnyTx, type MspTx, withMsp } from '../../db/scope.ts';
import { sha256Digest } from '../../domain/digest.ts';
import { MAX_PLAYBOOK_TEXT, playbookContent, playbookParameter } from '../../domain/playbook.ts';
import { RefusedError } from '../../domain/refusal.ts';
import type { UserPrincipal } from '../principal.ts';
import { readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.string().min(1).max(63).describe('UUID or slug') });
/** Room for escapes and white space around the longest text. */
const BODY_LIMIT_BYTES = 4 * MAX_PLAYBOOK_TEXT;

const summary = z.object({
  id: z.uuid(),
  slug: z.string(),
  name: z.string(),
  description: z.string(),
  built_in: z.boolean(),
  irreversible: z.boolean(),
  parameters: z.array(playbookParameter),
  latest_version: z.int(),
  approved_version: z.int().nullable().describe('the newest approved one; null while none may run'),
  created_at: z.iso.datetime(),
});

const version = z.object({
  version: z.int(),
  sha256: z.string().describe('of the canonical JSON of "content"; what tokens pin'),
  irreversible: z.boolean(),
  content: playbookContent,
  created_at: z.iso.datetime(),
  created_by: z.uuid().nullable().describe('null: built in'),
  created_by_email: z.string().nullable(),
  approved_at: z.iso.datetime().nullable(),
  approved_by: z.uuid().nullable(),
  approved_by_email: z.string().nullable(),
});

const playbook = z.object({
  id: z.uuid(),
  slug: z.string(),
  built_in: z.boolean(),
  created_at: z.iso.datetime(),
  archived_at: z.iso.datetime().nullable(),
  approved_version: z.int().nullable(),
  versions: z.array(version).describe('newest first'),
});

const created = z.object({ id: z.uuid(), slug: z.string(), version: z.int(), sha256: z.string() });

/** Playbooks belong to the whole MSP: whoever works in one client's context reads them only. */
function requireMsp(principal: UserPrincipal): void {
  if (principal.tenantId !== null) {
    throw new RefusedError('forbidden', 'Playbooks are the whole MSP’s; leave the client’s context first.', {
      permission: 'playbooks.write',
    });
  }
}

/** The MSP's own playbook, locked; built-ins are not the MSP's to change. */
async function lockOwn(tx: MspTx, idOrSlug: string): Promise<PlaybookRow> {
  const row = await findPlaybook(tx, idOrSlug, { lock: true });
  if (row === null) throw new RefusedError('not_found', 'There is no such playbook.');
  if (row.built_in) {
    throw new RefusedError('conflict', 'Built-in playbooks stay as they are; write your own under the same slug.');
  }
  if (row.archived_at !== null) throw new RefusedError('conflict', 'The playbook is archived.');
  return row;
}

async function show(tx: AnyTx, row: PlaybookRow): Promise<z.input<typeof playbook>> {
  const versions = await listPlaybookVersions(tx, row.id);
  return {
    ...row,
    approved_version: versions.find((each) => each.approved_at !== null)?.version ?? null,
    versions: versions.map((each) => ({ ...each, content: playbookContent.parse(JSON.parse(each.content)) })),
  };
}

const list = defineRoute({
  method: 'get',
  path: '/playbooks',
  tag: 'Playbooks',
  summary: 'Playbooks by slug',
  description:
    'Name, flag and parameters are those of the approved version, or of the latest while none is approved. Where a slug is there twice, the MSP’s own comes first and is the one that runs once it is approved.',
  auth: { kind: 'user', permission: 'playbooks.read' },
  tenantScoped: false,
  output: z.object({ items: z.array(summary) }),
  refusals: [],
  handle: async (ctx) => ({
    items: (await readScope(ctx, listPlaybooks)).map(({ content, ...row }) => {
      const { name, description, irreversible, parameters } = playbookContent.parse(JSON.parse(content));
      return { ...row, name, description, irreversible, parameters };
    }),
  }),
});

const get = defineRoute({
  method: 'get',
  path: '/playbooks/:id',
  tag: 'Playbooks',
  summary: 'One playbook with all its versions',
  auth: { kind: 'user', permission: 'playbooks.read' },
  tenantScoped: false,
  params,
  output: playbook,
  refusals: ['not_found'],
  handle: async (ctx) =>
    readScope(ctx, async (tx) => {
      const row = await findPlaybook(tx, ctx.params.id);
      if (row === null) throw new RefusedError('not_found', 'There is no such playbook.');
      return show(tx, row);
    }),
});

const create = defineRoute({
  method: 'post',
  path: '/playbooks',
  tag: 'Playbooks',
  summary: 'Write a playbook, or the next version when the slug is in use',
  description:
    'A version never changes and runs nowhere until another admin has approved it. The slug of a built-in may be taken: once approved, the MSP’s own goes before it.',
  auth: { kind: 'user', permission: 'playbooks.write' },
  tenantScoped: false,
  body: playbookContent,
  bodyLimitBytes: BODY_LIMIT_BYTES,
  output: created,
  status: 201,
  refusals: [],
  handle: async ({ deps, principal, body }) => {
    requireMsp(principal);
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      const made = await insertPlaybookVersion(tx, {
        mspId: principal.mspId,
        content: body,
        createdBy: principal.userId,
      });
      await recordAct(tx, principal, null, 'playbook_version_created', {
        playbook_id: made.id,
        slug: body.slug,
        version: made.version,
        sha256: made.sha256,
        irreversible: body.irreversible,
      });
      return { ...made, slug: body.slug };
    });
  },
});

const approve = defineRoute({
  method: 'post',
  path: '/playbooks/:id/approve',
  tag: 'Playbooks',
  summary: 'Approve a version that another admin wrote',
  description:
    'Name the "sha256" that was reviewed, so that a version saved in between is not approved unread. Without "version" the latest one is approved.',
  auth: { kind: 'user', permission: 'playbooks.write', totp: true },
  tenantScoped: false,
  params,
  body: z
    .strictObject({
      version: z.int().min(1).optional(),
      sha256: sha256Digest.optional().describe('refused when the version has another'),
    })
    .default({}),
  output: playbook,
  refusals: ['not_found', 'conflict', 'playbook_own_approval'],
  handle: async ({ deps, principal, params: path, body }) => {
    requireMsp(principal);
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await lockOwn(tx, path.id);
      const versions = await listPlaybookVersions(tx, row.id);
      const chosen = body.version === undefined ? versions[0] : versions.find((each) => each.version === body.version);
      if (chosen === undefined) throw new RefusedError('not_found', 'There is no such version.');
      if (chosen.approved_at !== null) throw new RefusedError('conflict', `Version ${chosen.version} is approved.`);
      if (body.sha256 !== undefined && body.sha256 !== chosen.sha256) {
        throw new RefusedError('conflict', `Version ${chosen.version} has another SHA-256; read it again.`);
      }
      if (chosen.created_by === principal.userId) throw new RefusedError('playbook_own_approval');
      await approvePlaybookVersion(tx, {
        playbookId: row.id,
        version: chosen.version,
        approvedBy: principal.userId,
      });
      await recordAct(tx, principal, null, 'playbook_approved', {
        playbook_id: row.id,
        slug: row.slug,
        version: chosen.version,
        sha256: chosen.sha256,
        irreversible: chosen.irreversible,
        written_by: chosen.created_by,
      });
      return show(tx, row);
    });
  },
});

const archive = defineRoute({
  method: 'post',
  path: '/playbooks/:id/archive',
  tag: 'Playbooks',
  summary: 'Take a playbook out of use',
  description:
    'Its slug is free again. Tokens and requests that pinned a version of it go on with what was approved; new ones are refused.',
  auth: { kind: 'user', permission: 'playbooks.write' },
  tenantScoped: false,
  params,
  status: 204,
  refusals: ['not_found', 'conflict'],
  handle: async ({ deps, principal, params: path }) => {
    requireMsp(principal);
    await withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await lockOwn(tx, path.id);
      await archivePlaybook(tx, row.id);
      await recordAct(tx, principal, null, 'playbook_archived', { playbook_id: row.id, slug: row.slug });
    });
    return undefined;
  },
});

/** Routes of playbooks. */
export const playbookRoutes = [list, get, create, approve, archive];
