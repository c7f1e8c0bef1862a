/** Memory (/proc/meminfo, proc(5)). */

import type { Inventory } from '../../domain/ingest.ts';

const BYTES_PER_KIB = 1024;

/** Total and available; `MemAvailable` counts what caches would give back. */
export function parseMeminfo(text: string): Inventory['memory'] {
  const bytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? 0) * BYTES_PER_KIB;
  // Kernels before 3.14 do not say; what is free is the careful answer.
  return { total_bytes: bytes('MemTotal'), available_bytes: bytes('MemAvailable') || bytes('MemFree') };
}
