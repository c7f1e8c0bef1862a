/** The letters that the screens carry are those that are cut out of the font we name. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it('has the letters as they would be cut (if not: node bin/run.mjs dashboard/fonts/letters.ts)', async () => {
  const { exitCode, stderr } = await execa(process.execPath, ['dashboard/fonts/letters.ts', '--check'], {
    cwd: ROOT,
    reject: false,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
}, 60_000);
