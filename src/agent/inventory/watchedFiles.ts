/** Digests of watched programs and configuration files; the hub compares them with their baseline. */

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { Inventory } from '../../domain/ingest.ts';
import { hasCode } from '../durable.ts';

type File = Inventory['files'][number];

/** Hashes what exists of `paths`. A file that is missing is left out; one that cannot be read is told to `onUnreadable`. */
export async function digestFiles(
  paths: readonly string[],
  kind: File['kind'],
  onUnreadable: (path: string, error: Error) => void,
): Promise<File[]> {
  const files: File[] = [];
  for (const path of new Set(paths)) {
    try {
      const hash = createHash('sha256');
      await pipeline(createReadStream(path), hash);
      files.push({ path, kind, sha256: hash.digest('hex') });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!hasCode(error, 'ENOENT', 'ENOTDIR')) onUnreadable(path, error);
    }
  }
  return files;
}
