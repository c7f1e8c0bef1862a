/** Monthly audit packs: listed, built on demand, downloaded whole or filtered to the MSP's own people. */

import { Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import {
  contactRow,
  findHandover,
  findPack,
  findPackOfMonth,
  listContacts,
  listPackBuilds,
  listPacks,
  notePackBuild,
  type PackFilesRow,
  packBuildRow,
  packRow,
  replaceContacts,
} from '../../db/packs.ts';
import { monthBounds, packFileStem } from '../../domain/pack.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { type PackInput, packStart, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { month } from '../billingMonth.ts';
import type { ApiDeps } from '../deps.ts';
import { enforceLimit } from '../middleware/rateLimit.ts';
import { inTenant, readScope } from '../reach.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';
import { requireTemporal, startOnce } from '../temporal.ts';

const params = z.object({ id: z.uuid() });
/** How long a download waits for a filtered pack to be built. */
const HANDOVER_WAIT_MS = 60_000;
/** Filters that were never built before, for each person. */
const HANDOVERS_PER_HOUR = 20;

const list = defineRoute({
  method: 'get',
  path: '/audit-packs',
  tag: 'Audit packs',
  summary: 'Packs, newest month first',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  query: z.object({
    tenant_id: z.uuid().optional(),
    month: month.optional(),
    limit: z.coerce.number().int().min(1).max(1000).default(200),
  }),
  output: z.object({ items: z.array(packRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const items = await readScope(
      ctx,
      (tx, tenantId) => listPacks(tx, { tenantId, month: query.month ?? null, limit: query.limit }),
      query.tenant_id,
    );
    return { items: [...items] };
  },
});

const build = z.object({ tenant_id: z.uuid(), month, workflow_id: z.string() });

const create = defineRoute({
  method: 'post',
  path: '/audit-packs',
  tag: 'Audit packs',
  summary: 'Build the pack of a month now',
  description:
    'Of a month that is over the pack is closed and never changes; of the present month it is a preview, which says so.',
  auth: { kind: 'user', permission: 'packs.build' },
  tenantScoped: true,
  body: z.strictObject({ tenant_id: z.uuid(), month }),
  output: build,
  status: 202,
  refusals: ['not_found', 'unavailable', 'pack_month_invalid', 'pack_closed'],
  handle: async (ctx) => {
    const { deps, principal, body } = ctx;
    const temporal = requireTemporal(deps);
    await inTenant(ctx, body.tenant_id, async (tx) => {
      if (Date.parse(monthBounds(body.month).from) > deps.now()) throw new RefusedError('pack_month_invalid');
      const present = await findPackOfMonth(tx, body.tenant_id, body.month);
      if (present?.has_files && !present.is_preview)
        throw new RefusedError('pack_closed', undefined, { pack_id: present.id });
      await recordAct(tx, principal, body.tenant_id, 'audit_pack_requested', { month: body.month });
    });
    const input: PackInput = { ...body, msp_id: principal.mspId, actor_suffix: null, announce: false };
    try {
      await startOnce(temporal, () => temporal.workflow.start('auditPackBuild', packStart(input)));
    } catch (error) {
      // The screen that asked shows it; a build that did start writes its own stages over this.
      await inTenant(ctx, body.tenant_id, (tx) =>
        notePackBuild(tx, {
          ...body,
          stage: 'failed',
          lines: 0,
          error: 'Nobody confirmed the start of its build; ask again.',
        }),
      );
      throw error;
    }
    return { ...body, workflow_id: WORKFLOW_IDS.auditPack(body.tenant_id, body.month) };
  },
});

const builds = defineRoute({
  method: 'get',
  path: '/audit-packs/builds',
  tag: 'Audit packs',
  summary: 'How builds are getting on, the last one of each month first',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  query: z.object({ tenant_id: z.uuid().optional(), month: month.optional() }),
  output: z.object({ items: z.array(packBuildRow) }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { query } = ctx;
    const items = await readScope(
      ctx,
      (tx, tenantId) => listPackBuilds(tx, { tenantId, month: query.month ?? null }),
      query.tenant_id,
    );
    return { items: [...items] };
  },
});

const FORMATS = ['pdf', 'jsonl', 'sig', 'manifest', 'zip'] as const;
type Format = (typeof FORMATS)[number];
const TYPES: Readonly<Record<Format, string>> = {
  pdf: 'application/pdf',
  jsonl: 'application/gzip',
  sig: 'text/plain; charset=utf-8',
  manifest: 'application/json',
  zip: 'application/zip',
};
const ENDINGS: Readonly<Record<Format, string>> = {
  pdf: '.pdf',
  jsonl: '.jsonl.gz',
  sig: '.sig',
  manifest: '.manifest.json',
  zip: '.zip',
};

/** The four files of a pack, whole or filtered. */
type Files = {
  readonly stem: string;
  readonly manifest: string;
  readonly sig: string;
  readonly jsonl_sha256: string;
  readonly jsonl_bytes: number;
  readonly pdf_sha256: string;
  readonly pdf_bytes: number;
};

const download = defineRoute({
  method: 'get',
  path: '/audit-packs/:id/download',
  tag: 'Audit packs',
  summary: 'Download a pack, or the handover filtered by actor',
  description:
    '`actor_filter` keeps what actors did whose email ends so, literally: `@yourMSP.com`. A filtered pack has its own ' +
    'signature: ask for `format=sig` with the same filter.',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  params,
  query: z.object({
    format: z.enum(FORMATS),
    actor_filter: z
      .string()
      .min(2)
      .max(254)
      .regex(/^[\x21-\x7e]+$/, 'the end of an email address')
      .optional(),
  }),
  produces: 'application/octet-stream',
  refusals: ['not_found', 'pack_not_built', 'unavailable'],
  handle: async (ctx) => {
    const { query, params: path } = ctx;
    const pack = await readScope(ctx, (tx) => findPack(tx, path.id));
    if (pack === null) throw new RefusedError('not_found');
    if (!pack.has_files) throw new RefusedError('pack_not_built');
    const suffix = query.actor_filter?.toLowerCase();
    const files = suffix === undefined ? wholeFiles(pack) : await handoverFiles(ctx, pack, suffix);
    if (ctx.principal.auditorLinkId !== null)
      await auditDownload(ctx, pack, { format: query.format, actor_suffix: suffix ?? null });
    const headers = {
      'Content-Type': TYPES[query.format],
      'Content-Disposition': `attachment; filename="${files.stem}${ENDINGS[query.format]}"`,
      'Cache-Control': 'private, no-store',
    };
    return new Response(await bodyOf(ctx.deps, files, query.format), { headers });
  },
});

/** What leaves through an auditor's link is written down, with the link. */
function auditDownload(
  ctx: Parameters<typeof readScope>[0],
  pack: PackFilesRow,
  what: { readonly format: Format; readonly actor_suffix: string | null },
): Promise<void> {
  const { principal } = ctx;
  return inTenant(ctx, pack.tenant_id, (tx) =>
    recordAct(tx, principal, pack.tenant_id, 'audit_pack_downloaded', {
      pack_id: pack.id,
      month: pack.month,
      auditor_link_id: principal.auditorLinkId,
      ...what,
    }),
  );
}

function wholeFiles(pack: PackFilesRow): Files {
  return {
    stem: `${pack.tenant_slug}-${pack.month}`,
    manifest: pack.manifest as string,
    sig: pack.sig as string,
    jsonl_sha256: pack.jsonl_sha256 as string,
    jsonl_bytes: pack.jsonl_bytes as number,
    pdf_sha256: pack.pdf_sha256 as string,
    pdf_bytes: pack.pdf_bytes as number,
  };
}

/** The filtered pack: built once, found again afterwards. */
async function handoverFiles(ctx: Parameters<typeof readScope>[0], pack: PackFilesRow, suffix: string): Promise<Files> {
  const stem = packFileStem(pack.tenant_slug, pack.month, true);
  const find = () => readScope(ctx, (tx) => findHandover(tx, pack.id, suffix));
  const known = await find();
  if (known !== null) return { stem, ...known };
  const temporal = requireTemporal(ctx.deps);
  await enforceLimit(ctx.deps, `handover:${ctx.principal.userId}`, HANDOVERS_PER_HOUR, 3600);
  const input: PackInput = {
    tenant_id: pack.tenant_id,
    msp_id: pack.msp_id,
    month: pack.month,
    actor_suffix: suffix,
    announce: false,
  };
  await startOnce(temporal, () => temporal.workflow.start('handoverReport', packStart(input)));
  await temporal.withDeadline(Date.now() + HANDOVER_WAIT_MS, () =>
    temporal.workflow.getHandle(WORKFLOW_IDS.handover(input.tenant_id, input.month, suffix)).result(),
  );
  const built = await find();
  if (built === null) throw new RefusedError('unavailable', 'The filtered pack was not built; try again in a minute.');
  return { stem, ...built };
}

async function bodyOf(deps: ApiDeps, files: Files, format: Format): Promise<ReadableStream | string> {
  if (format === 'sig') return files.sig;
  if (format === 'manifest') return files.manifest;
  if (format === 'zip') return zipOf(deps, files);
  const stream = await deps.packs.read(format === 'pdf' ? files.pdf_sha256 : files.jsonl_sha256);
  return Readable.toWeb(stream) as ReadableStream;
}

/** All four in one; stored, not compressed, and dated the same, so that the same pack gives the same archive. */
async function zipOf(deps: ApiDeps, files: Files): Promise<ReadableStream> {
  const zip = new ZipFile();
  const options = { mtime: new Date(Date.UTC(1980, 0, 1)), mode: 0o100644, compress: false };
  zip.addReadStream(await deps.packs.read(files.jsonl_sha256), `${files.stem}.jsonl.gz`, {
    ...options,
    size: files.jsonl_bytes,
  });
  zip.addReadStream(await deps.packs.read(files.pdf_sha256), `${files.stem}.pdf`, {
    ...options,
    size: files.pdf_bytes,
  });
  zip.addBuffer(Buffer.from(files.manifest, 'utf8'), `${files.stem}.manifest.json`, options);
  zip.addBuffer(Buffer.from(files.sig, 'utf8'), `${files.stem}.sig`, options);
  zip.end();
  return Readable.toWeb(Readable.from(zip.outputStream)) as ReadableStream;
}

const contacts = z.object({ items: z.array(contactRow) });

const getContacts = defineRoute({
  method: 'get',
  path: '/tenants/:id/handover-contacts',
  tag: 'Audit packs',
  summary: 'Whom packs are handed to',
  auth: { kind: 'user', permission: 'packs.read' },
  tenantScoped: true,
  params,
  output: contacts,
  refusals: ['not_found'],
  handle: async (ctx) => ({
    items: [...(await inTenant(ctx, ctx.params.id, (tx) => listContacts(tx, ctx.params.id)))],
  }),
});

const putContacts = defineRoute({
  method: 'put',
  path: '/tenants/:id/handover-contacts',
  tag: 'Audit packs',
  summary: 'Set whom packs are handed to',
  auth: { kind: 'user', permission: 'packs.build' },
  tenantScoped: true,
  params,
  body: z.strictObject({
    items: z
      .array(z.strictObject({ email: z.email().toLowerCase().max(254), name: z.string().trim().max(200).default('') }))
      .max(50)
      .refine((items) => new Set(items.map((item) => item.email)).size === items.length, 'an address appears twice'),
  }),
  output: contacts,
  refusals: ['not_found'],
  handle: async (ctx) =>
    inTenant(ctx, ctx.params.id, async (tx) => {
      await replaceContacts(tx, ctx.params.id, ctx.body.items);
      await recordAct(tx, ctx.principal, ctx.params.id, 'handover_contacts_changed', {
        emails: ctx.body.items.map((item) => item.email),
      });
      return { items: ctx.body.items };
    }),
});

/** Routes of audit packs. */
export const auditPackRoutes = [list, create, builds, download, getContacts, putContacts];
