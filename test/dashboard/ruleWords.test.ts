/** Alert rules in words, in both languages. */

import { createInstance, type TFunction } from 'i18next';
import { expect, it } from 'vitest';
import en from '../../dashboard/src/messages/en/settings.ts';
import nl from '../../dashboard/src/messages/nl/settings.ts';
import { conditionOf, metricWithUnit } from '../../dashboard/src/pages/settings/ruleWords.ts';

type Rule = Parameters<typeof conditionOf>[0];

async function wordsOf(lng: 'en' | 'nl'): Promise<TFunction<'settings'>> {
  const i18n = createInstance();
  await i18n.init({ lng, ns: ['settings'], resources: { en: { settings: en }, nl: { settings: nl } } });
  return i18n.getFixedT(lng, 'settings');
}
const t = await wordsOf('en');
const dutch = await wordsOf('nl');

const rule = (
  metric: Rule['metric'],
  operator: Rule['operator'],
  threshold: number,
  argument: string | null = null,
) => ({
  metric,
  operator,
  threshold,
  metric_argument: argument,
});

it('a condition names what is measured, with its unit where it has one', () => {
  expect(conditionOf(rule('disk_pct', '>=', 98), t, 'en')).toBe('Fullest disk ≥ 98 %');
  expect(conditionOf(rule('load_avg', '>', 0.5), dutch, 'nl')).toBe('Belasting > 0,5');
  expect(conditionOf(rule('fleet_offline_count', '>=', 3), t, 'en')).toBe('Hosts offline in the fleet ≥ 3');
  expect(conditionOf(rule('tag_offline_pct', '>', 25, 'web'), t, 'en')).toBe('Hosts with tag web offline > 25 %');
  expect(metricWithUnit('network_rx_mbps', t)).toBe('Network in, Mbit/s');
  expect(metricWithUnit('load_avg', t)).toBe('Load');
});

it('a process runs or does not; only what fires always or never is left as it stands', () => {
  expect(conditionOf(rule('process_running', '==', 0, 'sshd'), t, 'en')).toBe('Process sshd does not run');
  expect(conditionOf(rule('process_running', '<', 1, 'sshd'), dutch, 'nl')).toBe('Proces sshd draait niet');
  expect(conditionOf(rule('process_running', '!=', 0, 'xmrig'), t, 'en')).toBe('Process xmrig runs');
  expect(conditionOf(rule('process_running', '>', 5, 'sshd'), t, 'en')).toBe('Process runs (1 or 0) > 5');
});
