/**
 * How long the hub has been silent, and what it last said. What pre-issued tokens depend on; kept in
 * `hub-contact.json`, so that a restart neither begins the count anew nor counts the time in which nobody tried.
 *
 * Silence is the running time since a heartbeat was last answered, by the monotonic clock: a host that was switched
 * off for an hour was not without its hub for an hour.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseStrictJson } from '../domain/strictJson.ts';
import type { ClockFloor, ClockSource } from './clockFloor.ts';
import { hasCode, writeDurably } from './durable.ts';

const file = z.strictObject({
  silent_ms: z.number().min(0),
  last_delivered_heartbeat_at: z.iso.datetime().nullable(),
  open_critical_alerts: z.int().min(0),
});

/** What is known of the hub. */
export type HubContact = {
  readonly onHeartbeatDelivered: () => void;
  readonly onState: (openCriticalAlerts: number) => Promise<void>;
  readonly silentMs: () => number;
  readonly lastDeliveredAt: () => string | null;
  readonly openCriticalAlerts: () => number;
  readonly persist: () => Promise<void>;
};

/** Opens what a state folder knows of the hub. */
export async function openHubContact(
  stateDir: string,
  floor: ClockFloor,
  source: Pick<ClockSource, 'monotonic'>,
): Promise<HubContact> {
  const path = join(stateDir, 'hub-contact.json');
  let known = await read(path);
  let heardAt = source.monotonic() - known.silent_ms;
  const silentMs = (): number => Math.max(0, source.monotonic() - heardAt);
  const persist = (): Promise<void> => writeDurably(path, JSON.stringify({ ...known, silent_ms: silentMs() }));
  return {
    onHeartbeatDelivered: () => {
      heardAt = source.monotonic();
      known = { ...known, last_delivered_heartbeat_at: floor.iso() };
    },
    onState: async (open_critical_alerts) => {
      known = { ...known, open_critical_alerts };
      await persist();
    },
    silentMs,
    lastDeliveredAt: () => known.last_delivered_heartbeat_at,
    openCriticalAlerts: () => known.open_critical_alerts,
    persist,
  };
}

async function read(path: string): Promise<z.infer<typeof file>> {
  try {
    const parsed = parseStrictJson(await readFile(path));
    const known = parsed.kind === 'ok' ? file.safeParse(parsed.value) : null;
    if (known?.success) return known.data;
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
  // Damaged counts as never heard: the count begins now, as at the first start.
  return { silent_ms: 0, last_delivered_heartbeat_at: null, open_critical_alerts: 0 };
}
