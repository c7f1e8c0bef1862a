/** One verification, as the page hands it to the worker, and what comes back. */

import { verifyEatFile } from '../../../src/domain/verification/eatFile.ts';
import { type HubKey, parseHexKey, parsePemKeys } from '../../../src/domain/verification/keys.ts';
import { verifyPack } from '../../../src/domain/verification/pack.ts';
import { type Check, createReport, exitCodeOf, VerifierError } from '../../../src/domain/verification/report.ts';
import type { ByteSource } from '../../../src/domain/verification/source.ts';
import { BROWSER_PRIMITIVES } from './primitives.ts';

/** A pack with what lies beside it, or a token. `keys` are PEM texts or 64 hex digits. */
export type VerifyJob = { readonly keys: readonly string[]; readonly allowOtherKeys: boolean } & (
  | {
      readonly kind: 'pack';
      readonly pack: Blob;
      readonly sig: Blob | null;
      readonly previousSig: Blob | null;
      readonly manifest: Blob | null;
    }
  | { readonly kind: 'eat'; readonly file: Blob }
);

/** What the worker says once it is loaded, while it works, and at the end. `read` is how many bytes were read so far, of all passes. */
export type VerifyNews =
  | { readonly kind: 'ready' }
  | { readonly kind: 'check'; readonly check: Check }
  | { readonly kind: 'progress'; readonly read: number }
  | { readonly kind: 'done'; readonly exitCode: number };

const PROGRESS_MS = 100;

/** Runs a job; never throws for what a file or a person did wrong. */
export async function runJob(job: VerifyJob, tell: (news: VerifyNews) => void): Promise<void> {
  const report = createReport((check) => tell({ kind: 'check', check }));
  try {
    const keys = job.keys.flatMap((text) => readKey(text.trim()));
    if (keys.length === 0) throw new VerifierError('usage', 'Give the public key of the hub.');
    if (job.kind === 'eat') await verifyEatFile(BROWSER_PRIMITIVES, blobSource(job.file), keys, report);
    else await verifyPackJob(job, keys, report, tell);
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    report.failed(error.failure, error.message);
  }
  tell({ kind: 'done', exitCode: exitCodeOf(report.checks) });
}

async function verifyPackJob(
  job: Extract<VerifyJob, { kind: 'pack' }>,
  keys: readonly HubKey[],
  report: ReturnType<typeof createReport>,
  tell: (news: VerifyNews) => void,
): Promise<void> {
  const beside = (blob: Blob | null): ByteSource | null => (blob === null ? null : blobSource(blob));
  let read = 0;
  let toldMs = 0;
  await verifyPack(
    {
      primitives: BROWSER_PRIMITIVES,
      pack: blobSource(job.pack, (bytes) => {
        read += bytes;
        if (Date.now() - toldMs < PROGRESS_MS) return;
        toldMs = Date.now();
        tell({ kind: 'progress', read });
      }),
      sig: beside(job.sig),
      previousSig: beside(job.previousSig),
      manifest: beside(job.manifest),
      keys,
      allowOtherKeys: job.allowOtherKeys,
    },
    report,
  );
}

function readKey(text: string): HubKey[] {
  const { prepareKey } = BROWSER_PRIMITIVES;
  const key = parseHexKey(text, prepareKey);
  return key === null ? parsePemKeys(text, 'The key', prepareKey) : [key];
}

/** A file of the viewer's, read in pieces as they are wanted. */
function blobSource(blob: Blob, onRead: (bytes: number) => void = () => {}): ByteSource {
  async function* read(start: number, end: number): AsyncGenerator<Uint8Array> {
    const reader = blob.slice(start, end).stream().getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        onRead(value.length);
        yield value;
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      throw new VerifierError('unreadable', `the file cannot be read: ${error.message}`);
    } finally {
      await reader.cancel();
    }
  }
  return { size: blob.size, read };
}
