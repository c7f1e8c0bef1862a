/** From the files and keys that are there to what is to be verified. */

import type { GivenFile, Role } from './givenFiles.ts';
import type { NamedJob } from './useVerifier.ts';

/** The jobs of what is there: one a pack file, one a token. Empty while something is missing. */
export function jobsOf(files: readonly GivenFile[], keys: readonly string[], allowOtherKeys: boolean): NamedJob[] {
  if (keys.length === 0) return [];
  const one = (role: Role): File | null => files.find((each) => each.role === role)?.file ?? null;
  const sig = one('sig');
  const common = { keys, allowOtherKeys };
  const beside = { sig, previousSig: one('previousSig'), manifest: one('manifest') };
  return files.flatMap(({ file, role }): NamedJob[] => {
    if (role === 'eat') return [{ name: file.name, total: file.size, job: { kind: 'eat', file, ...common } }];
    if (role !== 'pack' || (sig === null && !/\.zip$/i.test(file.name))) return [];
    // Lines are read twice: for their digest, then one by one.
    const passes = /\.pdf$/i.test(file.name) ? 1 : 2;
    return [{ name: file.name, total: file.size * passes, job: { kind: 'pack', pack: file, ...beside, ...common } }];
  });
}
