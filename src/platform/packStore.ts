/**
 * Where packs' files are kept: content-addressed, so that a file is whole or not there, and the same file is kept
 * once. A local folder by default; object storage by configuration (platform/s3PackStore.ts).
 */

import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

/** What is known of a kept file. */
export type KeptFile = { readonly sha256: string; readonly bytes: number };

/** A file being written; it is there once `keep` has answered, and leaves nothing after `discard`. */
export type FileDraft = {
  readonly write: (chunk: Uint8Array) => Promise<void>;
  readonly keep: () => Promise<KeptFile>;
  readonly discard: () => Promise<void>;
};

/** Keeps files by their SHA-256. */
export type PackStore = {
  readonly draft: () => Promise<FileDraft>;
  /** A stream of the file's bytes; throws when it is not there. */
  readonly read: (sha256: string) => Promise<Readable>;
  readonly has: (sha256: string) => Promise<boolean>;
};

/** Where a file lies below the root of a store: `ab/abcdef…`. Throws on whatever is no SHA-256, so that no name leads elsewhere. */
export function placeOf(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('not a SHA-256');
  return `${sha256.slice(0, 2)}/${sha256}`;
}

/** Keeps files under a folder. */
export function createFolderStore(folder: string): PackStore {
  const pathOf = (sha256: string): string => join(folder, placeOf(sha256));
  return {
    draft: async () => {
      await mkdir(join(folder, 'drafts'), { recursive: true, mode: 0o700 });
      const path = join(folder, 'drafts', randomUUID());
      return createDraft(path, await open(path, 'wx', 0o600), pathOf);
    },
    read: async (sha256) => {
      await stat(pathOf(sha256));
      return createReadStream(pathOf(sha256));
    },
    has: async (sha256) => {
      try {
        await stat(pathOf(sha256));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
        throw error;
      }
    },
  };
}

function createDraft(path: string, file: FileHandle, pathOf: (sha256: string) => string): FileDraft {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    write: async (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
      await file.writeFile(chunk);
    },
    keep: async () => {
      await file.sync();
      await file.close();
      const sha256 = hash.digest('hex');
      const target = pathOf(sha256);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await rename(path, target);
      // The rename is only as durable as the folder that holds the name.
      const folder = await open(dirname(target), 'r');
      await folder.sync();
      await folder.close();
      return { sha256, bytes };
    },
    discard: async () => {
      await file.close();
      await rm(path, { force: true });
    },
  };
}
