import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dateAt, instantMs, isTimeZone } from '../../src/domain/localTime.ts';

const dateOf = (text: string) => dateAt(Date.parse(text), 'UTC');

describe('a wall time as an instant', () => {
  it.each([
    // 29 March 2026: 02:00 is 03:00. 25 October 2026: 03:00 is 02:00 again.
    ['Europe/Brussels', '2026-03-28', '02:30', '2026-03-28T01:30Z'],
    ['Europe/Brussels', '2026-03-29', '02:30', '2026-03-29T01:00Z'],
    ['Europe/Brussels', '2026-03-29', '03:00', '2026-03-29T01:00Z'],
    ['Europe/Brussels', '2026-10-25', '02:30', '2026-10-25T00:30Z'],
    ['Europe/Brussels', '2026-10-25', '24:00', '2026-10-25T23:00Z'],
    ['America/Sao_Paulo', '2018-11-04', '00:00', '2018-11-04T03:00Z'], // that day begins at 01:00
    ['Pacific/Apia', '2011-12-30', '09:00', '2011-12-30T10:00Z'], // there was no such day
  ])('%s %s %s is %s', (zone, date, time, instant) => {
    expect(instantMs(dateOf(date), time, zone)).toBe(Date.parse(instant));
  });

  it('keeps the order of the clock on every night, so that hours that are apart never overlap', () => {
    const clock = (minutes: number): string =>
      [Math.floor(minutes / 60), minutes % 60].map((n) => String(n).padStart(2, '0')).join(':');
    fc.assert(
      fc.property(
        fc.constantFrom(
          ['Europe/Brussels', '2026-03-29'],
          ['Europe/Brussels', '2026-10-25'],
          ['America/New_York', '2026-03-08'],
          ['Australia/Lord_Howe', '2026-10-04'],
          ['America/Sao_Paulo', '2018-11-04'],
          ['Pacific/Apia', '2011-12-30'],
        ),
        fc.integer({ min: 0, max: 300 }),
        fc.integer({ min: 0, max: 90 }),
        ([zone, date], minutes, more) => {
          const at = (time: number): number => instantMs(dateOf(date), clock(time), zone);
          expect(at(minutes)).toBeLessThanOrEqual(at(minutes + more));
        },
      ),
      { numRuns: 500 },
    );
  });
});

it('a zone is one by its name', () => {
  expect(['Europe/Brussels', 'UTC', 'America/New_York'].map(isTimeZone)).toEqual([true, true, true]);
  expect(['+02:00', 'Mars/Olympus', '', 'Europe/Brussels\n'].map(isTimeZone)).toEqual([false, false, false, false]);
});
