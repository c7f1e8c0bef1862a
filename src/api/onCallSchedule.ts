/** What several routes of on-call schedules share: finding one, and telling who is on call and why. */

import { z } from 'zod';
import { findSchedule, type OnCallPerson, type ScheduleRow } from '../db/onCall.ts';
import type { AnyTx } from '../db/scope.ts';
import type { OnCallDuty } from '../domain/onCall.ts';
import { RefusedError } from '../domain/refusal.ts';

/** Schedules of an MSP; each is read whole where all are shown. */
export const MAX_SCHEDULES = 100;

/** A person as schedules show them. */
export const person = z.object({ id: z.uuid(), name: z.string(), email: z.string() });

const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('layer'), layer: z.int().describe('from 0, bottom to top'), name: z.string() }),
  z.object({ kind: z.literal('override'), override_id: z.uuid() }),
]);
/** Who is on call, and by what. */
export const duty = z.object({ user: person, source });

/** Names the person and the layer or override of a duty. */
export function presentDuty(
  row: ScheduleRow,
  of: OnCallDuty,
  people: ReadonlyMap<string, OnCallPerson>,
): z.input<typeof duty> {
  const { id = of.userId, name = '', email = '' } = people.get(of.userId) ?? {};
  return {
    user: { id, name, email },
    source:
      of.source.kind === 'override'
        ? { kind: 'override', override_id: of.source.overrideId }
        : { kind: 'layer', layer: of.source.layer, name: row.layers[of.source.layer]?.name ?? '' },
  };
}

/** ISO 8601 of milliseconds since the epoch. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** A schedule of the caller's MSP, or `not_found`. */
export async function existingSchedule(tx: AnyTx, id: string): Promise<ScheduleRow> {
  const row = await findSchedule(tx, id);
  if (row === null) throw new RefusedError('not_found');
  return row;
}
