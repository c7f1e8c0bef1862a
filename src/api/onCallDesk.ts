/** Who is on call for hosts and alerts now, as far as the caller may know. */

import { z } from 'zod';
import {
  findDefaultSchedule,
  listSchedules,
  mapOnCallPeople,
  type OnCallPerson,
  type ScheduleRow,
  toOnCallSchedule,
} from '../db/onCall.ts';
import type { AnyTx } from '../db/scope.ts';
import { onCallNow } from '../domain/onCall.ts';
import type { UserPrincipal } from './principal.ts';

/** How far ahead the end of somebody's time is looked for. */
const HORIZON_MS = 31 * 24 * 3_600_000;

/** Somebody on call. A client's people see the schedule's name in place of the person's, as with all names of the MSP. */
export const onCallPerson = z.object({
  name: z.string(),
  contact: z.string().nullable(),
  email: z.string().nullable(),
  until: z.iso.datetime().nullable().describe('null: not within a month, not known, or not for the caller to know'),
  schedule: z.object({ id: z.uuid(), name: z.string() }).nullable().describe('null: a text of the group'),
});
type OnCallNow = z.input<typeof onCallPerson>;

/** What a group says about who is on call. */
export type OnCallGroup = {
  readonly on_call_schedule_id: string | null;
  readonly on_call: { readonly name: string; readonly contact: string } | null;
};

/** Answers for one group after another. `from` tells where the person was found. */
export type OnCallDesk = (group: OnCallGroup | null) => {
  readonly now: OnCallNow | null;
  readonly from: 'schedule' | 'text' | 'default' | null;
};

/**
 * Reads what these groups need, once. A group's schedule is asked first, then its text, then the default schedule of the
 * MSP; the first that has somebody is the answer.
 */
export async function openOnCallDesk(
  tx: AnyTx,
  principal: UserPrincipal,
  groups: readonly (OnCallGroup | null)[],
  nowMs: number,
): Promise<OnCallDesk> {
  const ids = [...new Set(groups.flatMap((group) => group?.on_call_schedule_id ?? []))];
  const schedules = new Map(
    ids.length === 0
      ? []
      : (await listSchedules(tx, { ids, tenantId: null, after: null, limit: ids.length })).map((row) => [row.id, row]),
  );
  const standard = await findDefaultSchedule(tx, principal.mspId);
  const mayKnow = principal.tenantId === null;
  const people =
    mayKnow && (ids.length > 0 || standard !== null) ? await mapOnCallPeople(tx, principal.mspId) : new Map();
  const known = new Map<string, OnCallNow | null>();
  const ask = (row: ScheduleRow | null | undefined): OnCallNow | null => {
    if (row === null || row === undefined) return null;
    const kept = known.get(row.id);
    if (kept !== undefined) return kept;
    const answer = mayKnow ? personOf(row, people, nowMs) : nameless(row);
    known.set(row.id, answer);
    return answer;
  };
  return (group) => {
    const own = group?.on_call_schedule_id ? ask(schedules.get(group.on_call_schedule_id)) : null;
    if (own !== null) return { now: own, from: 'schedule' };
    if (group?.on_call) return { now: { ...group.on_call, email: null, until: null, schedule: null }, from: 'text' };
    const fallback = ask(standard);
    return { now: fallback, from: fallback === null ? null : 'default' };
  };
}

function personOf(row: ScheduleRow, people: ReadonlyMap<string, OnCallPerson>, nowMs: number): OnCallNow | null {
  const { duty, untilMs } = onCallNow(toOnCallSchedule(row, people), nowMs, HORIZON_MS);
  const person = duty === null ? undefined : people.get(duty.userId);
  if (person === undefined) return null;
  return {
    name: person.name,
    contact: person.email,
    email: person.email,
    until: untilMs === null ? null : new Date(untilMs).toISOString(),
    schedule: { id: row.id, name: row.name },
  };
}

function nameless(row: ScheduleRow): OnCallNow {
  return { name: row.name, contact: null, email: null, until: null, schedule: { id: row.id, name: row.name } };
}
