import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DAY_MS,
  type OnCallLayer,
  type OnCallSchedule,
  type OnCallShift,
  onCallAt,
  onCallLayer,
  onCallNow,
  shiftsBetween,
  wholeShiftsBetween,
} from '../../src/domain/onCall.ts';

const [CAROL, DAVE, ERIN] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`) as [string, string, string];
const NAMES: Readonly<Record<string, string>> = { [CAROL]: 'carol', [DAVE]: 'dave', [ERIN]: 'erin' };

const weekly: OnCallLayer = {
  name: 'Primary',
  members: [CAROL, DAVE, ERIN],
  rotation: 'weekly',
  handover_time: '09:00',
  handover_weekday: 1,
  starts_on: '2026-01-05',
  restrictions: [],
};
const daily: OnCallLayer = { ...weekly, rotation: 'daily', handover_weekday: null };
const at = (text: string): number => Date.parse(text);
const schedule = (layers: readonly OnCallLayer[], change: Partial<OnCallSchedule> = {}): OnCallSchedule => ({
  timeZone: 'Europe/Brussels',
  layers,
  overrides: [],
  skipped: new Set(),
  ...change,
});
const named = (shift: OnCallShift): readonly string[] => [
  new Date(shift.fromMs).toISOString().slice(0, 16),
  new Date(shift.untilMs).toISOString().slice(0, 16),
  shift.duty === null ? 'nobody' : (NAMES[shift.duty.userId] as string),
];

describe('a weekly rotation', () => {
  it('hands over on its weekday at its local time', () => {
    expect(shiftsBetween(schedule([weekly]), at('2026-01-05T08:00Z'), at('2026-01-26T08:00Z')).map(named)).toEqual([
      ['2026-01-05T08:00', '2026-01-12T08:00', 'carol'],
      ['2026-01-12T08:00', '2026-01-19T08:00', 'dave'],
      ['2026-01-19T08:00', '2026-01-26T08:00', 'erin'],
    ]);
  });

  it('that starts between two handovers begins with a short turn, and nobody is on call before', () => {
    const late = schedule([{ ...weekly, starts_on: '2026-01-07' }]);
    expect(shiftsBetween(late, at('2026-01-05T00:00Z'), at('2026-01-13T00:00Z')).map(named)).toEqual([
      ['2026-01-05T00:00', '2026-01-07T08:00', 'nobody'],
      ['2026-01-07T08:00', '2026-01-12T08:00', 'carol'],
      ['2026-01-12T08:00', '2026-01-13T00:00', 'dave'],
    ]);
  });

  it('gives each member equal turns (a fixed zone)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 8 }), (people, rounds) => {
        const members = Array.from({ length: people }, (_, n) => `00000000-0000-4000-8000-0000000000${n + 10}`);
        const from = at('2026-01-05T09:00Z');
        const days = 7 * people * Math.min(rounds, 12);
        const shifts = shiftsBetween(
          schedule([{ ...weekly, members }], { timeZone: 'UTC' }),
          from,
          from + days * DAY_MS,
        );
        const totals = new Map(members.map((member) => [member, 0]));
        for (const { duty, fromMs, untilMs } of shifts)
          totals.set(duty?.userId as string, (totals.get(duty?.userId as string) ?? 0) + untilMs - fromMs);
        expect(new Set(totals.values())).toEqual(new Set([(days * DAY_MS) / people]));
      }),
    );
  });
});

describe('handovers across changes of the clock', () => {
  it.each([
    // zone, handover, day, instant of that day's handover
    ['Europe/Brussels', '09:00', '2026-03-28', '2026-03-28T08:00Z'],
    ['Europe/Brussels', '09:00', '2026-03-29', '2026-03-29T07:00Z'],
    ['Europe/Brussels', '02:30', '2026-03-29', '2026-03-29T01:00Z'], // 02:30 does not exist: 03:00, the change
    ['Europe/Brussels', '02:30', '2026-10-25', '2026-10-25T00:30Z'], // 02:30 exists twice: the first
    ['Europe/Brussels', '09:00', '2026-10-25', '2026-10-25T08:00Z'],
    ['America/New_York', '02:30', '2026-03-08', '2026-03-08T07:00Z'], // 03:00 EDT, the change
    ['America/New_York', '01:30', '2026-11-01', '2026-11-01T05:30Z'], // the first 01:30, EDT
    ['America/New_York', '09:00', '2026-11-01', '2026-11-01T14:00Z'],
    ['Asia/Kathmandu', '09:00', '2026-07-01', '2026-07-01T03:15Z'],
    ['Australia/Lord_Howe', '02:10', '2026-10-04', '2026-10-03T15:30Z'], // forward by half an hour only
  ])('%s %s on %s is %s', (timeZone, handover_time, _day, instant) => {
    const of = schedule([{ ...daily, handover_time }], { timeZone });
    const moment = at(instant);
    expect(onCallAt(of, moment - 1)?.userId).not.toBe(onCallAt(of, moment)?.userId);
    const shift = shiftsBetween(of, moment - DAY_MS * 3, moment + DAY_MS * 3).find(({ fromMs }) => fromMs === moment);
    expect(shift?.duty).toEqual(onCallAt(of, moment));
  });

  it('make one day of 23 and one of 25 hours, and no turn is lost', () => {
    const hours = (from: string, until: string): readonly number[] =>
      shiftsBetween(schedule([daily]), at(from), at(until)).map((shift) => (shift.untilMs - shift.fromMs) / 3_600_000);
    expect(hours('2026-03-27T08:00Z', '2026-03-31T07:00Z')).toEqual([24, 23, 24, 24]);
    expect(hours('2026-10-23T07:00Z', '2026-10-27T08:00Z')).toEqual([24, 25, 24, 24]);
  });
});

describe('layers', () => {
  const nights: OnCallLayer = {
    ...weekly,
    name: 'Nights',
    members: [ERIN],
    restrictions: [{ weekdays: [1, 2, 3, 4, 5], from: '20:00', until: '06:00' }],
  };

  it('a higher one covers a lower one where it is active, over midnight as well', () => {
    const both = schedule([{ ...weekly, members: [CAROL] }, nights]);
    // Friday to Monday: Friday's night reaches into Saturday, Saturday and Sunday have none.
    expect(shiftsBetween(both, at('2026-01-09T12:00Z'), at('2026-01-13T12:00Z')).map(named)).toEqual([
      ['2026-01-09T12:00', '2026-01-09T19:00', 'carol'],
      ['2026-01-09T19:00', '2026-01-10T05:00', 'erin'],
      ['2026-01-10T05:00', '2026-01-12T08:00', 'carol'],
      ['2026-01-12T08:00', '2026-01-12T19:00', 'carol'],
      ['2026-01-12T19:00', '2026-01-13T05:00', 'erin'],
      ['2026-01-13T05:00', '2026-01-13T12:00', 'carol'],
    ]);
    expect(onCallAt(both, at('2026-01-10T02:00Z'))?.source).toMatchObject({ kind: 'layer', layer: 1 });
  });

  it('a whole weekend is two days from midnight to midnight', () => {
    const weekend = schedule([
      { ...weekly, members: [DAVE], restrictions: [{ weekdays: [6, 7], from: '00:00', until: '00:00' }] },
    ]);
    expect(shiftsBetween(weekend, at('2026-01-09T00:00Z'), at('2026-01-12T12:00Z')).map(named)).toEqual([
      ['2026-01-09T00:00', '2026-01-09T23:00', 'nobody'],
      ['2026-01-09T23:00', '2026-01-11T23:00', 'dave'],
      ['2026-01-11T23:00', '2026-01-12T12:00', 'nobody'],
    ]);
  });

  it('pass over whoever may not be on call: the next in order takes the turn, and no other turn moves', () => {
    const without = schedule([weekly], { skipped: new Set([DAVE]) });
    const who = shiftsBetween(without, at('2026-01-05T08:00Z'), at('2026-02-09T08:00Z')).map(
      (shift) => named(shift)[2],
    );
    expect(who).toEqual(['carol', 'erin', 'erin', 'carol', 'erin']);
    const nobody = schedule([weekly], { skipped: new Set([CAROL, DAVE, ERIN]) });
    expect(onCallAt(nobody, at('2026-01-06T00:00Z'))).toBeNull();
    expect(shiftsBetween(nobody, 0, DAY_MS)).toEqual([{ fromMs: 0, untilMs: DAY_MS, duty: null }]);
  });
});

describe('an override', () => {
  const overrides = [
    { id: 'old', userId: DAVE, fromMs: at('2026-01-06T10:00Z'), untilMs: at('2026-01-06T18:00Z') },
    { id: 'new', userId: ERIN, fromMs: at('2026-01-06T16:00Z'), untilMs: at('2026-01-06T20:00Z') },
  ];

  it('is above every layer, and the newer one above the older', () => {
    const of = schedule([weekly], { overrides });
    expect(shiftsBetween(of, at('2026-01-06T00:00Z'), at('2026-01-07T00:00Z')).map(named)).toEqual([
      ['2026-01-06T00:00', '2026-01-06T10:00', 'carol'],
      ['2026-01-06T10:00', '2026-01-06T16:00', 'dave'],
      ['2026-01-06T16:00', '2026-01-06T20:00', 'erin'],
      ['2026-01-06T20:00', '2026-01-07T00:00', 'carol'],
    ]);
  });

  it('of somebody who may not be on call counts for nothing', () => {
    const of = schedule([weekly], { overrides, skipped: new Set([ERIN]) });
    expect(onCallAt(of, at('2026-01-06T19:00Z'))?.userId).toBe(CAROL);
    expect(onCallAt(of, at('2026-01-06T17:00Z'))?.userId).toBe(DAVE);
  });
});

describe('who is on call now', () => {
  it('is told with the end of their time and the next person', () => {
    expect(onCallNow(schedule([weekly]), at('2026-01-06T00:00Z'))).toMatchObject({
      duty: { userId: CAROL },
      untilMs: at('2026-01-12T08:00Z'),
      next: { duty: { userId: DAVE }, fromMs: at('2026-01-12T08:00Z') },
    });
  });

  it('has no end where nobody else ever is', () => {
    expect(onCallNow(schedule([{ ...weekly, members: [CAROL] }]), at('2026-01-06T00:00Z'))).toMatchObject({
      untilMs: null,
      next: null,
    });
  });
});

it('whole shifts begin and end as they do, whenever they are looked at (a calendar knows them again)', () => {
  const of = schedule([weekly]);
  const first = (now: string): number | undefined =>
    wholeShiftsBetween(of, at(now), at('2026-03-01T00:00Z'))[0]?.fromMs;
  expect(first('2026-01-06T00:00Z')).toBe(at('2026-01-05T08:00Z'));
  expect(first('2026-01-11T23:00Z')).toBe(at('2026-01-05T08:00Z'));
  expect(wholeShiftsBetween(of, at('2026-01-06T00:00Z'), at('2026-01-13T00:00Z')).map(named).at(-1)).toEqual([
    '2026-01-12T08:00',
    '2026-01-19T08:00',
    'dave',
  ]);
});

const clock = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(':'));
const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 });
const rotation = fc.constantFrom<OnCallLayer['rotation']>(
  'daily',
  'weekly',
  { every: 3, unit: 'days' },
  { every: 2, unit: 'weeks' },
);
const start = at('2026-03-20T00:00Z');
const anyLayer: fc.Arbitrary<OnCallLayer> = fc
  .record({
    members: fc.uniqueArray(fc.constantFrom(CAROL, DAVE, ERIN), { minLength: 1 }),
    rotation,
    handover_time: clock,
    weekday: fc.integer({ min: 1, max: 7 }),
    days: fc.integer({ min: -400, max: 30 }),
    restrictions: fc.array(fc.record({ weekdays, from: clock, until: clock }), { maxLength: 3 }),
  })
  .map(({ weekday, days, ...rest }) => ({
    ...rest,
    name: 'Any',
    starts_on: new Date(start + days * DAY_MS).toISOString().slice(0, 10),
    handover_weekday:
      rest.rotation === 'weekly' || (typeof rest.rotation === 'object' && rest.rotation.unit === 'weeks')
        ? weekday
        : null,
  }));
const anySchedule: fc.Arbitrary<OnCallSchedule> = fc.record({
  timeZone: fc.constantFrom('Europe/Brussels', 'America/New_York', 'UTC', 'Australia/Lord_Howe', 'Pacific/Apia'),
  layers: fc.array(anyLayer, { minLength: 1, maxLength: 3 }),
  overrides: fc.array(
    fc
      .record({
        userId: fc.constantFrom(CAROL, DAVE, ERIN),
        begin: fc.integer({ min: -2, max: 40 * 24 }),
        hours: fc.integer({ min: 1, max: 100 }),
      })
      .map(({ userId, begin, hours }) => ({
        id: `${userId} ${begin} ${hours}`,
        userId,
        fromMs: start + begin * 3_600_000,
        untilMs: start + (begin + hours) * 3_600_000,
      })),
    { maxLength: 3 },
  ),
  skipped: fc.uniqueArray(fc.constantFrom(CAROL, DAVE, ERIN), { maxLength: 2 }).map((ids) => new Set(ids)),
});

describe('any schedule', () => {
  it('is tiled by its shifts, and they say what one moment says', () => {
    fc.assert(
      fc.property(
        anySchedule,
        fc.integer({ min: 1, max: 30 * 24 * 60 }),
        fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 10, maxLength: 10 }),
        (of, minutes, places) => {
          const end = start + minutes * 60_000;
          const shifts = shiftsBetween(of, start, end);
          expect(shifts[0]?.fromMs).toBe(start);
          expect(shifts.at(-1)?.untilMs).toBe(end);
          for (const [index, shift] of shifts.entries()) {
            expect(shift.fromMs).toBeLessThan(shift.untilMs);
            if (index > 0) {
              expect(shift.fromMs).toBe(shifts[index - 1]?.untilMs);
              expect(shift.duty).not.toEqual(shifts[index - 1]?.duty);
            }
            // At its edges, where faults hide.
            expect(onCallAt(of, shift.fromMs)).toEqual(shift.duty);
            expect(onCallAt(of, shift.untilMs - 1)).toEqual(shift.duty);
          }
          for (const place of places) {
            const moment = start + Math.floor((end - start) * place);
            const shift = shifts.find(({ fromMs, untilMs }) => fromMs <= moment && moment < untilMs);
            expect(onCallAt(of, moment)).toEqual(shift?.duty);
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('looks the same through a smaller window', () => {
    fc.assert(
      fc.property(anySchedule, fc.integer({ min: 1, max: 20 }), (of, days) => {
        const [from, until] = [start + days * DAY_MS, start + (days + 4) * DAY_MS];
        const cut = shiftsBetween(of, start, start + 30 * DAY_MS)
          .map((shift) => ({ ...shift, fromMs: Math.max(shift.fromMs, from), untilMs: Math.min(shift.untilMs, until) }))
          .filter((shift) => shift.fromMs < shift.untilMs);
        expect(shiftsBetween(of, from, until)).toEqual(cut);
      }),
      { numRuns: 100 },
    );
  });
});

describe('what a layer may be', () => {
  it.each([
    [{ ...weekly }, true],
    [{ ...daily }, true],
    [{ ...weekly, handover_weekday: null }, false],
    [{ ...daily, handover_weekday: 1 }, false],
    [{ ...weekly, starts_on: '2026-02-30' }, false],
    [{ ...weekly, handover_time: '24:00' }, false],
    [{ ...weekly, rotation: { every: 0, unit: 'days' } }, false],
    [{ ...daily, rotation: { every: 85, unit: 'days' } }, false],
    [{ ...weekly, members: [] }, false],
  ])('%#: %j is %s', (layer, isFine) => {
    expect(onCallLayer.safeParse(layer).success).toBe(isFine);
  });
});
