import type en from '../en/overview.ts';
import type { Translated } from '../messages.ts';

/** Woorden van het overzicht van een klant. */
const messages: Translated<typeof en> = {
  title: 'Overzicht',
  lead: 'Wat er nu toe doet',
  choose: 'Kies een klant',
  chooseText: 'Het overzicht toont één klant: Trust Score, meldingen, hosts en noodacties.',
  all: 'Alles tonen',
  ranges: { '30d': '30 dagen', '90d': '90 dagen', '365d': '365 dagen' },
  score: {
    title: 'Trust Score',
    day: 'in 24 uur',
    chart: 'Trust Score van {{name}}',
    none: 'Nog geen score',
    noneText: 'Die wordt elk halfuur berekend, zodra de eerste host zijn inventaris heeft gestuurd.',
    formula: 'Formule {{version}}',
    hash: 'Invoer',
    inputs: 'Bekijk de invoer',
  },
  components: {
    asOf: 'stand van',
    title: 'Waaruit die bestaat',
    weight: 'van 100 · weegt {{percent}} %',
    patch_hygiene: 'Patchhygiëne',
    agent_health: 'Gezondheid van agents',
    secrets_exposure: 'Blootstelling van geheimen',
    configuration_drift: 'Afwijkende configuratie',
    eat_discipline: 'EAT-discipline',
    evidence_continuity: 'Doorlopend bewijs',
  },
  weakness: {
    cves_one: '{{count}} open CVE, {{kev}} bekend misbruikt',
    cves_other: '{{count}} open CVE’s over alle hosts, {{kev}} bekend misbruikt',
    noCves: 'Geen open CVE',
    health_one: '{{online}} van {{count}} host online, {{current}} met de huidige agent',
    health_other: '{{online}} van {{count}} hosts online, {{current}} met de huidige agent',
    healthWatched_one:
      '{{online}} van {{count}} host online, {{current}} met de huidige agent; {{planned}} in onderhoud',
    healthWatched_other:
      '{{online}} van {{count}} hosts online, {{current}} met de huidige agent; {{planned}} in onderhoud',
    findings_one: '{{count}} open bevinding: {{critical}} kritiek, {{high}} hoog',
    findings_other: '{{count}} open bevindingen: {{critical}} kritiek, {{high}} hoog',
    noFindings: 'Geen open bevinding',
    drift_one: '{{count}} van {{watched}} bewaakte bestanden wijkt af',
    drift_other: '{{count}} van {{watched}} bewaakte bestanden wijken af',
    noDrift: 'Elk bewaakt bestand is zoals het was',
    eats_one: '{{count}} van {{total}} EAT’s mislukte in 30 dagen',
    eats_other: '{{count}} van {{total}} EAT’s mislukten in 30 dagen',
    noEats: 'Geen EAT in 30 dagen',
    packs_one: '{{count}} van {{due}} maanden heeft een auditpakket',
    packs_other: '{{count}} van {{due}} maanden hebben een auditpakket',
    noPacks: 'Er is nog geen maand voorbij',
  },
  alerts: {
    title: 'Open meldingen',
    none: 'Geen open meldingen',
    noneText: 'Niets wacht op iemand.',
    acknowledged: '{{count}} bevestigd',
    sla: { ok: 'Op tijd', due_soon: 'Bijna te laat', breached: 'Te laat' },
  },
  hosts: {
    online: 'Hosts online',
    allOnline: 'Allemaal',
    offline_one: '{{count}} offline',
    offline_other: '{{count}} offline',
  },
  overdue: { title: 'EAT’s te laat', text: 'verlopen zonder uitkomst' },
  cves: {
    title: 'Eerst patchen',
    none: 'Geen open CVE',
    noneText: 'Elke bekende kwetsbaarheid is verholpen.',
    hosts_one: '{{count}} host',
    hosts_other: '{{count}} hosts',
  },
  emergency: {
    title: 'Noodacties',
    none: 'Geen noodactie',
    noneText: 'Niets loopt, niets wacht op goedkeuring, en elk token heeft geantwoord.',
    approvals: '{{count}} van {{needed}} goedkeuringen',
  },
  onCall: {
    title: 'Nu oproepbaar',
    none: 'Geen rooster',
    noneText: 'Maak er een onder Oproepdienst, zodat meldingen iemand vinden.',
    nobody: 'Niemand',
    until: 'tot',
  },
};

export default messages;
