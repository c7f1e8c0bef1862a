/** The data folder: made, measured, and held by one start at a time. */

import { chmod, mkdir, rm, stat, statfs } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { hasCode, readFileIfAny, StartError, writeFileAtomic } from './files.ts';
import { identify, isSameProcess, type ProcessIdentity } from './processTable.ts';

/** A fresh database takes about 50 MB and its log grows; less than this will not last. */
const NEEDED_BYTES = 200 * 1024 * 1024;
const LOCK_FILE = 'start.pid';

/** A folder held by this process until `release`. */
export type DataFolder = { readonly path: string; readonly release: () => Promise<void> };

/** Makes and takes the folder. `isEnterable`: others may pass through it (the database runs as another user); nobody may list it. */
export async function openDataFolder(path: string, isEnterable: boolean): Promise<DataFolder> {
  await makeFolder(path);
  const space = await statfs(path);
  if (space.bavail * space.bsize < NEEDED_BYTES)
    throw new StartError(
      `The disk of ${path} is full: ${Math.floor((space.bavail * space.bsize) / 1024 / 1024)} MB are free, ` +
        `${NEEDED_BYTES / 1024 / 1024} MB are needed. Free some space, or set MONSYS_DATA_DIR to a folder on another disk.`,
    );
  const guard = await takeGuard(path);
  await chmod(path, isEnterable ? 0o711 : 0o700);
  await mkdir(join(path, 'logs'), { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(path, LOCK_FILE), `${JSON.stringify(identify(process.pid))}\n`);
  return {
    path,
    release: async () => {
      await rm(join(path, LOCK_FILE), { force: true });
      guard.close();
    },
  };
}

/** Like mkdir -p. Node's own recursive mode never returns where the kernel answers ENOENT for good, as below /proc. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (hasCode(error, 'EEXIST') && (await stat(path)).isDirectory()) return;
    if (!hasCode(error, 'ENOENT') || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await mkdir(path);
  }
}

/**
 * The lock is a listening socket in the kernel's abstract namespace, named by the folder itself: it cannot be
 * taken twice, and it goes with its process however that ends. The file beside it only says who holds it.
 */
async function takeGuard(path: string): Promise<Server> {
  const { dev, ino } = await stat(path);
  const holder = await readHolder(path);
  // Another container may hold a shared folder; its sockets are not seen here, its file is.
  if (holder && holder.pid !== process.pid && isSameProcess(holder)) throw inUse(path, holder);
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error) => {
      reject(hasCode(error, 'EADDRINUSE') ? inUse(path, holder) : error);
    });
    server.listen(`\0monsys-msp:${dev}:${ino}`, () => {
      server.unref();
      resolve(server);
    });
  });
}

function inUse(path: string, holder: ProcessIdentity | null): StartError {
  return new StartError(
    `The data folder ${path} is in use by another start${holder ? ` (process ${holder.pid})` : ''}: stop that one, or set MONSYS_DATA_DIR to another folder.`,
  );
}

async function readHolder(path: string): Promise<ProcessIdentity | null> {
  const text = await readFileIfAny(join(path, LOCK_FILE));
  if (text === null) return null;
  try {
    const value = JSON.parse(text) as Partial<ProcessIdentity> | null;
    return typeof value?.pid === 'number' && typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : null;
  } catch (error) {
    // Written atomically by us; whatever else stands there names nobody.
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
