/** What a client reads of the work of a month: headings that the rows below them bear out, in both languages. */

import { createInstance, type TFunction } from 'i18next';
import { describe, expect, it } from 'vitest';
import en from '../../dashboard/src/messages/en/portal.ts';
import nl from '../../dashboard/src/messages/nl/portal.ts';
import type { Alert, Cve, Eat } from '../../dashboard/src/portal/portalQueries.ts';
import { alertsTitle, cvesTitle, eatSentence, eatsTitle, endOf } from '../../dashboard/src/portal/workWords.ts';

async function wordsOf(lng: 'en' | 'nl'): Promise<TFunction<'portal'>> {
  const i18n = createInstance();
  await i18n.init({ lng, ns: ['portal'], defaultNS: 'portal', resources: { en: { portal: en }, nl: { portal: nl } } });
  return i18n.getFixedT(lng, 'portal');
}
const t = await wordsOf('en');
const dutch = await wordsOf('nl');

const eat = (outcome: string | null, is_overdue = false) => ({ outcome, is_overdue }) as Eat;
const cve = (hosts_open: number) => ({ hosts_open }) as Cve;
const alert = (resolved_by_kind: Alert['resolved_by_kind']) => ({ resolved_by_kind, resolved_by_email: null }) as Alert;

describe('headings of the work of a month', () => {
  it('count emergency actions by how they ended, those of which nothing was heard too', () => {
    const eats = [...Array(4).fill(eat('succeeded')), eat('failed'), eat('expired_unused'), eat(null, true)];
    expect(eatsTitle(eats, t)).toBe(
      'Emergency actions: 4 carried out, 1 failed, 1 without an answer of the host, 1 held ready and not used',
    );
    expect(eatsTitle([eat('succeeded')], dutch)).toBe('Noodacties: 1 uitgevoerd');
    expect(eatsTitle([], t)).toBe('No emergency action was needed');
    expect(endOf(eat(null))).toBe(null);
  });

  it('call a vulnerability fixed everywhere only where no host is left', () => {
    expect(cvesTitle([cve(0), cve(9), cve(1)], t)).toBe('Vulnerabilities: 1 fixed everywhere, 2 fixed on some hosts');
    expect(cvesTitle([cve(0)], t)).toBe('Vulnerabilities: 1 fixed everywhere');
    expect(cvesTitle([cve(2)], dutch)).toBe('Kwetsbaarheden: 1 verholpen op een deel van de hosts');
    expect(cvesTitle([], t)).toBe('No vulnerability was fixed');
  });

  it('tell work from what passed by itself, though the client sees no name', () => {
    const alerts = [alert('person'), alert('person'), alert('condition')];
    expect(alertsTitle(alerts, t)).toBe('Alerts: 2 closed by your provider, 1 cleared by itself');
    expect(alertsTitle(alerts.slice(0, 2), t)).toBe('Alerts: 2 closed by your provider');
    expect(alertsTitle(alerts, dutch)).toBe('Meldingen: 2 gesloten door uw dienstverlener, 1 vanzelf verdwenen');
    expect(alertsTitle([], t)).toBe('No alert was dealt with');
  });
});

describe('the sentence of an emergency action', () => {
  const of = (kind: string, label: string, outcome: string | null = 'succeeded') =>
    eatSentence({ actions: [{ kind }], labels: [label], hostname: 'edge-01', outcome }, t);

  it('says what was done, and of what was not carried out what was asked for', () => {
    expect(of('isolate_network', 'IsolateNetwork')).toBe('Isolated the network of edge-01');
    expect(of('isolate_network', 'IsolateNetwork', 'failed')).toBe('Isolate the network of edge-01');
    expect(of('stop_service', 'StopService: nginx.service')).toBe('Stopped nginx.service on edge-01');
    expect(of('memory_dump', 'MemoryDump: pid 4711', null)).toBe('Save the memory of process 4711 on edge-01');
    expect(of('run_playbook', 'RunPlaybook: db-restore')).toBe('Ran the playbook db-restore on edge-01');
  });

  it('names several in their order, and imported ones by their label', () => {
    const actions = [{ kind: 'reboot' }, { kind: 'defragment' }, null];
    expect(
      eatSentence({ actions, labels: ['Reboot', 'defragment', 'x'], hostname: 'h', outcome: 'succeeded' }, dutch),
    ).toBe('h opnieuw gestart, defragment op h, x op h');
  });
});
