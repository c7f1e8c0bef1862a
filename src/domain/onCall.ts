/**
 * Who is on call: layers of turns, the higher one covering the lower one where it is active, and overrides on top.
 *
 * Everything is said in wall time of the schedule's zone (localTime.ts): a turn ends at nine in the morning there,
 * whatever the clocks have done in the night.
 *
 * Two functions answer, each by its own way: `onCallAt` looks at one moment, `shiftsBetween` lays out an interval. A
 * property test compares them.
 */

import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import { clockTime, dateAt, instantMs } from './localTime.ts';

export const MAX_LAYERS = 10;
const MAX_LAYER_MEMBERS = 50;
const MAX_RESTRICTIONS = 10;
/** The longest turn. It bounds how far back a shift can have begun, which calendars rely on. */
const MAX_TURN_DAYS = 84;
/** The longest override, in days; the longest interval that `shiftsBetween` is asked for by the API as well. */
export const MAX_PERIOD_DAYS = 92;
const MINUTE_MS = 60_000;
export const DAY_MS = 1440 * MINUTE_MS;

/** ISO 8601: Monday is 1, Sunday is 7. */
const weekday = z.int().min(1).max(7);

/** `daily` and `weekly` are every 1 day and every 1 week. */
const onCallRotation = z.union([
  z.enum(['daily', 'weekly']),
  z.strictObject({ every: z.int().min(1).max(MAX_TURN_DAYS), unit: z.literal('days') }),
  z.strictObject({
    every: z
      .int()
      .min(1)
      .max(MAX_TURN_DAYS / 7),
    unit: z.literal('weeks'),
  }),
]);
type OnCallRotation = z.infer<typeof onCallRotation>;

/** Hours in which a layer is active. `until` at or before `from` is on the next day; equal times are the whole day. */
const onCallRestriction = z.strictObject({
  weekdays: z.array(weekday).min(1).max(7).describe('days on which the hours begin; Monday is 1'),
  from: clockTime,
  until: clockTime,
});

/** One layer: people in the order of their turns. */
export const onCallLayer = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    members: z.array(z.uuid()).min(1).max(MAX_LAYER_MEMBERS).describe('user ids in the order of their turns'),
    rotation: onCallRotation,
    handover_time: clockTime.describe('local time at which a turn ends and the next begins'),
    handover_weekday: weekday.nullable().default(null).describe('of rotations by weeks, else null'),
    starts_on: z.iso.date().describe('local date of the first turn, at handover_time'),
    restrictions: z.array(onCallRestriction).max(MAX_RESTRICTIONS).default([]).describe('empty: at all hours'),
  })
  .refine((layer) => turnLength(layer.rotation).isByWeeks === (layer.handover_weekday !== null), {
    message: 'a rotation by weeks names its weekday, another one none',
    path: ['handover_weekday'],
  });
export type OnCallLayer = z.infer<typeof onCallLayer>;

/** Somebody takes over from whoever would be on call. Instants in milliseconds since the epoch; `untilMs` is not in it. */
type OnCallOverride = {
  readonly id: string;
  readonly userId: string;
  readonly fromMs: number;
  readonly untilMs: number;
};

/** A schedule with everything that decides. */
export type OnCallSchedule = {
  readonly timeZone: string;
  /** Bottom to top. */
  readonly layers: readonly OnCallLayer[];
  /** Oldest first: of two that overlap the newer one counts. */
  readonly overrides: readonly OnCallOverride[];
  /** People who are passed over: their account is not active, or their role is below operator. */
  readonly skipped: ReadonlySet<string>;
};

/** Where a person on call comes from; `layer` and `turn` count from 0. */
type OnCallSource =
  | { readonly kind: 'layer'; readonly layer: number; readonly turn: number }
  | { readonly kind: 'override'; readonly overrideId: string };

/** Somebody on call, and why. */
export type OnCallDuty = { readonly userId: string; readonly source: OnCallSource };

/** A piece of the final schedule; `duty` null: nobody is on call. */
export type OnCallShift = { readonly fromMs: number; readonly untilMs: number; readonly duty: OnCallDuty | null };

/** Who is on call at an instant (milliseconds since the epoch); null when nobody is. */
export function onCallAt(schedule: OnCallSchedule, atMs: number): OnCallDuty | null {
  const override = schedule.overrides.findLast(
    ({ userId, fromMs, untilMs }) => fromMs <= atMs && atMs < untilMs && !schedule.skipped.has(userId),
  );
  if (override) return { userId: override.userId, source: { kind: 'override', overrideId: override.id } };
  for (const [layer, definition] of [...schedule.layers.entries()].reverse()) {
    if (!isActiveAt(schedule.timeZone, definition, atMs)) continue;
    const turn = turnAt(schedule.timeZone, definition, atMs);
    const userId = turn === null ? null : memberOf(definition, turn, schedule.skipped);
    if (turn !== null && userId !== null) return { userId, source: { kind: 'layer', layer, turn } };
  }
  return null;
}

/**
 * The final schedule of an interval: shifts in order that tile it, without gaps or overlaps. A shift ends where its
 * person or its source changes, so also at every handover; one that nobody has is there with `duty` null.
 */
export function shiftsBetween(schedule: OnCallSchedule, fromMs: number, untilMs: number): readonly OnCallShift[] {
  if (fromMs >= untilMs) return [];
  const clip = (piece: Piece): Piece => ({
    ...piece,
    fromMs: Math.max(piece.fromMs, fromMs),
    untilMs: Math.min(piece.untilMs, untilMs),
  });
  const lanes: Piece[][] = [
    ...schedule.layers.map((layer, index) => layerPieces(schedule, layer, index, fromMs, untilMs)),
    // Each override is a lane of its own: they may overlap.
    ...schedule.overrides
      .filter((override) => !schedule.skipped.has(override.userId))
      .map((override) => [
        {
          ...override,
          duty: { userId: override.userId, source: { kind: 'override', overrideId: override.id } } as const,
        },
      ]),
  ].map((lane) => lane.map(clip).filter((piece) => piece.fromMs < piece.untilMs));
  const edges = new Set([fromMs, untilMs, ...lanes.flat().flatMap((piece) => [piece.fromMs, piece.untilMs])]);
  const moments = [...edges].toSorted((a, b) => a - b);
  const cursors = lanes.map(() => 0);
  const shifts: OnCallShift[] = [];
  for (const [index, start] of moments.slice(0, -1).entries()) {
    let duty: OnCallDuty | null = null;
    for (const [lane, pieces] of lanes.entries()) {
      while ((pieces[cursors[lane] as number]?.untilMs ?? Number.POSITIVE_INFINITY) <= start)
        cursors[lane] = (cursors[lane] as number) + 1;
      const piece = pieces[cursors[lane] as number];
      if (piece !== undefined && piece.fromMs <= start) duty = piece.duty;
    }
    const end = moments[index + 1] as number;
    const last = shifts.at(-1);
    if (last !== undefined && isSameDuty(last.duty, duty)) shifts[shifts.length - 1] = { ...last, untilMs: end };
    else shifts.push({ fromMs: start, untilMs: end, duty });
  }
  return shifts;
}

/** Shifts that are under way or begin in an interval, each whole; those that nobody has are left out. */
export function wholeShiftsBetween(schedule: OnCallSchedule, fromMs: number, untilMs: number): readonly OnCallShift[] {
  // No turn and no override is longer, and no day of a change of the clock.
  const reach = (Math.max(MAX_TURN_DAYS, MAX_PERIOD_DAYS) + 1) * DAY_MS;
  return shiftsBetween(schedule, fromMs - reach, untilMs + reach).filter(
    (shift) => shift.untilMs > fromMs && shift.fromMs < untilMs && shift.duty !== null,
  );
}

/** Who is on call now, until when, and who comes next. `untilMs` is null where nothing changes within the horizon. */
export function onCallNow(
  schedule: OnCallSchedule,
  nowMs: number,
  horizonMs: number = MAX_PERIOD_DAYS * DAY_MS,
): {
  readonly duty: OnCallDuty | null;
  readonly untilMs: number | null;
  readonly next: { readonly duty: OnCallDuty; readonly fromMs: number } | null;
} {
  const duty = onCallAt(schedule, nowMs);
  const shifts = shiftsBetween(schedule, nowMs, nowMs + horizonMs);
  // By person, not by shift: a layer that hands over to the same one changes nothing for whoever looks for them.
  const changed = shifts.find((shift) => shift.duty?.userId !== duty?.userId);
  const next = shifts.find(
    (shift) => shift.duty !== null && shift.fromMs > nowMs && shift.duty.userId !== duty?.userId,
  );
  return {
    duty,
    untilMs: changed?.fromMs ?? null,
    next: next?.duty ? { duty: next.duty, fromMs: next.fromMs } : null,
  };
}

type Piece = { readonly fromMs: number; readonly untilMs: number; readonly duty: OnCallDuty };

function isSameDuty(a: OnCallDuty | null, b: OnCallDuty | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.userId !== b.userId) return false;
  if (a.source.kind === 'override') return b.source.kind === 'override' && a.source.overrideId === b.source.overrideId;
  return b.source.kind === 'layer' && a.source.layer === b.source.layer && a.source.turn === b.source.turn;
}

/** A turn is its member's; where that one is passed over, the next in order takes it, and nobody else's turn moves. */
function memberOf(layer: OnCallLayer, turn: number, skipped: ReadonlySet<string>): string | null {
  for (let step = 0; step < layer.members.length; step += 1) {
    const member = layer.members[(turn + step) % layer.members.length];
    if (member !== undefined && !skipped.has(member)) return member;
  }
  return null;
}

function turnLength(rotation: OnCallRotation): { readonly days: number; readonly isByWeeks: boolean } {
  if (rotation === 'daily') return { days: 1, isByWeeks: false };
  if (rotation === 'weekly') return { days: 7, isByWeeks: true };
  return { days: rotation.every * (rotation.unit === 'weeks' ? 7 : 1), isByWeeks: rotation.unit === 'weeks' };
}

/** The handover day from which turns are counted: `starts_on`, or the handover weekday before it, so that the first turn may be short. */
function anchorOf(layer: OnCallLayer): Temporal.PlainDate {
  const first = Temporal.PlainDate.from(layer.starts_on);
  if (layer.handover_weekday === null) return first;
  return first.subtract({ days: (first.dayOfWeek - layer.handover_weekday + 7) % 7 });
}

/** The moment from which a layer is there at all. */
function layerStart(timeZone: string, layer: OnCallLayer): number {
  return instantMs(Temporal.PlainDate.from(layer.starts_on), layer.handover_time, timeZone);
}

/** The turn of an instant; null before the layer's start. */
function turnAt(timeZone: string, layer: OnCallLayer, atMs: number): number | null {
  if (atMs < layerStart(timeZone, layer)) return null;
  const anchor = anchorOf(layer);
  const { days } = turnLength(layer.rotation);
  const turn = Math.floor(anchor.until(dateAt(atMs, timeZone), { largestUnit: 'days' }).days / days);
  // On the day of a handover, its time decides.
  return instantMs(anchor.add({ days: turn * days }), layer.handover_time, timeZone) <= atMs ? turn : turn - 1;
}

function isActiveAt(timeZone: string, layer: OnCallLayer, atMs: number): boolean {
  if (layer.restrictions.length === 0) return true;
  const today = dateAt(atMs, timeZone);
  // Hours may have begun yesterday.
  return [today.subtract({ days: 1 }), today].some((day) =>
    windowsOf(timeZone, layer, day).some(([fromMs, untilMs]) => fromMs <= atMs && atMs < untilMs),
  );
}

/** Active hours that begin on a day. */
function windowsOf(
  timeZone: string,
  layer: OnCallLayer,
  day: Temporal.PlainDate,
): readonly (readonly [number, number])[] {
  return layer.restrictions
    .filter(({ weekdays }) => weekdays.includes(day.dayOfWeek))
    .map(({ from, until }) => [
      instantMs(day, from, timeZone),
      instantMs(until <= from ? day.add({ days: 1 }) : day, until, timeZone),
    ]);
}

/** What a layer gives in an interval, before other layers cover it; pieces may reach over the interval's edges. */
function layerPieces(
  { timeZone, skipped }: OnCallSchedule,
  layer: OnCallLayer,
  index: number,
  fromMs: number,
  untilMs: number,
): Piece[] {
  const windows = activeWindows(timeZone, layer, fromMs, untilMs);
  const start = layerStart(timeZone, layer);
  const anchor = anchorOf(layer);
  const { days } = turnLength(layer.rotation);
  const turnStart = (turn: number): number =>
    instantMs(anchor.add({ days: turn * days }), layer.handover_time, timeZone);
  const pieces: Piece[] = [];
  for (let turn = turnAt(timeZone, layer, Math.max(fromMs, start)) ?? 0; turnStart(turn) < untilMs; turn += 1) {
    const userId = memberOf(layer, turn, skipped);
    if (userId === null) break;
    const turnFrom = Math.max(turnStart(turn), start);
    const turnUntil = turnStart(turn + 1);
    const duty: OnCallDuty = { userId, source: { kind: 'layer', layer: index, turn } };
    for (const [windowFrom, windowUntil] of windows) {
      const piece = { fromMs: Math.max(turnFrom, windowFrom), untilMs: Math.min(turnUntil, windowUntil), duty };
      if (piece.fromMs < piece.untilMs) pieces.push(piece);
    }
  }
  return pieces;
}

/** The layer's active hours that touch an interval, in order and apart. */
function activeWindows(
  timeZone: string,
  layer: OnCallLayer,
  fromMs: number,
  untilMs: number,
): readonly (readonly [number, number])[] {
  if (layer.restrictions.length === 0) return [[fromMs, untilMs]];
  const last = dateAt(untilMs, timeZone);
  const found: (readonly [number, number])[] = [];
  for (
    let day = dateAt(fromMs, timeZone).subtract({ days: 1 });
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  ) {
    found.push(...windowsOf(timeZone, layer, day));
  }
  const merged: (readonly [number, number])[] = [];
  for (const window of found.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (window[0] >= window[1]) continue;
    if (before !== undefined && window[0] <= before[1])
      merged[merged.length - 1] = [before[0], Math.max(before[1], window[1])];
    else merged.push(window);
  }
  return merged;
}
