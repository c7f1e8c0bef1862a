/**
 * Evidence of the demonstration that only the hub itself can make: packs and a report with real signatures, asked for by
 * the public API as a person would. It is built while people sign in, one thing after the other, so that the start does
 * not wait for it. The last month is left for whoever looks on: building it is part of the tour.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Seed } from './demo.ts';

/** Months before this one that get a pack, the oldest first, as each pack names the one before; the story reaches so far. */
const MONTHS_BACK = [3, 2] as const;
const POLL_MS = 500;
const BUILD_MS = 60_000;

const packs = z.object({ items: z.array(z.object({ has_files: z.boolean() })) });
const reports = z.object({ items: z.array(z.unknown()) });

function monthsBefore(nowMs: number, back: number): Date {
  const now = new Date(nowMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
}

/** Why the hub refuses, of a problem (docs/formats/problems.md). */
const problem = z.object({ title: z.string(), detail: z.string() });

/**
 * Builds what is missing for the clients whose own people have an account. Throws when the hub does not answer or
 * refuses, and in the end when a pack took too long.
 */
export async function buildDemoEvidence(baseUrl: string, seed: Seed, nowMs: number): Promise<void> {
  const admin = seed.users.find(({ role }) => role === 'admin');
  if (admin === undefined) return;
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(new URL(`/api/v1${path}`, baseUrl), {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${admin.api_token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said: unknown = await answer.json();
    if (answer.ok) return said;
    const { title, detail } = problem.parse(said);
    throw new Error(`${path.split('?')[0]}: ${title}. ${detail}`);
  };
  const isBuilt = async (tenantId: string, month: string): Promise<boolean> => {
    const { items } = packs.parse(await ask(`/audit-packs?tenant_id=${tenantId}&month=${month}`));
    return items[0]?.has_files === true;
  };
  const clients = seed.users.flatMap(({ role, tenant_id }) =>
    role === 'client_viewer' && tenant_id !== undefined ? [tenant_id] : [],
  );
  const late: string[] = [];
  for (const tenant_id of clients) {
    for (const back of MONTHS_BACK) {
      const month = monthsBefore(nowMs, back).toISOString().slice(0, 7);
      if (await isBuilt(tenant_id, month)) continue;
      await ask('/audit-packs', { tenant_id, month });
      const untilMs = Date.now() + BUILD_MS;
      while (!(await isBuilt(tenant_id, month)) && Date.now() < untilMs) await delay(POLL_MS);
      if (!(await isBuilt(tenant_id, month))) late.push(month);
    }
    const { items } = reports.parse(await ask(`/reports?tenant_id=${tenant_id}&limit=1`));
    if (items.length > 0) continue;
    await ask('/reports', {
      tenant_id,
      template: 'executive',
      title: 'Quarterly review',
      from: monthsBefore(nowMs, 3).toISOString(),
      until: monthsBefore(nowMs, 0).toISOString(),
    });
  }
  if (late.length > 0) throw new Error(`no pack of ${late.join(', ')} after ${BUILD_MS / 1000} s; it may still come`);
}
