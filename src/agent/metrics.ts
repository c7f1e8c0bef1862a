/** Readings of load for heartbeats. Rates need two readings, so the first sample has none. */

import { readdir, readFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import type { MetricSample } from '../domain/ingest.ts';
import { hasCode } from './durable.ts';
import { readDisks } from './inventory/collect.ts';
import { parseMeminfo } from './inventory/memory.ts';
import { errorText, type Logger } from './log.ts';

const BITS_PER_BYTE = 8;
const MAX_PROCESSES = 2_000;

/** Jiffies since boot: all, and those in which the processors had nothing to do. */
export type CpuTimes = { readonly total: number; readonly idle: number };

/** First line of /proc/stat: user nice system idle iowait irq softirq steal; guest time is within user already. */
export function parseCpuTimes(text: string): CpuTimes | null {
  const match = /^cpu +(.+)$/m.exec(text);
  if (!match) return null;
  const values = (match[1] as string).split(' ').slice(0, 8).map(Number);
  return { total: values.reduce((sum, value) => sum + value, 0), idle: (values[3] ?? 0) + (values[4] ?? 0) };
}

/** Bytes since boot over all interfaces but the loopback (/proc/net/dev). */
export type NetworkBytes = { readonly rx: number; readonly tx: number };

/** Adds up the interfaces: after the name, the first column is received bytes and the ninth sent. */
export function parseNetworkBytes(text: string): NetworkBytes {
  let [rx, tx] = [0, 0];
  for (const match of text.matchAll(/^\s*([^\s:]+):\s*(.+)$/gm)) {
    if (match[1] === 'lo') continue;
    const columns = (match[2] as string).split(/\s+/).map(Number);
    rx += columns[0] ?? 0;
    tx += columns[8] ?? 0;
  }
  return { rx, tx };
}

/** Share of `part` in `whole` in percent, one decimal, never outside 0..100 (counters may step back). */
export function percent(part: number, whole: number): number {
  if (!(whole > 0)) return 0;
  return Math.round(Math.min(100, Math.max(0, (part / whole) * 100)) * 10) / 10;
}

/** Takes readings; keeps the counters of the one before. */
export function createSampler(log: Logger): (at: string) => Promise<MetricSample> {
  let before: { readonly atMs: number; readonly cpu: CpuTimes | null; readonly network: NetworkBytes } | null = null;
  return async (at) => {
    const sample: MetricSample = { sampled_at: at, load_avg: loadavg()[0] ?? 0 };
    try {
      const now = {
        atMs: performance.now(),
        cpu: parseCpuTimes(await readFile('/proc/stat', 'utf8')),
        network: parseNetworkBytes(await readFile('/proc/net/dev', 'utf8')),
      };
      const memory = parseMeminfo(await readFile('/proc/meminfo', 'utf8'));
      sample.mem_pct = percent(memory.total_bytes - memory.available_bytes, memory.total_bytes);
      sample.disk_pct = Math.max(0, ...(await readDisks()).map((disk) => percent(disk.used_bytes, disk.size_bytes)));
      sample.processes = await readProcessNames();
      if (before !== null) {
        const seconds = (now.atMs - before.atMs) / 1000;
        if (before.cpu !== null && now.cpu !== null) {
          const total = now.cpu.total - before.cpu.total;
          sample.cpu_pct = percent(total - (now.cpu.idle - before.cpu.idle), total);
        }
        sample.network_rx_mbps = megabits(now.network.rx - before.network.rx, seconds);
        sample.network_tx_mbps = megabits(now.network.tx - before.network.tx, seconds);
      }
      before = now;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      log.warn({ why: errorText(error) }, 'some metrics cannot be read');
    }
    return sample;
  };
}

function megabits(bytes: number, seconds: number): number {
  // An interface that is gone takes its counters with it.
  if (!(seconds > 0) || bytes < 0) return 0;
  return Math.round(((bytes * BITS_PER_BYTE) / 1_000_000 / seconds) * 1000) / 1000;
}

async function readProcessNames(): Promise<string[]> {
  const names = new Set<string>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    try {
      names.add((await readFile(`/proc/${pid}/comm`, 'utf8')).trim().slice(0, 64));
    } catch (error) {
      // Processes end while one looks at them.
      if (!hasCode(error, 'ENOENT', 'ESRCH')) throw error;
    }
  }
  return [...names].toSorted().slice(0, MAX_PROCESSES);
}
