/**
 * `verify-pack`: a file of a monthly audit pack against its `.sig` and the keys that the auditor trusts.
 *
 * Nothing is believed before it is checked: the `.sig` by the key, the manifest because it is in the `.sig`, the file
 * because its SHA-256 is in the manifest, and only then what the file says. A file that differs is still read to its
 * first wrong line, so that the report can name it.
 */

import { sha256Hex, utf8ToBytes } from '../bytes.ts';
import {
  isPackSigValid,
  MAX_PACK_LINE_BYTES,
  monthBounds,
  PACK_START,
  type PackCursor,
  type PackLineFault,
  type PackManifest,
  type PackSig,
  parsePackSig,
  readPackLine,
} from '../pack.ts';
import { MAX_REPORT_DAYS } from '../report.ts';
import { readGzipLines } from './gzip.ts';
import type { HubKey } from './keys.ts';
import { createLineChecker } from './lines.ts';
import type { Primitives } from './primitives.ts';
import { type Report, VerifierError } from './report.ts';
import { type ByteSource, isSameBytes, readBytes, readSmall, sha256Of, strictUtf8 } from './source.ts';
import { openZip } from './zip.ts';

/**
 * What to verify. `sig` may be null for an archive, which holds its own; `previousSig` is that of the month before;
 * `manifest` is a copy of the manifest beside the file, which must be the signed one.
 */
export type PackInput = {
  readonly primitives: Primitives;
  readonly pack: ByteSource;
  readonly sig: ByteSource | null;
  readonly previousSig: ByteSource | null;
  readonly manifest?: ByteSource | null;
  readonly keys: readonly HubKey[];
  readonly allowOtherKeys: boolean;
};

const DAY_MS = 86_400_000;
/** Manifest and signature, a few kilobytes. */
const MAX_SIG_BYTES = 64 * 1024;

const LINE_FAULTS: Readonly<Record<PackLineFault, string>> = {
  not_json: 'this is not one JSON object in UTF-8 without duplicate keys',
  not_canonical: 'this is not written as canonical JSON',
  wrong_seq: 'its number is not the next one: a line was removed, added, repeated or moved',
  wrong_prev: 'it does not carry the hash of the line before: that line was altered, removed or moved',
  unknown_kind: 'this is not a line of a pack',
  wrong_order: 'a line of this kind may not be here',
};

/** Verifies; all findings go to the report. Gives the `.sig` when it is by a trusted key. */
export async function verifyPack(input: PackInput, report: Report): Promise<PackSig | null> {
  const kind = await kindOf(input.pack);
  if (kind === 'zip') return verifyArchive(input, report);
  if (input.sig === null) throw new VerifierError('usage', 'Give the signature of the pack with --sig.');
  const opened = await openSig(input.sig, input.keys, report);
  if (opened === null) return null;
  if (input.manifest) await checkManifestFile(input.manifest, opened.sig, report);
  await checkPrevious(input, opened.sig.manifest, report);
  if (kind === 'pdf') await checkPdf(input.primitives, input.pack, opened.sig.manifest, report);
  else await checkLines(input, input.pack, opened.sig.manifest, report);
  report.passed(opened.sentence);
  tellFilter(opened.sig.manifest, report);
  return opened.sig;
}

async function kindOf(pack: ByteSource): Promise<'pdf' | 'zip' | 'jsonl'> {
  const start = await readBytes(pack, 0, Math.min(5, pack.size));
  if (isSameBytes(start, utf8ToBytes('%PDF-'))) return 'pdf';
  if (isSameBytes(start.subarray(0, 4), utf8ToBytes('PK\u0003\u0004'))) return 'zip';
  if (start[0] === 0x1f && start[1] === 0x8b) return 'jsonl';
  throw new VerifierError('unreadable', 'The file begins like none of a pack: neither PDF, nor gzip, nor ZIP.');
}

/** Reads and checks a `.sig`. Its success is told after the file's, as the first thing that a reader understands. */
async function openSig(
  source: ByteSource,
  keys: readonly HubKey[],
  report: Report,
): Promise<{ readonly sig: PackSig; readonly sentence: string } | null> {
  const text = strictUtf8(await readSmall(source, MAX_SIG_BYTES, 'the .sig'));
  const parsed = text === null ? null : parsePackSig(text);
  if (parsed === null || parsed.kind === 'refused') {
    if (parsed?.fault === 'manifest_hash_differs')
      report.failed('signature', 'manifest hash differs from the one in the signature file: it was altered');
    else if (parsed?.fault === 'manifest_malformed')
      report.failed('manifest', 'the manifest is not one of a pack, or not written as canonical JSON');
    else report.failed('unreadable', 'the .sig is not a signature of a pack, written as the hub writes it');
    return null;
  }
  const { sig } = parsed;
  const key = keys.find((each) => each.id === sig.keyId);
  if (key === undefined) {
    const given = keys.map((each) => each.id).join(', ');
    report.failed('signature', `signed by key ${sig.keyId}, which is not among those given (${given})`);
    return null;
  }
  if (!isPackSigValid(sig, key.accepted.bytes)) {
    report.failed('signature', `Ed25519 signature is not by pubkey ${key.hex}`);
    return null;
  }
  report.passed(`manifest hash matches signature (${sha256Hex(sig.manifestText)})`);
  return checkManifest(sig.manifest, report)
    ? { sig, sentence: `Ed25519 signature valid against pubkey ${key.hex}` }
    : null;
}

/** What a schema cannot say about a manifest. */
function checkManifest(manifest: PackManifest, report: Report): boolean {
  const { period, counts, entries, files, previous, report: onDemand } = manifest;
  const lines = Object.values(counts).reduce((sum, count) => sum + count, 1);
  const bounds = monthBounds(period.month);
  const faults = [
    lines !== entries && `the manifest counts ${lines} lines and says ${entries}`,
    onDemand === undefined &&
      (bounds.from !== period.from || bounds.until !== period.until) &&
      'the period of the manifest is not its month',
    onDemand !== undefined && !isReportPeriod(period) && 'the period of the manifest is none of a report',
    onDemand !== undefined && previous !== null && 'a report follows no month',
    previous !== null && previous.month >= period.month && 'the manifest follows a month that is not before it',
    files.jsonl.name === files.pdf.name && 'two files of the manifest have one name',
  ].filter((fault) => fault !== false);
  for (const fault of faults) report.failed('manifest', fault);
  return faults.length === 0;
}

function isReportPeriod({ month, from, until }: PackManifest['period']): boolean {
  // oxlint-disable-next-line no-restricted-globals -- reads two texts, and asks no clock
  const length = Date.parse(until) - Date.parse(from);
  return from.startsWith(month) && length > 0 && length <= MAX_REPORT_DAYS * DAY_MS;
}

/** The chain of months, when the `.sig` of the month before is given. */
async function checkPrevious({ previousSig, keys }: PackInput, manifest: PackManifest, report: Report): Promise<void> {
  if (previousSig === null) return;
  const text = strictUtf8(await readSmall(previousSig, MAX_SIG_BYTES, 'the .sig of the month before'));
  const parsed = parsePackSig(text ?? '');
  const { previous, tenant } = manifest;
  if (parsed.kind === 'refused') return report.failed('unreadable', 'the .sig of the month before cannot be read');
  const { sig } = parsed;
  const key = keys.find((each) => each.id === sig.keyId);
  if (key === undefined || !isPackSigValid(sig, key.accepted.bytes))
    return report.failed('signature', 'the .sig of the month before is not by a key that was given');
  const isIt =
    previous !== null &&
    sig.manifest.tenant.id === tenant.id &&
    sig.manifest.period.month === previous.month &&
    sig.manifest.hash_chain_root === previous.hash_chain_root &&
    sha256Hex(sig.manifestText) === previous.manifest_sha256;
  if (isIt) report.passed(`the pack follows that of ${sig.manifest.period.month}`);
  else report.failed('content', `the pack does not follow that of ${sig.manifest.period.month}`);
}

async function checkPdf(
  primitives: Primitives,
  pdf: ByteSource,
  manifest: PackManifest,
  report: Report,
): Promise<void> {
  const { files, entries, hash_chain_root } = manifest;
  if (await isFile(primitives, pdf, files.pdf, 'PDF', report))
    report.passed(`PDF file matches manifest (SHA-256 ${files.pdf.sha256})`);
  report.note(
    `${entries} entries are in ${files.jsonl.name}, with hash chain root ${hash_chain_root}: verify it as well`,
  );
}

async function isFile(
  primitives: Primitives,
  source: ByteSource,
  expected: { readonly sha256: string; readonly bytes: number },
  what: string,
  report: Report,
): Promise<boolean> {
  if (source.size !== expected.bytes) {
    report.failed('content', `${what} file has ${source.size} bytes; the manifest says ${expected.bytes}`);
    return false;
  }
  const actual = await sha256Of(source, primitives);
  if (actual === expected.sha256) return true;
  report.failed('content', `${what} file was altered: its SHA-256 is ${actual}, the manifest says ${expected.sha256}`);
  return false;
}

/** The JSONL file: its hash, its gzip, its chain, its lines, each against the manifest. */
async function checkLines(input: PackInput, source: ByteSource, manifest: PackManifest, report: Report): Promise<void> {
  const { files, entries, hash_chain_root } = manifest;
  const isAuthentic = await isFile(input.primitives, source, files.jsonl, 'JSONL', report);
  if (isAuthentic) report.passed(`JSONL file matches manifest (SHA-256 ${files.jsonl.sha256})`);
  const checker = createLineChecker(manifest, input.keys, input.primitives.prepareKey, report);
  let cursor: PackCursor = PACK_START;
  const limits = { uncompressedBytes: files.jsonl.uncompressed_bytes, lineBytes: MAX_PACK_LINE_BYTES };
  const verdict = await readGzipLines(input.primitives, source, limits, (bytes, line) => {
    const read = readPackLine(bytes, cursor);
    if (read.kind === 'refused') {
      report.failed('content', LINE_FAULTS[read.fault], line);
      return 'stop';
    }
    cursor = read.next;
    if (line > entries) {
      report.failed('content', `the manifest says ${entries} entries, but here is one more`, line);
      return 'stop';
    }
    checker.take(read.entry, line);
    return 'go on';
  });
  if (verdict === null) return;
  if (verdict.kind === 'refused') return report.failed('content', verdict.why, verdict.line ?? undefined);
  if (cursor.previousHash !== hash_chain_root)
    return report.failed(
      'content',
      `hash chain root differs from manifest: the last line, or all from some line on, was altered`,
      verdict.lines,
    );
  if (
    verdict.lines !== entries ||
    verdict.bytes !== files.jsonl.uncompressed_bytes ||
    verdict.sha256 !== files.jsonl.uncompressed_sha256
  )
    return report.failed('content', 'the unpacked lines are not those of the manifest', verdict.lines);
  report.passed(`hash chain root matches manifest (${hash_chain_root})`);
  const counts = checker.counts();
  for (const [kind, count] of Object.entries(manifest.counts))
    if (counts[kind as keyof typeof manifest.counts] !== count)
      report.failed('content', `the manifest says ${count} lines of kind ${kind}, the file has another number`);
  checker.finish(input.allowOtherKeys);
  if (!report.hasFailed()) report.passed(`${entries} entries in pack, 0 tampered`);
}

/** A manifest beside the file says what the signed one says, byte for byte. */
async function checkManifestFile(manifest: ByteSource, sig: PackSig, report: Report): Promise<void> {
  const text = await readSmall(manifest, MAX_SIG_BYTES, 'the manifest');
  if (isSameBytes(text, utf8ToBytes(sig.manifestText))) report.passed('manifest.json is the signed manifest');
  else report.failed('manifest', 'manifest.json is not the manifest that was signed');
}

/** The archive: every file in it, and that they belong together. */
async function verifyArchive(input: PackInput, report: Report): Promise<PackSig | null> {
  const files = await openZip(input.pack);
  const only = (ending: string): ByteSource => {
    const names = [...files.keys()].filter((name) => name.endsWith(ending));
    if (names.length !== 1 || names[0] === undefined)
      throw new VerifierError('unreadable', `the archive has ${names.length} files that end in ${ending}, not one.`);
    return files.get(names[0]) as ByteSource;
  };
  if (files.size !== 4)
    throw new VerifierError('unreadable', `the archive has ${files.size} files; that of a pack has four.`);
  const [jsonl, pdf, manifest, sig] = [only('.jsonl.gz'), only('.pdf'), only('manifest.json'), only('.sig')];
  if (input.sig !== null) {
    const [inside, given] = await Promise.all([sha256Of(sig, input.primitives), sha256Of(input.sig, input.primitives)]);
    if (inside !== given) report.failed('content', 'the .sig in the archive is not the one given');
  }
  const opened = await openSig(sig, input.keys, report);
  if (opened === null) return null;
  await checkManifestFile(manifest, opened.sig, report);
  await checkPrevious(input, opened.sig.manifest, report);
  await checkLines(input, jsonl, opened.sig.manifest, report);
  if (await isFile(input.primitives, pdf, opened.sig.manifest.files.pdf, 'PDF', report))
    report.passed(`PDF file matches manifest (SHA-256 ${opened.sig.manifest.files.pdf.sha256})`);
  report.passed(opened.sentence);
  tellFilter(opened.sig.manifest, report);
  return opened.sig;
}

function tellFilter({ filter, tenant, period, report: onDemand }: PackManifest, report: Report): void {
  if (onDemand === undefined) report.note(`pack of ${tenant.name} (${tenant.slug}), ${period.month}`);
  else {
    const hosts = onDemand.scope === null ? 'every host' : `${onDemand.scope.hosts} chosen hosts`;
    report.note(
      `report on demand, not the pack of a month: ${onDemand.template} of ${tenant.name} (${tenant.slug}), ${period.from} until ${period.until}, ${hosts}`,
    );
  }
  if (filter !== null)
    report.note(
      `filtered: only what actors did whose email ends in ${filter.actor_suffix}; ${filter.kept} entries kept, ${filter.left_out} left out`,
    );
}
