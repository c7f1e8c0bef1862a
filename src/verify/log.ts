/**
 * `--log URL`: that the hub's public log records the thing, under a head signed by a trusted key, and that this head
 * extends the last one seen here. A hub that shows two histories is caught by the second question, asked by anybody
 * who kept the first answer.
 */

import { z } from 'zod';
import { bytesToBase64, bytesToHex, hexToBytes } from '../domain/bytes.ts';
import { sha256Digest } from '../domain/digest.ts';
import { type LogLeaf, leafBytes } from '../domain/tlog/leaf.ts';
import { isConsistent, isIncluded, leafHash } from '../domain/tlog/merkle.ts';
import { type Checkpoint, makeNoteKey, openCheckpoint, parseNote } from '../domain/tlog/note.ts';
import type { HubKey } from '../domain/verification/keys.ts';
import { type Report, VerifierError } from '../domain/verification/report.ts';
import { fetchText, get } from './http.ts';
import { defaultStatePath, keepForkEvidence, readState, writeState } from './logState.ts';

/** Where the log is below a hub's address. */
const LOG_PATH = '/api/v1/transparency';
const MAX_ANSWER_BYTES = 1024 * 1024;

/** 63 hashes reach the root of the largest log there can be. */
const proofHashes = z.array(sha256Digest).max(64);
const inclusionAnswer = z.object({ index: z.int().min(0), proof: proofHashes });
const consistencyAnswer = z.object({ proof: proofHashes });

/** A signed head of a log. */
type SignedHead = { readonly note: string; readonly checkpoint: Checkpoint };

/** What to look for, and where. `statePath` null: the default for the log's origin. */
export type LogInput = {
  readonly url: string;
  readonly statePath: string | null;
  readonly keys: readonly HubKey[];
  readonly leaf: LogLeaf;
  /** What the leaf records, in words. */
  readonly subject: string;
};

/** Checks the log. The new head is kept only when everything holds. */
export async function verifyInLog(input: LogInput, report: Report): Promise<void> {
  const base = logBase(input.url);
  const head = openHead(await fetchText(new URL('checkpoint', base), MAX_ANSWER_BYTES), input.keys);
  if (head === null) return report.failed('log', "the log's checkpoint is not signed by a key that was given");
  const { origin, size } = head.checkpoint;
  report.passed(`log ${origin}: checkpoint of ${size} leaves is signed by the hub`);
  const statePath = input.statePath ?? defaultStatePath(origin);
  const follows = await extendsLastSeen(base, head, statePath, input.keys, report);
  const isRecorded = await isInLog(base, head.checkpoint, input.leaf, input.subject, report);
  if (follows === 'newer' && isRecorded) writeState(statePath, { origin, note: head.note });
}

/** `$HUB` or the log's own prefix; always ends in a slash, so that names resolve below it. */
function logBase(text: string): URL {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new VerifierError('usage', `--log ${text} is not an http(s) URL.`);
  const url = new URL(text);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = `${path.endsWith('/transparency') ? path : path + LOG_PATH}/`;
  url.search = '';
  url.hash = '';
  return url;
}

function openHead(note: string, keys: readonly HubKey[]): SignedHead | null {
  const origin = parseNote(note)?.text.split('\n')[0] ?? '';
  const trusted = keys.map((key) => makeNoteKey(origin, key.accepted.bytes)).filter((key) => key !== null);
  const opened = openCheckpoint(note, origin, trusted);
  return opened.kind === 'signed' ? { note, checkpoint: opened.checkpoint } : null;
}

/** Compares with the last head seen: `newer` is to be kept, `older` is an honest copy that lags behind. */
async function extendsLastSeen(
  base: URL,
  head: SignedHead,
  statePath: string,
  keys: readonly HubKey[],
  report: Report,
): Promise<'newer' | 'older' | 'fork'> {
  const state = readState(statePath);
  if (state === null) {
    report.note(`first checkpoint seen of this log; kept in ${statePath}`);
    return 'newer';
  }
  const seen = openHead(state.note, keys);
  if (seen === null)
    throw new VerifierError(
      'log',
      `${statePath} holds a checkpoint that no given key has signed: give the key of that time with --pubkey as well.`,
    );
  if (seen.checkpoint.origin !== head.checkpoint.origin)
    throw new VerifierError(
      'log',
      `${statePath} is of the log ${seen.checkpoint.origin}, not of ${head.checkpoint.origin}.`,
    );
  const [older, newer] =
    seen.checkpoint.size <= head.checkpoint.size
      ? [seen.checkpoint, head.checkpoint]
      : [head.checkpoint, seen.checkpoint];
  const proof = await consistencyProof(base, older.size, newer.size);
  if (proof !== null && isConsistent(older.size, older.root, newer.size, newer.root, proof)) {
    report.passed(`log extends the checkpoint of ${seen.checkpoint.size} leaves seen before`);
    return newer === head.checkpoint ? 'newer' : 'older';
  }
  const evidence = keepForkEvidence(statePath, state.note, head.note);
  report.failed(
    'fork',
    `THE LOG HAS FORKED: its head of ${head.checkpoint.size} leaves (root ${bytesToBase64(head.checkpoint.root)}) does not agree with ` +
      `the head of ${seen.checkpoint.size} leaves (root ${bytesToBase64(seen.checkpoint.root)}) that the hub signed before. ` +
      `Both signed heads are in ${evidence}: show them to others; together they prove it.`,
  );
  return 'fork';
}

/** The hub's proof; null when it gives none, which for two heads that it signed is an answer too. */
async function consistencyProof(base: URL, from: number, to: number): Promise<Uint8Array[] | null> {
  if (from === to || from === 0) return [];
  const url = new URL(`proof/consistency?from=${from}&to=${to}`, base);
  const { status, text } = await get(url, MAX_ANSWER_BYTES);
  // A server in trouble is not a fork.
  if (status >= 500 || status === 429)
    throw new VerifierError('network', `${url.href} answers with status ${status}; nothing is known yet.`);
  const answer = status === 200 ? parseAnswer(text, consistencyAnswer) : null;
  return answer === null ? null : answer.proof.map(hexToBytes);
}

async function isInLog(base: URL, head: Checkpoint, leaf: LogLeaf, subject: string, report: Report): Promise<boolean> {
  const wanted = leafHash(leafBytes(leaf));
  const url = new URL(`proof/inclusion?leaf_hash=${bytesToHex(wanted)}&size=${head.size}`, base);
  const { status, text } = await get(url, MAX_ANSWER_BYTES);
  if (status === 404) {
    report.failed(
      'log',
      `the log's ${head.size} leaves do not hold ${subject}; one signed in the last minutes may still be on its way`,
    );
    return false;
  }
  if (status !== 200) throw new VerifierError('network', `${url.href} answers with status ${status}.`);
  const answer = parseAnswer(text, inclusionAnswer);
  const isProven =
    answer !== null && isIncluded(wanted, answer.index, head.size, answer.proof.map(hexToBytes), head.root);
  if (isProven) report.passed(`log holds ${subject} as leaf ${answer.index}`);
  else report.failed('log', `the log's proof that it holds ${subject} is wrong`);
  return isProven;
}

function parseAnswer<T>(text: string, schema: z.ZodType<T>): T | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
