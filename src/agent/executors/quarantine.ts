/**
 * `quarantine_file` and `restore_file`: a file goes to a vault that only the agent's user can enter, with hash, mode,
 * owner and path recorded beside it, and comes back the same.
 *
 * The folder is opened once and the file is named relative to it (/proc/self/fd/<folder>/<name>), so that a folder
 * swapped for a link in between leads nowhere else; what arrives in the vault must be the inode that was opened.
 *
 *     vault/<id>.json   the record, written first: after a crash it tells what may lie there
 *     vault/<id>.file   the content, mode 0400
 */

import { createHash, randomUUID } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import { type FileHandle, link, lstat, open, readdir, readFile, realpath, rename, rm, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { hasCode, makeFolder, syncFolder, writeDurably } from '../durable.ts';
import { type Executor, facts } from './step.ts';

const VAULT_FILE_MODE = 0o400;
const CHUNK_BYTES = 1024 * 1024;

const record = z.strictObject({
  id: z.uuid(),
  path: z.string(),
  sha256: z.string(),
  bytes: z.int(),
  mode: z.int(),
  uid: z.int(),
  gid: z.int(),
  modified_ms: z.number(),
  quarantined_at: z.string(),
  state: z.enum(['moving', 'held', 'restored']),
});
type VaultRecord = z.infer<typeof record>;

/** Moves a file to the vault. */
export const quarantineFileStep: Executor<'quarantine_file'> = async (step, { stateDir, ownPaths, nowMs }) => {
  // Where the folder really is; the last part is never followed.
  const path = join(await realpath(dirname(step.path)), basename(step.path));
  if (ownPaths.some((own) => path === own || path.startsWith(`${own}/`))) return facts(false, { reason: 'own_file' });
  const vault = join(stateDir, 'vault');
  await makeFolder(vault);
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const name = `/proc/self/fd/${folder.fd}/${basename(path)}`;
    const seen = await lstat(name);
    if (!seen.isFile()) return facts(false, { reason: seen.isSymbolicLink() ? 'symbolic_link' : 'not_a_regular_file' });
    const file = await open(name, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = await file.stat({ bigint: true });
      if (!found.isFile()) return facts(false, { reason: 'not_a_regular_file' });
      const entry: VaultRecord = {
        id: randomUUID(),
        path,
        sha256: await hashOf(file),
        bytes: Number(found.size),
        mode: Number(found.mode & 0o7777n),
        uid: Number(found.uid),
        gid: Number(found.gid),
        modified_ms: Number(found.mtimeMs),
        quarantined_at: new Date(nowMs()).toISOString(),
        state: 'moving',
      };
      await writeRecord(vault, entry);
      const isMoved = await moveIn(name, file, found, join(vault, `${entry.id}.file`), folder);
      if (!isMoved) {
        await rm(join(vault, `${entry.id}.json`), { force: true });
        return facts(false, { reason: 'changed_meanwhile' });
      }
      await writeRecord(vault, { ...entry, state: 'held' });
      // Other names of the same content stay where they are.
      const otherNames = Number(found.nlink) - 1;
      return facts(true, { vault_id: entry.id, ...describe(entry), other_names: otherNames });
    } finally {
      await file.close();
    }
  } finally {
    await folder.close();
  }
};

/** Brings the newest quarantined file of this path back; never over something that is there now. */
export const restoreFileStep: Executor<'restore_file'> = async (step, { stateDir }) => {
  const vault = join(stateDir, 'vault');
  const folderPath = await realpath(dirname(step.path));
  const path = join(folderPath, basename(step.path));
  const entry = await findHeld(vault, path);
  if (entry === null) return facts(false, { reason: 'not_in_quarantine' });
  const kept = join(vault, `${entry.id}.file`);
  const folder = await open(folderPath, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const file = await open(kept, constants.O_RDONLY | constants.O_NOFOLLOW);
  const temporary = `/proc/self/fd/${folder.fd}/.monsys-restore-${entry.id}`;
  try {
    if ((await hashOf(file)) !== entry.sha256) return facts(false, { reason: 'content_changed_in_vault' });
    await rm(temporary, { force: true });
    await copyTo(file, temporary, entry);
    try {
      // Gives the name only when nothing has it: rename would replace what is there.
      await link(temporary, `/proc/self/fd/${folder.fd}/${basename(path)}`);
    } catch (error) {
      if (hasCode(error, 'EEXIST')) return facts(false, { reason: 'path_is_taken' });
      throw error;
    }
    await folder.sync();
  } finally {
    await rm(temporary, { force: true });
    await file.close();
    await folder.close();
  }
  await writeRecord(vault, { ...entry, state: 'restored' });
  await rm(kept, { force: true });
  await syncFolder(vault);
  return facts(true, { vault_id: entry.id, ...describe(entry) });
};

function describe(entry: VaultRecord) {
  const { path, sha256, bytes, mode, uid, gid } = entry;
  return { path: path.slice(0, 1000), sha256, bytes, mode: mode.toString(8).padStart(4, '0'), uid, gid };
}

async function writeRecord(vault: string, entry: VaultRecord): Promise<void> {
  await writeDurably(join(vault, `${entry.id}.json`), JSON.stringify(entry));
}

/** Moves what `file` is to `target`; false when the name leads to something else by now. */
async function moveIn(
  name: string,
  file: FileHandle,
  opened: BigIntStats,
  target: string,
  folder: FileHandle,
): Promise<boolean> {
  try {
    await rename(name, target);
    const arrived = await lstat(target, { bigint: true });
    if (arrived.ino !== opened.ino || arrived.dev !== opened.dev) {
      // Back without replacing anything; if the name is taken again, it stays in the vault and the record says so.
      await link(target, name);
      await unlink(target);
      return false;
    }
    await file.chmod(VAULT_FILE_MODE);
    await file.sync();
  } catch (error) {
    if (!hasCode(error, 'EXDEV')) throw error;
    await copyTo(file, target, { mode: VAULT_FILE_MODE, uid: null, gid: null, modified_ms: Number(opened.mtimeMs) });
    const there = await lstat(name, { bigint: true });
    if (there.ino !== opened.ino || there.dev !== opened.dev) {
      await rm(target, { force: true });
      return false;
    }
    await syncFolder(dirname(target));
    await unlink(name);
  }
  await syncFolder(dirname(target));
  await folder.sync();
  return true;
}

async function copyTo(
  from: FileHandle,
  target: string,
  meta: {
    readonly mode: number;
    readonly uid: number | null;
    readonly gid: number | null;
    readonly modified_ms: number;
  },
): Promise<void> {
  const to = await open(target, 'wx', 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    for (let at = 0; ; ) {
      const { bytesRead } = await from.read(chunk, 0, CHUNK_BYTES, at);
      if (bytesRead === 0) break;
      await to.write(chunk, 0, bytesRead);
      at += bytesRead;
    }
    // The owner first: changing it takes SUID bits away.
    if (meta.uid !== null && meta.gid !== null) await to.chown(meta.uid, meta.gid);
    await to.chmod(meta.mode);
    await to.utimes(meta.modified_ms / 1000, meta.modified_ms / 1000);
    await to.sync();
  } finally {
    await to.close();
  }
}

async function hashOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, bytesRead));
    at += bytesRead;
  }
}

/** The newest record of a path whose content is in the vault; `moving` counts when a crash left it complete. */
async function findHeld(vault: string, path: string): Promise<VaultRecord | null> {
  await makeFolder(vault);
  const names = await readdir(vault);
  const found: VaultRecord[] = [];
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const parsed = record.safeParse(JSON.parse(await readFile(join(vault, name), 'utf8')));
    if (!parsed.success || parsed.data.path !== path || parsed.data.state === 'restored') continue;
    if (names.includes(`${parsed.data.id}.file`)) found.push(parsed.data);
  }
  return found.toSorted((a, b) => b.quarantined_at.localeCompare(a.quarantined_at))[0] ?? null;
}
