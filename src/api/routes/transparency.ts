/** The transparency log for everybody (docs/formats/transparency-log.md): checkpoint, tiles, leaves, proofs, keys. */

import { z } from 'zod';
import {
  type CheckpointRow,
  computePlan,
  findCheckpoint,
  findLeafIndex,
  findNewestCheckpoint,
  insertCosignatures,
  type LeafRow,
  listAllHubKeys,
  listCosignatures,
  listLeaves,
  readTile,
} from '../../db/transparency.ts';
import { bytesToHex, hexToBytes } from '../../domain/bytes.ts';
import { sha256Digest } from '../../domain/digest.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { type Cosignature, formatCosignature, verifyCosignature } from '../../domain/tlog/cosignature.ts';
import { logLeaf, parseLeaf } from '../../domain/tlog/leaf.ts';
import { planConsistency, planInclusion, planRoot } from '../../domain/tlog/merkle.ts';
import { formatVerifierKey, parseNote } from '../../domain/tlog/note.ts';
import { encodeEntries, isCovered, parseTilePath, TILE_WIDTH } from '../../domain/tlog/paths.ts';
import type { ApiDeps } from '../deps.ts';
import { addressGroup, enforceLimit } from '../middleware/rateLimit.ts';
import { defineRoute } from '../route.ts';

/** What a name of a tile says can never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable';
/** The head moves once a minute; tlog-tiles asks for a few seconds at most. */
const FRESH = 'public, max-age=5';
const A_MINUTE = 'public, max-age=60';
/** Of one address: checking a signature costs more than most requests. */
const COSIGNATURES_PER_MINUTE = 60;
const MAX_LINES = 32;
const MAX_LINE_CHARACTERS = 1000;
const COSIGNATURES_BODY_BYTES = 64 * 1024;

const hashes = z.array(sha256Digest);
const size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const item = z.object({
  index: z.number().int(),
  leaf_hash: sha256Digest,
  entry: z.string().describe('the exact text that the leaf hash covers'),
  leaf: logLeaf,
});

async function currentCheckpoint(deps: ApiDeps): Promise<CheckpointRow> {
  const checkpoint = await findNewestCheckpoint(deps.pool);
  if (checkpoint !== null) return checkpoint;
  throw new RefusedError('unavailable', 'The log has no checkpoint yet; the signing worker makes the first one.');
}

function toItem({ index, leaf, leaf_hash }: LeafRow): z.input<typeof item> {
  const parsed = parseLeaf(leaf);
  if (parsed === null) throw new TypeError(`leaf ${index} is not of the format that was checked when it was taken in`);
  return { index, leaf_hash: leaf_hash.toString('hex'), entry: leaf.toString('utf8'), leaf: parsed };
}

/** A tile or entry bundle by its path; what the checkpoint does not cover is not found. */
async function tileResponse(deps: ApiDeps, path: string): Promise<Response> {
  const resource = parseTilePath(path);
  if (resource === null)
    throw new RefusedError('not_found', `${path} is not a tile’s name; see docs/formats/transparency-log.md.`);
  const checkpoint = await currentCheckpoint(deps);
  const tile = resource.kind === 'hashes' ? resource.tile : { level: 0, index: resource.index, width: resource.width };
  if (!isCovered(tile, checkpoint.size))
    throw new RefusedError('not_found', `The log has ${checkpoint.size} leaves and no ${path}.`);
  const start = tile.index * TILE_WIDTH;
  const bytes =
    resource.kind === 'hashes'
      ? await readTile(deps.pool, tile)
      : encodeEntries((await listLeaves(deps.pool, start, start + tile.width)).map(({ leaf }) => leaf));
  return new Response(new Uint8Array(bytes), {
    headers: { 'Content-Type': 'application/octet-stream', 'Cache-Control': IMMUTABLE },
  });
}

/** The cosignatures in `lines`, every one of them valid; otherwise a refusal. */
async function verifyLines(deps: ApiDeps, size: number, lines: readonly string[]): Promise<readonly Cosignature[]> {
  const checkpoint = await findCheckpoint(deps.pool, size);
  if (checkpoint === null) throw new RefusedError('not_found', `The log has no checkpoint of ${size} leaves.`);
  const text = parseNote(checkpoint.note)?.text;
  if (text === undefined) throw new TypeError(`the checkpoint of ${size} leaves is not a note`);
  const now = Math.floor(deps.now() / 1000);
  return lines.map((line) => {
    const verdict = verifyCosignature(line, text, deps.witnesses, now);
    if (verdict.kind === 'cosigned') return verdict.cosignature;
    if (verdict.kind === 'unknown_witness')
      throw new RefusedError('witness_unknown', `No witness ${verdict.name} with key ${verdict.id} is configured.`);
    throw new RefusedError('cosignature_invalid', `A line is refused: ${verdict.why}.`);
  });
}

/** Routes of the transparency log. */
export const transparencyRoutes = [
  defineRoute({
    method: 'get',
    path: '/transparency/checkpoint',
    tag: 'Transparency log',
    summary: 'The signed head of the log (C2SP checkpoint)',
    auth: { kind: 'public' },
    tenantScoped: false,
    produces: 'text/plain; charset=utf-8',
    refusals: ['unavailable'],
    handle: async ({ deps, http }) => {
      const { size, note } = await currentCheckpoint(deps);
      const cosignatures = (await listCosignatures(deps.pool, size)).map(formatCosignature);
      return http.body(note + cosignatures.join(''), 200, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Cache-Control': FRESH,
      });
    },
  }),
  defineRoute({
    method: 'post',
    path: '/transparency/checkpoint/cosignatures',
    tag: 'Transparency log',
    summary: 'Witnesses hand in their cosignatures of a checkpoint (C2SP tlog-cosignature)',
    description: 'All lines are taken or none. Who sends them does not matter: each proves by itself who signed.',
    auth: { kind: 'public' },
    tenantScoped: false,
    body: z.strictObject({
      size: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).describe('of the checkpoint'),
      lines: z.array(z.string().min(1).max(MAX_LINE_CHARACTERS)).min(1).max(MAX_LINES),
    }),
    output: z.object({ size: z.number().int(), added: z.number().int().describe('lines that were not here before') }),
    status: 201,
    refusals: ['invalid_request', 'not_found', 'witness_unknown', 'cosignature_invalid', 'conflict'],
    bodyLimitBytes: COSIGNATURES_BODY_BYTES,
    handle: async ({ deps, body, clientAddress }) => {
      await enforceLimit(deps, `cosignatures:${addressGroup(clientAddress)}`, COSIGNATURES_PER_MINUTE);
      const cosignatures = await verifyLines(deps, body.size, body.lines);
      const added = await insertCosignatures(deps.pool, body.size, cosignatures);
      if (added > 0) return { size: body.size, added };
      throw new RefusedError('conflict', `The checkpoint of ${body.size} leaves has these witnesses’ cosignatures.`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/tile/entries/:path{.+}',
    tag: 'Transparency log',
    summary: 'A bundle of entries (C2SP tlog-tiles)',
    description: 'Each entry after its length as big-endian uint16. `path` is like `x001/067` or `067.p/8`.',
    auth: { kind: 'public' },
    tenantScoped: false,
    params: z.object({ path: z.string() }),
    produces: 'application/octet-stream',
    refusals: ['not_found', 'unavailable'],
    handle: ({ deps, params }) => tileResponse(deps, `tile/entries/${params.path}`),
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/tile/:level/:path{.+}',
    tag: 'Transparency log',
    summary: 'A tile of hashes (C2SP tlog-tiles)',
    description: 'Hashes of 32 bytes, one after another. `path` is like `x001/067` or `067.p/8`.',
    auth: { kind: 'public' },
    tenantScoped: false,
    params: z.object({ level: z.string(), path: z.string() }),
    produces: 'application/octet-stream',
    refusals: ['not_found', 'unavailable'],
    handle: ({ deps, params }) => tileResponse(deps, `tile/${params.level}/${params.path}`),
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/log',
    tag: 'Transparency log',
    summary: 'Leaves, oldest first',
    auth: { kind: 'public' },
    tenantScoped: false,
    query: z.object({
      after: z.coerce
        .number()
        .int()
        .min(-1)
        .max(Number.MAX_SAFE_INTEGER)
        .default(-1)
        .describe('index of the last leaf that is known'),
      limit: z.coerce.number().int().min(1).max(1000).default(100),
    }),
    output: z.object({
      size: z.number().int().describe('leaves under the current checkpoint'),
      items: z.array(item),
      next_after: z.number().int().nullable().describe('`after` of the next page; null at the end'),
    }),
    refusals: [],
    handle: async ({ deps, query, http }) => {
      const size = (await findNewestCheckpoint(deps.pool))?.size ?? 0;
      const end = Math.min(size, query.after + 1 + query.limit);
      const items = (await listLeaves(deps.pool, query.after + 1, end)).map(toItem);
      http.header('Cache-Control', FRESH);
      return { size, items, next_after: end < size && items.length > 0 ? end - 1 : null };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/log/:index',
    tag: 'Transparency log',
    summary: 'One leaf with its inclusion proof to the current checkpoint',
    auth: { kind: 'public' },
    tenantScoped: false,
    params: z.object({ index: size }),
    output: item.extend({
      size: z.number().int(),
      root: sha256Digest,
      proof: hashes.describe('audit path of RFC 6962 section 2.1.1, from the leaf up'),
      checkpoint: z.string().describe('the signed note that the proof leads to'),
    }),
    refusals: ['not_found', 'unavailable'],
    handle: async ({ deps, params, http }) => {
      const checkpoint = await currentCheckpoint(deps);
      const plan = planInclusion(params.index, checkpoint.size);
      const [leaf] = plan === null ? [] : await listLeaves(deps.pool, params.index, params.index + 1);
      if (plan === null || leaf === undefined)
        throw new RefusedError('not_found', `The log has ${checkpoint.size} leaves, counted from 0.`);
      http.header('Cache-Control', FRESH);
      return {
        ...toItem(leaf),
        size: checkpoint.size,
        root: checkpoint.root.toString('hex'),
        proof: (await computePlan(deps.pool, plan)).map(bytesToHex),
        checkpoint: checkpoint.note,
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/proof/inclusion',
    tag: 'Transparency log',
    summary: 'Proof that a leaf is in the tree of a size',
    auth: { kind: 'public' },
    tenantScoped: false,
    query: z.object({ leaf_hash: sha256Digest, size: size.optional().describe('default: the current checkpoint’s') }),
    output: z.object({ index: z.number().int(), size: z.number().int(), root: sha256Digest, proof: hashes }),
    refusals: ['not_found', 'unavailable'],
    handle: async ({ deps, query, http }) => {
      const checkpoint = await currentCheckpoint(deps);
      const size = query.size ?? checkpoint.size;
      const index = await findLeafIndex(deps.pool, hexToBytes(query.leaf_hash));
      const plan = index === null ? null : planInclusion(index, size, checkpoint.size);
      const rootPlan = planRoot(size, checkpoint.size);
      if (index === null || plan === null || rootPlan === null)
        throw new RefusedError(
          'not_found',
          `No such leaf is in a tree of ${size} leaves; the log has ${checkpoint.size}.`,
        );
      http.header('Cache-Control', query.size === undefined ? FRESH : IMMUTABLE);
      const [root] = await computePlan(deps.pool, rootPlan);
      return {
        index,
        size,
        root: bytesToHex(root as Uint8Array),
        proof: (await computePlan(deps.pool, plan)).map(bytesToHex),
      };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/proof/consistency',
    tag: 'Transparency log',
    summary: 'Proof that the tree of one size is the beginning of that of another',
    auth: { kind: 'public' },
    tenantScoped: false,
    query: z.object({ from: size, to: size.optional().describe('default: the current checkpoint’s') }),
    output: z.object({ from: z.number().int(), to: z.number().int(), proof: hashes }),
    refusals: ['not_found', 'unavailable'],
    handle: async ({ deps, query, http }) => {
      const checkpoint = await currentCheckpoint(deps);
      const to = query.to ?? checkpoint.size;
      const plan = planConsistency(query.from, to, checkpoint.size);
      if (plan === null)
        throw new RefusedError(
          'not_found',
          `There is no proof from ${query.from} to ${to}; the log has ${checkpoint.size} leaves.`,
        );
      http.header('Cache-Control', query.to === undefined ? FRESH : IMMUTABLE);
      return { from: query.from, to, proof: (await computePlan(deps.pool, plan)).map(bytesToHex) };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/transparency/keys',
    tag: 'Transparency log',
    summary: 'Every hub key that there ever was',
    description:
      'Compare with a copy from a source that you trust: keys fetched from the hub that you check prove nothing.',
    auth: { kind: 'public' },
    tenantScoped: false,
    output: z.object({
      origin: z.string().nullable().describe('name of the log; null before its first checkpoint'),
      keys: z.array(
        z.object({
          key_id: z.string(),
          public_key: z.string().describe('base64 of the 32 bytes'),
          valid_from: z.string(),
          valid_until: z.string().nullable(),
          statement: z.string(),
          signature: z.string().describe('base64; over `monsys-hub-key-v1`, a newline and the statement'),
          signed_by: z.string(),
          verifier_key: z.string().nullable().describe('`name+id+base64`, for verifiers of signed notes'),
        }),
      ),
    }),
    refusals: [],
    handle: async ({ deps, http }) => {
      const origin = (await findNewestCheckpoint(deps.pool))?.origin ?? null;
      http.header('Cache-Control', A_MINUTE);
      return {
        origin,
        keys: (await listAllHubKeys(deps.pool)).map((key) => ({
          ...key,
          public_key: key.public_key.toString('base64'),
          signature: key.signature.toString('base64'),
          verifier_key: origin === null ? null : formatVerifierKey(origin, key.public_key),
        })),
      };
    },
  }),
];
