/** Which of the files that a person drops is what. */

import { parsePackSig } from '../../../src/domain/pack.ts';

/** What a file is to the verification. */
export type Role = 'pack' | 'sig' | 'previousSig' | 'manifest' | 'key' | 'eat' | 'unknown';
/** A file with its role. */
export type GivenFile = { readonly file: File; readonly role: Role };

/** Small files are looked into; a token with its result is the largest of them. */
const MAX_LOOK_BYTES = 16 * 1024 * 1024;

/** Finds out by name and, for small ones, by content. */
export async function givenFile(file: File): Promise<GivenFile> {
  const name = file.name.toLowerCase();
  if (/\.(pdf|zip|gz|jsonl)$/.test(name)) return { file, role: 'pack' };
  if (name.endsWith('.sig')) return { file, role: 'sig' };
  if (file.size > MAX_LOOK_BYTES) return { file, role: 'unknown' };
  const text = await file.text();
  if (text.startsWith('monsys-pack-sig-v1\n')) return { file, role: 'sig' };
  if (text.includes('-----BEGIN PUBLIC KEY-----') || /^[0-9a-fA-F]{64}\s*$/.test(text)) return { file, role: 'key' };
  if (text.includes('"monsys-audit-pack"')) return { file, role: 'manifest' };
  if (text.includes('"token"')) return { file, role: 'eat' };
  return { file, role: 'unknown' };
}

/** Of several `.sig` files, the one that names a pack by its size is that pack's; another is that of the month before. */
export async function tellSigsApart(files: readonly GivenFile[]): Promise<readonly GivenFile[]> {
  const sigs = files.filter(({ role }) => role === 'sig' || role === 'previousSig');
  if (sigs.length < 2) return files.map((each) => (each.role === 'previousSig' ? { ...each, role: 'sig' } : each));
  const sizes = new Set(files.filter(({ role }) => role === 'pack').map(({ file }) => file.size));
  const isOfPack = await Promise.all(
    sigs.map(async ({ file }) => {
      const parsed = parsePackSig(await file.text());
      return (
        parsed.kind === 'ok' &&
        [parsed.sig.manifest.files.pdf, parsed.sig.manifest.files.jsonl].some(({ bytes }) => sizes.has(bytes))
      );
    }),
  );
  const own = sigs[Math.max(0, isOfPack.indexOf(true))];
  return files.map((each) =>
    each.role === 'sig' || each.role === 'previousSig' ? { ...each, role: each === own ? 'sig' : 'previousSig' } : each,
  );
}
