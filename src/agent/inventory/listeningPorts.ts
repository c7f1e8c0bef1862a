/** Listening sockets (/proc/net/tcp and its kin, proc(5)) and, where readable, the processes behind them. */

import { readdir, readFile, readlink } from 'node:fs/promises';
import { hasCode } from '../durable.ts';

/** One listening socket. */
export type ListeningSocket = {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
  readonly inode: string;
};

/** TCP_LISTEN of net/tcp_states.h; an unconnected UDP socket is in state 07 (TCP_CLOSE). */
const LISTENING_STATE = { tcp: '0A', udp: '07' } as const;

/** Parses one of the tables; columns are slot, local, remote, state, …, inode (tenth). */
export function parseSocketTable(text: string, protocol: 'tcp' | 'udp'): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/);
    const [local = '', state] = [columns[1], columns[3]];
    const match = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local);
    if (!match || state !== LISTENING_STATE[protocol]) continue;
    sockets.push({
      protocol,
      address: formatAddress(match[1] as string),
      port: Number.parseInt(match[2] as string, 16),
      inode: columns[9] ?? '',
    });
  }
  return sockets;
}

/** Addresses are 32-bit words in the host's byte order, little-endian wherever this agent runs. */
function formatAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => [...Buffer.from(word, 'hex').reverse()]);
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  // URL writes IPv6 in its shortest form (RFC 5952).
  return new URL(`http://[${groups.join(':')}]/`).hostname.slice(1, -1);
}

/** Process names by socket inode. Without root only one's own processes can be read; the others stay unknown. */
export async function readSocketOwners(): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      let name: string | null = null;
      for (const fd of await readdir(`/proc/${pid}/fd`)) {
        const inode = /^socket:\[(\d+)\]$/.exec(await readlink(`/proc/${pid}/fd/${fd}`))?.[1];
        if (inode === undefined) continue;
        name ??= (await readFile(`/proc/${pid}/comm`, 'utf8')).trim();
        owners.set(inode, name);
      }
    } catch (error) {
      // Processes and descriptors end while one looks at them.
      if (!hasCode(error, 'ENOENT', 'ESRCH', 'EACCES', 'EPERM')) throw error;
    }
  }
  return owners;
}
