import { describe, expect, it } from 'vitest';
import {
  type MaintenanceSchedule,
  maintenancePeriods,
  maintenanceSchedule,
  scheduleFault,
} from '../../src/domain/maintenanceSchedule.ts';

const at = (text: string): number => Date.parse(text);
const iso = (ms: number): string => new Date(ms).toISOString().replace(':00.000Z', 'Z');
const shown = (schedule: MaintenanceSchedule, now: string): readonly string[] =>
  maintenancePeriods(schedule, at(now)).map(({ fromMs, untilMs }) => `${iso(fromMs)} ${iso(untilMs)}`);

const sundayNight: MaintenanceSchedule = {
  kind: 'weekly',
  weekdays: ['sunday'],
  start: '02:00',
  duration_minutes: 120,
  time_zone: 'Europe/Brussels',
  until: '2026-04-12',
};
const once = (from: string, until: string): MaintenanceSchedule => ({ kind: 'once', from, until });

describe('a weekly window', () => {
  it('begins by the wall clock, and at the moment of a change that skips its beginning', () => {
    expect(shown(sundayNight, '2026-03-16T00:00Z')).toEqual([
      '2026-03-22T01:00Z 2026-03-22T03:00Z',
      '2026-03-29T01:00Z 2026-03-29T03:00Z',
      '2026-04-05T00:00Z 2026-04-05T02:00Z',
      '2026-04-12T00:00Z 2026-04-12T02:00Z',
    ]);
  });

  it('begins once on the night on which its hour comes twice', () => {
    expect(shown({ ...sundayNight, until: '2026-10-25' }, '2026-10-24T00:00Z')).toEqual([
      '2026-10-25T00:00Z 2026-10-25T02:00Z',
    ]);
  });

  it('that is open goes on, counted from now', () => {
    const late: MaintenanceSchedule = { ...sundayNight, weekdays: ['saturday'], start: '23:00', until: '2026-03-21' };
    expect(shown(late, '2026-03-21T23:30Z')).toEqual(['2026-03-21T23:30Z 2026-03-22T00:00Z']);
    expect(shown(late, '2026-03-22T00:00Z')).toEqual([]);
  });
});

describe('a window that opens once', () => {
  it('counts from now where it has begun', () => {
    const window = once('2026-03-01T08:00:00Z', '2026-03-01T12:00:00+01:00');
    expect(shown(window, '2026-03-01T07:00Z')).toEqual(['2026-03-01T08:00Z 2026-03-01T11:00Z']);
    expect(shown(window, '2026-03-01T10:00Z')).toEqual(['2026-03-01T10:00Z 2026-03-01T11:00Z']);
    expect(shown(window, '2026-03-01T11:00Z')).toEqual([]);
  });
});

describe('a schedule is refused', () => {
  const now = at('2026-03-01T00:00Z');
  it.each([
    ['when it ends as it begins', once('2026-03-02T00:00:00Z', '2026-03-02T00:00:00Z'), 'must end after'],
    ['when it is longer than a week', once('2026-03-02T00:00:00Z', '2026-03-09T00:01:00Z'), '7 days at most'],
    ['when it is over', once('2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'), 'over already'],
    ['when it is planned years ahead', { ...sundayNight, until: '2027-03-03' }, '366 days'],
    ['when no such day comes', { ...sundayNight, until: '2026-02-28' }, 'over already'],
  ] as const)('%s', (_, schedule, words) => {
    expect(scheduleFault(schedule as MaintenanceSchedule, now)).toContain(words);
  });

  it('and not at the limits', () => {
    expect(scheduleFault(once('2026-03-02T00:00:00Z', '2026-03-09T00:00:00Z'), now)).toBeNull();
    expect(scheduleFault({ ...sundayNight, until: '2027-03-02' }, now)).toBeNull();
  });

  it.each([
    ['no day', { ...sundayNight, weekdays: [] }],
    ['a day twice', { ...sundayNight, weekdays: ['sunday', 'sunday'] }],
    ['more than a day', { ...sundayNight, duration_minutes: 1_441 }],
    ['an offset for a zone', { ...sundayNight, time_zone: '+01:00' }],
    ['a time without an offset', once('2026-03-02T00:00:00', '2026-03-03T00:00:00')],
  ])('with %s', (_, schedule) => {
    expect(maintenanceSchedule.safeParse(schedule).success).toBe(false);
  });
});
