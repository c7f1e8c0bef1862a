/** The inventory of a host, as far as its page shows it. It comes from the host: every part may be missing. */

import type { HostDetail } from './hostQueries.ts';

type Text = string | number | undefined;
/** Parts of an inventory; the names are those of the agent protocol. */
export type Inventory = {
  readonly cpu?: { readonly cores?: number; readonly model?: string };
  readonly memory?: { readonly total_bytes?: number; readonly available_bytes?: number };
  readonly disks?: readonly {
    readonly mount: string;
    readonly fstype?: Text;
    readonly size_bytes: number;
    readonly used_bytes: number;
  }[];
  readonly listening_ports?: readonly {
    readonly port: number;
    readonly protocol: string;
    readonly address: string;
    readonly process?: string | null;
  }[];
  readonly failed_units?: readonly string[];
  readonly packages?: readonly unknown[];
  readonly boot_id?: string;
};

/** The hub has checked the inventory when it came in (src/domain/ingest.ts), so its parts have these shapes. */
export function inventoryOf(host: HostDetail): Inventory {
  return host.inventory ?? {};
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** "17.2 GB": decimal units, as disks are sold. */
export function bytes(value: number, tag: string): string {
  const power = value < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3));
  return `${(value / 1_000 ** power).toLocaleString(tag, { maximumFractionDigits: 1 })} ${UNITS[power]}`;
}
