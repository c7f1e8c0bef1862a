/** Times in words: what stands beside an exact time must not contradict it, in either language. */

import i18next from 'i18next';
import { beforeAll, expect, it } from 'vitest';
import en from '../../dashboard/src/messages/en/common.ts';
import nl from '../../dashboard/src/messages/nl/common.ts';
import { countdown, momentText, relativeTime, timeSpan, wholeMinutes } from '../../dashboard/src/ui/timeWords.ts';

const NOW = Date.parse('2026-11-25T12:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    defaultNS: 'common',
    resources: { en: { common: en }, nl: { common: nl } },
    interpolation: { escapeValue: false },
  });
});

async function inDutch(look: () => void): Promise<void> {
  await i18next.changeLanguage('nl');
  try {
    look();
  } finally {
    await i18next.changeLanguage('en');
  }
}

it('a length has its two largest units, and none that is nought', async () => {
  const said = [0, 48, 60, 90, 3_600, 7_140, 86_399, 86_400, 100_800, 93_600, 20 * 86_400 + 3_600];
  expect(said.map((seconds) => timeSpan(seconds))).toEqual([
    '0 s',
    '48 s',
    '1 min',
    '1 min 30 s',
    '1 h',
    '1 h 59 min',
    '23 h 59 min',
    '1 d',
    '1 d 4 h',
    '1 d 2 h',
    '20 d 1 h',
  ]);
  expect(timeSpan(wholeMinutes(59)), 'under a minute the seconds are all there is').toBe('59 s');
  expect(timeSpan(wholeMinutes(119))).toBe('1 min');
  await inDutch(() => expect(timeSpan(8 * 3_600)).toBe('8 u'));
});

it('what counts down says its units (“0:48” may be minutes), and does not jump', () => {
  const left = [48, 60, 427, 3_600, 7_140].map((seconds) => countdown(NOW + seconds * 1_000, NOW));
  expect(left).toEqual(['48 s', '1 min 00 s', '7 min 07 s', '1 h 00 min', '1 h 59 min']);
  expect(countdown(NOW - 1, NOW)).toBe('0 s');
});

it('how long ago or until has two units below a week, days up to 90, and then is the date', async () => {
  const at = (ms: number): string => relativeTime(NOW + ms, NOW, 'en');
  expect(at(-2 * HOUR + MINUTE)).toBe('1 h 59 min ago');
  expect(at(2 * HOUR - 1)).toBe('in 1 h 59 min');
  expect(at(-90_000), 'seconds beyond a minute are not told').toBe('1 min ago');
  expect(at(48_000)).toBe('in 48 s');
  expect(at(-DAY - 4 * HOUR)).toBe('1 d 4 h ago');
  expect(at(-8 * DAY - 4 * HOUR)).toBe('8 d ago');
  expect(at(90 * DAY)).toBe('in 90 d');
  expect(at(3_649 * DAY)).toMatch(/2036/);
  expect(at(-1_000)).toBe('just now');
  await inDutch(() => {
    expect(relativeTime(NOW - 2 * HOUR, NOW, 'nl')).toBe('2 u geleden');
    expect(relativeTime(NOW + 2 * HOUR, NOW, 'nl')).toBe('over 2 u');
  });
});

it('what has happened is never ahead, however far the viewer’s clock is behind the hub’s', () => {
  expect(relativeTime(NOW + 1_000, NOW, 'en'), 'a control: by the clock it is').toBe('in 1 s');
  expect(relativeTime(NOW + 1_000, NOW, 'en', { past: true })).toBe('just now');
  expect(relativeTime(NOW + HOUR, NOW, 'en', { past: true })).toBe('just now');
});

it('a moment is told in the zone in force, and says so where that is not the viewer’s own', () => {
  expect(momentText(NOW, 'en-GB', 'Europe/Brussels')).toMatch(/25 Nov 2026, 13:00$/);
  expect(momentText(NOW, 'en-GB', 'Europe/Brussels', 'date')).toBe('25 Nov 2026');
  const isUtc = Intl.DateTimeFormat().resolvedOptions().timeZone === 'UTC';
  expect(momentText(NOW, 'en-GB', 'UTC', 'time')).toBe(isUtc ? '12:00' : '12:00 UTC');
});
