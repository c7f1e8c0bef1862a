/** Mounted disks and how full they are (/proc/mounts, proc(5)). */

import { statfs } from 'node:fs/promises';
import type { Inventory } from '../../domain/ingest.ts';

/** File systems that hold data of this host. Network ones are left out: asking a dead server blocks for minutes. */
const LOCAL_FILE_SYSTEMS = new Set([
  'bcachefs',
  'btrfs',
  'ext2',
  'ext3',
  'ext4',
  'f2fs',
  'jfs',
  'overlay',
  'reiserfs',
  'vfat',
  'xfs',
  'zfs',
]);

/** One line of /proc/mounts. */
export type Mount = { readonly device: string; readonly mount: string; readonly fstype: string };

/** Local mounts; a device mounted in several places counts once, at its shortest path. */
export function parseMounts(text: string): readonly Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [device = '', mount = '', fstype = ''] = line.split(' ').map(unescapeOctal);
    if (!LOCAL_FILE_SYSTEMS.has(fstype)) continue;
    const key = fstype === 'overlay' ? `overlay ${mount}` : device;
    const known = byDevice.get(key);
    if (known === undefined || mount.length < known.mount.length) byDevice.set(key, { device, mount, fstype });
  }
  return [...byDevice.values()];
}

/** The kernel writes space, tab, newline and backslash in names as three octal digits. */
function unescapeOctal(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)));
}

/** Sizes of the mounts; one that cannot be asked is left out. */
export async function measureDisks(mounts: readonly Mount[]): Promise<Inventory['disks']> {
  const disks: Inventory['disks'] = [];
  for (const { device, mount, fstype } of mounts) {
    try {
      const { bsize, blocks, bfree } = await statfs(mount);
      if (blocks > 0)
        disks.push({ mount, device, fstype, size_bytes: blocks * bsize, used_bytes: (blocks - bfree) * bsize });
    } catch (error) {
      if (!(error instanceof Error)) throw error;
    }
  }
  return disks;
}
