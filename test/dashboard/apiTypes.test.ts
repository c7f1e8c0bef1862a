/** The dashboard's idea of the API cannot drift from the API. */

import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

it('has the types of the API as the routes are (if not: npm run gen)', async () => {
  const { exitCode, stderr } = await execa(process.execPath, ['dashboard/generate.ts', '--check'], {
    cwd: ROOT,
    reject: false,
  });
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
});
