import { URGENCY_TERMS, type UrgencyTermName } from '../../../../src/domain/urgency.ts';

/** What a term counts, in the words of the formula itself. */
const sentence = (name: UrgencyTermName): string => URGENCY_TERMS.find((term) => term.name === name)?.sentence ?? name;

/** Words of the cockpit. */
const messages = {
  title: 'MSP cockpit',
  table: 'Clients by urgency',
  search: 'Search clients',
  chip: 'urgency > {{urgency}}',
  sort: {
    label: 'Order',
    '-urgency': 'Most urgent first',
    urgency: 'Least urgent first',
    name: 'Name A to Z',
    '-name': 'Name Z to A',
    trust_score: 'Lowest Trust Score first',
    '-trust_score': 'Highest Trust Score first',
  },
  live: 'Live',
  notLive: 'Connecting…',
  sortAgain: 'Order has changed: sort again',
  columns: {
    urgency: 'Urgency',
    client: 'Client',
    score: 'Trust Score',
    alert: 'Top alert',
    cve: 'Top kernel CVE',
    hosts: 'Hosts',
    actions: 'Actions',
  },
  summary: {
    tenants_one: '{{count}} client',
    tenants_other: '{{count}} clients',
    above_one: '{{count}} above {{urgency}}',
    above_other: '{{count}} above {{urgency}}',
    critical_one: '{{count}} critical alert',
    critical_other: '{{count}} critical alerts',
    kev_one: '{{count}} with a known-exploited CVE',
    kev_other: '{{count}} with known-exploited CVEs',
    overdue_one: '{{count}} overdue EAT',
    overdue_other: '{{count}} overdue EATs',
    offline_one: '{{count}} host offline',
    offline_other: '{{count}} hosts offline',
  },
  urgency: {
    explain: 'Urgency {{urgency}} of {{name}}: show its six terms',
    title: 'Why {{name}} is this urgent',
    term: 'Term',
    count: 'Count and weight',
    points: 'Points',
    sum: 'Urgency',
    sentences: {
      open_critical: sentence('open_critical'),
      open_high: sentence('open_high'),
      sla_breach_minutes: sentence('sla_breach_minutes'),
      kev_open_cves: sentence('kev_open_cves'),
      trust_score_delta_24h: sentence('trust_score_delta_24h'),
      overdue_eats: sentence('overdue_eats'),
    },
  },
  score: { none: 'No score yet', sparkline: 'Trust Score of {{name}} over 14 days: from {{from}} to {{to}}' },
  alert: {
    none: 'No open alert',
    age: 'open {{span}}',
    sla: { ok: 'SLA on time', due_soon: 'SLA due soon', breached: 'SLA overdue' },
  },
  cve: {
    none: 'No open kernel CVE',
    kevTitle: 'In the CISA catalogue of known-exploited vulnerabilities',
    hosts_one: '{{count}} host',
    hosts_other: '{{count}} hosts',
    fixed: 'fixed in {{version}}',
  },
  hosts: {
    active_one: '{{count}} host',
    active_other: '{{count}} hosts',
    offline: '{{offline}} offline',
    overdue_one: '{{count}} EAT overdue',
    overdue_other: '{{count}} EATs overdue',
  },
  print: {
    action: 'Print',
    shown_one: '{{shown}} of {{count}} client',
    shown_other: '{{shown}} of {{count}} clients',
  },
  enter: 'Open in tenant context',
  view: 'View client',
  views: {
    title: 'Saved views',
    empty: 'A saved view is a set of filters under a name, kept in this browser. Filter first, then save it here.',
    name: 'Save these filters as',
    saved: 'View "{{name}}" saved.',
    deleted: 'View "{{name}}" deleted.',
    delete: 'Delete view {{name}}',
  },
  showAll: 'Show all clients',
  calm: { title: 'A calm morning', text: 'No client is above {{urgency}}.' },
  noMatch: { title: 'No client found', text: 'Nothing fits "{{q}}" with these filters.' },
  empty: {
    title: 'No clients yet',
    text: 'Each client company appears here with its urgency once its first host reports.',
    action: 'Go to settings',
  },
} as const;

export default messages;
