/**
 * The letters of the screens, cut out of Inter: western European languages, and the weights that the screens use.
 * Other scripts come in the system's own letters. After a new version of Inter or a change here:
 * `node bin/run.mjs dashboard/fonts/letters.ts`. With `--check` it writes nothing, and ends with 1 when the file is
 * not as it would be written.
 */

import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import subsetFont from 'subset-font';

/** The file that the style sheet names: kept, so that a build needs no tool for letters. */
const file = join(import.meta.dirname, 'inter.woff2');

/** Code points: Basic Latin and Latin-1 whole, since names of clients are in them, and the signs of our sentences. */
const RANGES = [
  [0x20, 0x7e],
  [0xa0, 0xff],
] as const;
const SIGNS = 'ŒœĲĳŸŠšŽž–—‘’‚“”„†•…‹›€™−←↑→↓';

/** Layout that the style sheet asks for (`tnum`, `cv11`, `ss03`), and what makes any text look right. */
const FEATURES = ['calt', 'ccmp', 'cv11', 'kern', 'locl', 'mark', 'mkmk', 'ss03', 'tnum'];

/** From `font-normal` to bold. */
const WEIGHTS = { min: 400, max: 700 };

const inter = createRequire(import.meta.url).resolve('@fontsource-variable/inter/files/inter-latin-wght-normal.woff2');
const letters = RANGES.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)),
);
const cut = await subsetFont(await readFile(inter), letters.join('') + SIGNS, {
  targetFormat: 'woff2',
  keepFeatures: FEATURES,
  variationAxes: { wght: WEIGHTS },
});
if (!process.argv.includes('--check')) await writeFile(file, cut);
else if (!cut.equals(await readFile(file))) {
  process.stderr.write('The letters are not as they would be cut: run node bin/run.mjs dashboard/fonts/letters.ts.\n');
  process.exitCode = 1;
}
