/** Builds the dashboard from its sources, once for each state of them. */

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { StartError } from './files.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache/dashboard');
/** What a build depends on; domain rules run in the browser as well. */
const SOURCES = ['dashboard', 'src/domain', 'package-lock.json'];
/** Builds kept, newest first: whoever goes back a commit need not wait. */
const KEPT = 4;
const SHOWN_CHARACTERS = 2_000;

/** The folder with the built dashboard; takes some seconds when a source has changed. @throws {StartError} with the tool's complaint. */
export async function buildDashboard(): Promise<string> {
  const folder = join(CACHE, await digestOfSources());
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  // Built beside and renamed: nobody ever serves half a build, and two builders do no harm.
  const building = await mkdtemp(join(CACHE, '.building-'));
  const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
  const { failed, all } = await execa(
    process.execPath,
    [vite, 'build', join(ROOT, 'dashboard'), '--outDir', building, '--emptyOutDir', '--logLevel', 'warn'],
    {
      cwd: ROOT,
      all: true,
      reject: false,
      // As it is delivered, whatever the process that starts the hub calls itself (tests say `test`).
      env: { NO_COLOR: '1', NODE_ENV: 'production' },
    },
  );
  if (failed) {
    await rm(building, { recursive: true, force: true });
    throw new StartError(`The dashboard could not be built:\n${all.slice(-SHOWN_CHARACTERS)}`);
  }
  try {
    await rename(building, folder);
  } catch (error) {
    // Another builder was first, with the same result.
    await rm(building, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  await forgetOldBuilds();
  return folder;
}

async function digestOfSources(): Promise<string> {
  const hash = createHash('sha256');
  for (const source of SOURCES)
    for (const file of await filesUnder(source)) {
      hash.update(`${file}\0`);
      hash.update(await readFile(join(ROOT, file)));
    }
  return hash.digest('hex').slice(0, 32);
}

/** Files under a path of the repository, in order, without installed packages. */
async function filesUnder(path: string): Promise<string[]> {
  if ((await stat(join(ROOT, path))).isFile()) return [path];
  const entries = await readdir(join(ROOT, path), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
    .toSorted();
}

async function forgetOldBuilds(): Promise<void> {
  const names = (await readdir(CACHE)).filter((name) => !name.startsWith('.'));
  const aged = await Promise.all(names.map(async (name) => ({ name, ms: (await stat(join(CACHE, name))).mtimeMs })));
  for (const { name } of aged.toSorted((a, b) => b.ms - a.ms).slice(KEPT))
    await rm(join(CACHE, name), { recursive: true, force: true });
}
