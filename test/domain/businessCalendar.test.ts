import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueMs, isOpenAt, type SlaCalendar, slaCalendar } from '../../src/domain/businessCalendar.ts';
import { WEEKDAYS } from '../../src/domain/localTime.ts';

const MINUTE = 60_000;
const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');

const WORKING_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'] as const;
const nineToFive = [{ from: '09:00', until: '17:00' }];
const office: SlaCalendar = {
  kind: 'business_hours',
  time_zone: 'Europe/Brussels',
  weekly_hours: Object.fromEntries(WORKING_DAYS.map((day) => [day, nineToFive])),
  holidays: ['2026-12-25'],
};
const sundays = (from: string, until: string): SlaCalendar => ({
  kind: 'business_hours',
  time_zone: 'Europe/Brussels',
  weekly_hours: { sunday: [{ from, until }] },
  holidays: [],
});

describe('office hours in Brussels', () => {
  it.each([
    ['within the day', '2026-07-01T08:00Z', 60, '2026-07-01T09:00Z'],
    ['from before the hours', '2026-07-01T03:00Z', 60, '2026-07-01T08:00Z'],
    ['at closing time, not on the next morning', '2026-07-01T14:00Z', 60, '2026-07-01T15:00Z'],
    ['over night', '2026-07-01T14:30Z', 60, '2026-07-02T07:30Z'],
    ['over the weekend', '2026-07-03T14:30Z', 60, '2026-07-06T07:30Z'],
    ['from the weekend', '2026-07-04T12:00Z', 15, '2026-07-06T07:15Z'],
    ['over the weekend on which clocks go forward', '2026-03-27T15:30Z', 60, '2026-03-30T07:30Z'],
    ['over the weekend on which clocks go back', '2026-10-23T14:30Z', 60, '2026-10-26T08:30Z'],
    ['over a holiday and a weekend', '2026-12-24T15:30Z', 60, '2026-12-28T08:30Z'],
    ['a whole working week', '2026-07-01T07:00Z', 5 * 8 * 60, '2026-07-07T15:00Z'],
  ])('are due %s', (_, opened, minutes, due) => {
    expect(iso(dueMs(at(opened), minutes, office))).toBe(due);
  });
});

describe('hours on the night of a change', () => {
  it.each([
    // 29 March 2026: 02:00 is 03:00. 25 October 2026: 03:00 is 02:00 again.
    ['a day of 23 hours', sundays('00:00', '24:00'), '2026-03-28T23:00Z', 23 * 60, '2026-03-29T22:00Z'],
    ['a day of 25 hours', sundays('00:00', '24:00'), '2026-10-24T22:00Z', 25 * 60, '2026-10-25T23:00Z'],
    ['hours around the gap', sundays('01:30', '03:30'), '2026-03-28T23:00Z', 60, '2026-03-29T01:30Z'],
    ['hours that begin in the gap', sundays('02:30', '04:00'), '2026-03-28T23:00Z', 60, '2026-03-29T02:00Z'],
    ['hours in the gap: not open that night', sundays('02:00', '03:00'), '2026-03-28T23:00Z', 60, '2026-04-05T01:00Z'],
    ['hours that come twice', sundays('02:00', '03:00'), '2026-10-24T22:00Z', 120, '2026-10-25T02:00Z'],
    ['hours that begin in the repeated hour', sundays('02:30', '04:00'), '2026-10-24T22:00Z', 150, '2026-10-25T03:00Z'],
  ])('%s', (_, calendar, opened, minutes, due) => {
    expect(iso(dueMs(at(opened), minutes, calendar))).toBe(due);
  });
});

/** Two intervals a day at most, from five in the morning to eleven at night, so that no change of clocks is inside. */
const weekly = fc
  .uniqueArray(fc.integer({ min: 5 * 60, max: 23 * 60 - 1 }), { minLength: 2, maxLength: 4 })
  .map((times) => times.toSorted((a, b) => a - b))
  .map((times) => {
    const clock = (minutes: number): string =>
      `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const intervals = [];
    for (let index = 0; index + 1 < times.length; index += 2)
      intervals.push({ from: clock(times[index] as number), until: clock(times[index + 1] as number) });
    return intervals;
  });
const ZONES = ['Europe/Brussels', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'];
const calendars: fc.Arbitrary<SlaCalendar> = fc
  .record({
    kind: fc.constant('business_hours' as const),
    time_zone: fc.constantFrom(...ZONES),
    weekly_hours: fc
      .tuple(fc.subarray([...WEEKDAYS], { minLength: 1 }), weekly)
      .map(([days, intervals]) => Object.fromEntries(days.map((day) => [day, intervals]))),
    holidays: fc.subarray(['2026-03-30', '2026-05-01', '2026-10-26']),
  })
  .filter((calendar) => slaCalendar.safeParse(calendar).success);
const moments = fc
  .integer({ min: at('2026-01-01T00:00Z') / MINUTE, max: at('2027-01-01T00:00Z') / MINUTE })
  .map((minutes) => minutes * MINUTE);
const counts = fc.integer({ min: 1, max: 3_000 });

/** Counts open minutes by asking a wall clock that shares nothing with the code under test. */
function wallClock(calendar: Extract<SlaCalendar, { kind: 'business_hours' }>): (ms: number) => boolean {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: calendar.time_zone,
    weekday: 'long',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (ms) => {
    const parts = Object.fromEntries(format.formatToParts(ms).map(({ type, value }) => [type, value]));
    if (calendar.holidays.includes(`${parts['year']}-${parts['month']}-${parts['day']}`)) return false;
    const time = `${parts['hour']}:${parts['minute']}`;
    const day = (parts['weekday'] as string).toLowerCase() as (typeof WEEKDAYS)[number];
    return (calendar.weekly_hours[day] ?? []).some(({ from, until }) => from <= time && time < until);
  };
}

describe('every calendar', () => {
  it('counts exactly the open minutes of the wall clock, over changes of clocks as well', () => {
    fc.assert(
      fc.property(calendars, moments, fc.integer({ min: 1, max: 600 }), (calendar, opened, minutes) => {
        if (calendar.kind === '24x7') return;
        const due = dueMs(opened, minutes, calendar);
        const isOpen = wallClock(calendar);
        let counted = 0;
        for (let ms = opened; ms < due && counted <= minutes; ms += MINUTE) if (isOpen(ms)) counted += 1;
        expect(counted).toBe(minutes);
        expect(isOpen(due - MINUTE)).toBe(true);
      }),
      { numRuns: 30 },
    );
  }, 30_000);

  it('is due inside open hours, or as they end', () => {
    fc.assert(
      fc.property(calendars, moments, counts, (calendar, opened, minutes) => {
        const due = dueMs(opened, minutes, calendar);
        expect(isOpenAt(calendar, due) || isOpenAt(calendar, due - 1)).toBe(true);
      }),
    );
  });

  it('is due later for more minutes, and for a pause more', () => {
    const pauses = fc.array(
      fc.record({ fromMs: moments, lengthMs: fc.integer({ min: 1, max: 10_000 * MINUTE }) }).map((pause) => ({
        fromMs: pause.fromMs,
        untilMs: pause.fromMs + pause.lengthMs,
      })),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(calendars, moments, counts, counts, pauses, (calendar, opened, minutes, more, stops) => {
        const due = dueMs(opened, minutes, calendar, stops);
        expect(dueMs(opened, minutes + more, calendar, stops)).toBeGreaterThan(due);
        expect(due).toBeGreaterThanOrEqual(dueMs(opened, minutes, calendar, stops.slice(1)));
        // What counts is never inside a pause.
        for (const { fromMs, untilMs } of stops) expect(fromMs < due && due < untilMs).toBe(false);
      }),
    );
  });

  it('24x7 is plain addition', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 1, max: 525_600 }), (opened, minutes) => {
        expect(dueMs(opened, minutes, { kind: '24x7' })).toBe(opened + minutes * MINUTE);
        expect(isOpenAt({ kind: '24x7' }, opened)).toBe(true);
      }),
    );
  });

  it('that gives years for an answer gives it in time', () => {
    const due = dueMs(at('2026-01-01T00:00Z'), 525_600, sundays('09:00', '10:00'));
    expect(new Date(due).getUTCFullYear()).toBe(2036);
  });
});

describe('pauses', () => {
  const minutes = (from: number, until: number) => ({ fromMs: from * MINUTE, untilMs: until * MINUTE });
  it.each([
    ['before the opening do not count', [minutes(-60, -30)], 60],
    ['that are open at the opening count from then', [minutes(-60, 10)], 70],
    ['that overlap count once, in whatever order', [minutes(40, 80), minutes(30, 50)], 110],
    ['inside another count once', [minutes(10, 100), minutes(20, 30)], 150],
    ['that begin as it is due do not count', [minutes(60, 90)], 60],
    ['one after the other add up', [minutes(10, 20), minutes(65, 75)], 80],
    ['that begin as the pause before ends are one', [minutes(10, 20), minutes(20, 30)], 80],
  ])('%s', (_, pauses, due) => {
    expect(dueMs(0, 60, { kind: '24x7' }, pauses)).toBe(due * MINUTE);
  });

  it('outside the hours change nothing', () => {
    const night = { fromMs: at('2026-07-01T18:00Z'), untilMs: at('2026-07-02T05:00Z') };
    expect(iso(dueMs(at('2026-07-01T14:30Z'), 60, office, [night]))).toBe('2026-07-02T07:30Z');
  });
});

describe('a calendar as people write it', () => {
  it.each([
    ['an offset for a zone', { ...office, time_zone: '+02:00' }],
    ['a zone that is none', { ...office, time_zone: 'Europe/Gent' }],
    ['hours over midnight', sundays('22:00', '06:00')],
    ['hours of nothing', sundays('09:00', '09:00')],
    ['times that are none', sundays('9:00', '17:00')],
    ['a beginning at 24:00', sundays('24:00', '24:00')],
    ['too little of a week', sundays('09:00', '09:30')],
    ['no hours at all', { ...office, weekly_hours: {} }],
    ['hours that overlap', { ...office, weekly_hours: { monday: [...nineToFive, { from: '16:00', until: '18:00' }] } }],
    ['a day that is none', { ...office, weekly_hours: { funday: nineToFive } }],
    ['a holiday that is no date', { ...office, holidays: ['2026-02-30'] }],
    ['a holiday twice', { ...office, holidays: ['2026-12-25', '2026-12-25'] }],
    ['hours for 24x7', { ...office, kind: '24x7' }],
  ])('is refused with %s', (_, calendar) => {
    expect(slaCalendar.safeParse(office).success).toBe(true);
    expect(slaCalendar.safeParse(calendar).success).toBe(false);
  });
});
