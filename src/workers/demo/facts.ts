/** Three months of what happened to the demonstration's hosts, told from the fleet by repeatable chance. */

import { randomUUID } from 'node:crypto';
import { DEFAULT_RULES, ruleAlertTitle } from '../../domain/alertRule.ts';
import { type EatAction, eatAction } from '../../domain/eat.ts';
import type { Severity } from '../../domain/severity.ts';
import { DEMO_TENANTS, type DemoHost, type DemoKernel, demoHosts } from './fleet.ts';
import { DAY_MS, dayOf, HOUR_MS, MINUTE_MS, monthBefore } from './moments.ts';
import { endOf, type QuorumFact, quorumFacts } from './quorum.ts';
import { createRandom, type Random } from './random.ts';

/** How far back the story reaches. */
export const HISTORY_DAYS = 90;
/** Nothing that moves a score much happens so shortly before the beginning, but what is told on purpose. */
const QUIET_MS = 30 * HOUR_MS;
/** When somebody tampered with hosts. */
const TAMPERED_BEFORE_MS = 9 * HOUR_MS;

/** A host in its time; `index` is its place in the fleet and in the file. */
export type HostFacts = DemoHost & {
  readonly index: number;
  readonly registeredMs: number;
  /** When each of its kernels was first seen. */
  readonly kernelsAt: readonly { readonly kernel: DemoKernel; readonly atMs: number }[];
};

/** An alert; `endedMs` null while it is open. `resolver` is the place of a person, null when the condition cleared. */
export type AlertFact = {
  readonly host: number;
  readonly source: 'rule' | 'liveness' | 'alertmanager' | 'ingest' | 'security';
  readonly severity: Severity;
  readonly title: string;
  readonly openedMs: number;
  readonly acknowledgedMs: number | null;
  readonly endedMs: number | null;
  readonly resolver: number | null;
};

/** A weakness of a host's set-up. */
export type FindingFact = {
  readonly host: number;
  readonly kind: 'suid' | 'world_writable' | 'sshd';
  readonly subject: string;
  readonly severity: Severity;
  readonly detail: string;
  readonly fromMs: number;
  readonly toMs: number | null;
};

/** Files off their baseline for a time; those still off are the host's first `count` files. */
export type DriftFact = {
  readonly host: number;
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number | null;
};

/** An emergency token with its end; no outcome means that nobody has heard of it. */
export type EatFact = {
  readonly nonce: string;
  readonly host: number;
  readonly level: 1 | 2 | 3;
  readonly actions: readonly EatAction[];
  readonly reason: string;
  readonly requester: number;
  readonly issuedMs: number;
  readonly expiresMs: number;
  readonly outcome: 'succeeded' | 'failed' | 'expired_unused' | null;
  readonly resultMs: number | null;
  readonly quorumId: string | null;
  /** Of one that was issued ahead: from when on the host might have used it by itself, and when it would have. */
  readonly ahead: { readonly fromMs: number; readonly conditions: Readonly<Record<string, number | boolean>> } | null;
};

/** What happened to one client. */
export type TenantFacts = {
  readonly createdMs: number;
  readonly hosts: readonly HostFacts[];
  readonly alerts: readonly AlertFact[];
  readonly findings: readonly FindingFact[];
  readonly drifts: readonly DriftFact[];
  readonly eats: readonly EatFact[];
  readonly quorums: readonly QuorumFact[];
  readonly packs: readonly { readonly month: string; readonly builtMs: number }[];
};

/** Files that are watched on every host. */
export const WATCHED_FILES = [
  { path: '/usr/bin/sudo', kind: 'binary' },
  { path: '/usr/sbin/sshd', kind: 'binary' },
  { path: '/usr/bin/ssh', kind: 'binary' },
  { path: '/usr/bin/passwd', kind: 'binary' },
  { path: '/usr/bin/su', kind: 'binary' },
  { path: '/usr/sbin/cron', kind: 'binary' },
  { path: '/etc/ssh/sshd_config', kind: 'config' },
  { path: '/etc/sudoers', kind: 'config' },
  { path: '/etc/passwd', kind: 'config' },
  { path: '/etc/pam.d/sshd', kind: 'config' },
  { path: '/etc/crontab', kind: 'config' },
  { path: '/etc/hosts', kind: 'config' },
] as const;

type Wording = {
  readonly source: AlertFact['source'];
  readonly say: (host: string) => string;
  readonly onDatabase?: boolean;
};

/** As the default rule of that name says it when it fires at `value`. */
function byRule(name: string, value: number): Wording['say'] {
  const rule = DEFAULT_RULES.find((each) => each.name === name);
  if (rule === undefined) throw new RangeError(`no default rule ${name}`);
  return (host) => ruleAlertTitle(rule, host, value);
}

const WORDINGS: Readonly<Record<'critical' | 'high' | 'medium' | 'low', readonly Wording[]>> = {
  critical: [
    { source: 'rule', say: byRule('Disk full', 99.1) },
    {
      source: 'alertmanager',
      say: (host) => `PostgreSQL replication has stopped on ${host}`,
      onDatabase: true,
    },
    { source: 'ingest', say: (host) => `Ransomware pattern on ${host}: 412 files renamed within a minute` },
    { source: 'alertmanager', say: (host) => `The backup of ${host} has failed three nights in a row` },
  ],
  high: [
    { source: 'rule', say: byRule('Memory nearly full', 95.4) },
    { source: 'rule', say: byRule('Disk nearly full', 93.2) },
    { source: 'alertmanager', say: (host) => `The certificate of ${host} expires in two days` },
    { source: 'alertmanager', say: (host) => `More than 5 % of answers of ${host} are errors` },
    { source: 'security', say: (host) => `40 failed sign-ins within ten minutes on ${host}` },
  ],
  medium: [
    { source: 'rule', say: byRule('CPU busy', 91.7) },
    { source: 'ingest', say: (host) => `unattended-upgrades has failed on ${host}` },
    { source: 'alertmanager', say: (host) => `Swap is in use on ${host}` },
  ],
  low: [
    { source: 'ingest', say: (host) => `A kernel update waits for a reboot of ${host}` },
    { source: 'alertmanager', say: (host) => `The clock of ${host} is 120 ms off` },
  ],
};

const EAT_KINDS: readonly Pick<EatFact, 'level' | 'actions' | 'reason'>[] = [
  { level: 1, actions: step({ kind: 'isolate_network' }), reason: 'Outbound traffic to a known command server' },
  {
    level: 1,
    actions: step({ kind: 'memory_dump', pid: 4711 }),
    reason: 'Evidence for the incident before the reboot',
  },
  {
    level: 2,
    actions: step({ kind: 'stop_service', service: 'nginx.service' }),
    reason: 'Stop the defaced site until it is restored',
  },
  {
    level: 2,
    actions: step({ kind: 'quarantine_file', path: '/var/www/upload/shell.php' }),
    reason: 'Web shell found by the scan',
  },
  { level: 3, actions: step({ kind: 'reboot' }), reason: 'Kernel update during the agreed window' },
];
const LIFETIME_MINUTES = { 1: 2, 2: 5, 3: 15 } as const;
/** Admins and the operator, by their place among the people. */
const ENGINEERS = [1, 2, 3, 4] as const;

/** Everything that happened to every client up to `nowMs`. */
export function demoFacts(nowMs: number): readonly TenantFacts[] {
  const fleet = demoHosts().map((host, index) => ({ ...host, index }));
  return DEMO_TENANTS.map((tenant, index) => {
    const random = createRandom(1_000 + index);
    const createdMs = nowMs - tenant.ageDays * DAY_MS - random.int(1, 20) * HOUR_MS;
    const hosts = fleet
      .filter((host) => host.tenant === index)
      .map((host): HostFacts => {
        const registeredMs = createdMs + random.int(10, 2_000) * MINUTE_MS;
        return { ...host, registeredMs, kernelsAt: kernelTimes(random, host, registeredMs, nowMs) };
      });
    const sinceMs = Math.max(createdMs + 2 * DAY_MS, nowMs - HISTORY_DAYS * DAY_MS);
    const quorums = quorumFacts(tenant.slug, hosts, nowMs);
    return {
      createdMs,
      hosts,
      quorums,
      alerts: [...pastAlerts(random, hosts, sinceMs, nowMs), ...openAlerts(random, hosts, tenant, nowMs)],
      findings: findingFacts(random, hosts, sinceMs, nowMs),
      drifts: driftFacts(random, hosts, sinceMs, nowMs),
      eats: [
        ...eatFacts(random, hosts, tenant, sinceMs, nowMs),
        ...quorums.flatMap(approvedEat),
        ...(tenant.slug === 'acme' ? [eatAhead(hosts, nowMs)] : []),
      ],
      packs: packFacts(tenant.missingPacks, createdMs, nowMs),
    };
  });
}

function kernelTimes(random: Random, host: DemoHost, registeredMs: number, nowMs: number): HostFacts['kernelsAt'] {
  const firstMs = Math.max(registeredMs, nowMs - (HISTORY_DAYS + 10) * DAY_MS);
  const step = (nowMs - QUIET_MS - firstMs) / host.kernels.length;
  return host.kernels.map((kernel, position) => ({
    kernel,
    atMs: Math.round(firstMs + (position === 0 ? 0 : (position - 0.5 + random.next()) * step)),
  }));
}

function pastAlerts(random: Random, hosts: readonly HostFacts[], sinceMs: number, nowMs: number): AlertFact[] {
  const days = (nowMs - sinceMs) / DAY_MS;
  const count = Math.round((hosts.length * days) / 18);
  return Array.from({ length: count }, (): AlertFact => {
    const host = random.pick(hosts);
    const openedMs = sinceMs + Math.round(random.next() * (nowMs - QUIET_MS - sinceMs));
    if (random.chance(0.15)) {
      const minutes = random.int(4, 90);
      return {
        host: host.index,
        source: 'liveness',
        severity: 'high',
        title: `${host.hostname} has been silent`,
        openedMs,
        acknowledgedMs: null,
        endedMs: openedMs + minutes * MINUTE_MS,
        resolver: null,
      };
    }
    const severity = random.pick(['critical', 'high', 'high', 'medium', 'medium', 'medium', 'low'] as const);
    const wording = random.pick(WORDINGS[severity].filter((one) => !one.onDatabase));
    // Most within the SLA, some beyond.
    const minutes = { critical: 45, high: 170, medium: 700, low: 2_000 }[severity] * (0.2 + 1.1 * random.next());
    const resolver = random.chance(0.75) ? random.pick(ENGINEERS) : null;
    return {
      host: host.index,
      source: wording.source,
      severity,
      title: wording.say(host.hostname),
      openedMs,
      acknowledgedMs: resolver === null ? null : Math.round(openedMs + (minutes * MINUTE_MS) / 3),
      endedMs: Math.min(Math.round(openedMs + minutes * MINUTE_MS), nowMs - HOUR_MS),
      resolver,
    };
  });
}

function openAlerts(
  random: Random,
  hosts: readonly HostFacts[],
  tenant: (typeof DEMO_TENANTS)[number],
  nowMs: number,
): AlertFact[] {
  const silent = hosts
    .filter((host) => host.isOffline)
    .map((host): AlertFact => {
      return open('liveness', host, 'high', `${host.hostname} has been silent for two hours`, nowMs - OFFLINE_FOR_MS);
    });
  const firstHost = random.int(0, hosts.length - 1);
  const firstWording = DEMO_TENANTS.indexOf(tenant);
  const others = tenant.open.map(({ severity, minutesAgo }, position): AlertFact => {
    const wordings = WORDINGS[severity];
    const wording = wordings[(position + firstWording) % wordings.length] as Wording;
    const spread = hosts[(position * 3 + firstHost) % hosts.length] as HostFacts;
    const host = wording.onDatabase ? (hosts.find(({ hostname }) => hostname.startsWith('db')) ?? spread) : spread;
    return open(wording.source, host, severity, wording.say(host.hostname), nowMs - minutesAgo * MINUTE_MS);
  });
  return [...silent, ...others];
}

/** How long the offline hosts have been offline. */
export const OFFLINE_FOR_MS = 2 * HOUR_MS;

function open(
  source: AlertFact['source'],
  host: HostFacts,
  severity: Severity,
  title: string,
  openedMs: number,
): AlertFact {
  return { host: host.index, source, severity, title, openedMs, acknowledgedMs: null, endedMs: null, resolver: null };
}

function findingFacts(random: Random, hosts: readonly HostFacts[], sinceMs: number, nowMs: number): FindingFact[] {
  const usual = [
    {
      kind: 'suid',
      subject: '/usr/local/bin/backup-helper',
      severity: 'medium',
      detail: 'SUID root, not of any package',
    },
    {
      kind: 'world_writable',
      subject: '/var/tmp/spool',
      severity: 'low',
      detail: 'writable by everyone, without sticky bit',
    },
    { kind: 'sshd', subject: 'X11Forwarding', severity: 'low', detail: 'X11Forwarding yes' },
    { kind: 'sshd', subject: 'PasswordAuthentication', severity: 'medium', detail: 'PasswordAuthentication yes' },
    {
      kind: 'world_writable',
      subject: '/etc/cron.d/sync',
      severity: 'high',
      detail: 'a cron file writable by everyone',
    },
  ] as const;
  return hosts.flatMap((host) => [
    ...usual.flatMap((finding, position): FindingFact[] => {
      if (!random.chance(position === 4 ? 0.06 : 0.22)) return [];
      const fromMs =
        Math.max(host.registeredMs, sinceMs) + Math.round(random.next() * (nowMs - QUIET_MS - sinceMs) * 0.8);
      const isGone = random.chance(0.4);
      const toMs = isGone ? Math.round(fromMs + random.next() * (nowMs - QUIET_MS - fromMs)) : null;
      return [{ host: host.index, ...finding, fromMs, toMs }];
    }),
    ...(host.isTampered
      ? (
          [
            { kind: 'sshd', subject: 'PermitRootLogin', severity: 'critical', detail: 'PermitRootLogin yes' },
            { kind: 'suid', subject: '/tmp/.x/sh', severity: 'high', detail: 'SUID root shell in a temporary folder' },
          ] as const
        ).map((finding) => ({ host: host.index, ...finding, fromMs: nowMs - TAMPERED_BEFORE_MS, toMs: null }))
      : []),
  ]);
}

function driftFacts(random: Random, hosts: readonly HostFacts[], sinceMs: number, nowMs: number): DriftFact[] {
  return hosts.flatMap((host): DriftFact[] => {
    if (host.isTampered) return [{ host: host.index, count: 2, fromMs: nowMs - TAMPERED_BEFORE_MS, toMs: null }];
    if (!random.chance(0.3)) return [];
    const fromMs =
      Math.max(host.registeredMs, sinceMs) + Math.round(random.next() * (nowMs - QUIET_MS - sinceMs) * 0.9);
    const toMs = random.chance(0.75) ? Math.min(fromMs + random.int(4, 90) * HOUR_MS, nowMs - QUIET_MS) : null;
    return [{ host: host.index, count: 1, fromMs: Math.min(fromMs, nowMs - QUIET_MS), toMs }];
  });
}

function eatFacts(
  random: Random,
  hosts: readonly HostFacts[],
  tenant: (typeof DEMO_TENANTS)[number],
  sinceMs: number,
  nowMs: number,
): EatFact[] {
  const make = (issuedMs: number, isAnswered: boolean, position: number): EatFact => {
    const kind = EAT_KINDS[(position + random.int(0, 2)) % EAT_KINDS.length] as (typeof EAT_KINDS)[number];
    const hasFailed = random.chance(tenant.failing);
    return {
      host: random.pick(hosts).index,
      ...kind,
      nonce: randomUUID(),
      requester: random.pick(ENGINEERS.slice(0, 3)),
      quorumId: null,
      ahead: null,
      issuedMs,
      expiresMs: issuedMs + LIFETIME_MINUTES[kind.level] * MINUTE_MS,
      outcome: isAnswered ? (hasFailed ? 'failed' : 'succeeded') : null,
      resultMs: isAnswered ? issuedMs + random.int(2, 50) * 1_000 : null,
    };
  };
  const count = Math.round(((nowMs - sinceMs) / DAY_MS) * 0.16);
  return [
    ...Array.from({ length: count }, (_, position) =>
      make(sinceMs + Math.round(random.next() * (nowMs - QUIET_MS - sinceMs)), true, position),
    ),
    ...Array.from({ length: tenant.overdueEats }, (_, position) =>
      make(nowMs - (27 + 3 * position) * HOUR_MS, false, position),
    ),
  ];
}

/** The token that a quorum's last approval let out. */
function approvedEat(quorum: QuorumFact): EatFact[] {
  const { atMs, isApproved } = endOf(quorum);
  if (!isApproved) return [];
  const { nonce, host, actions, reason, requester } = quorum;
  return [
    {
      nonce,
      host,
      level: 3,
      actions,
      reason,
      requester,
      issuedMs: atMs + 1_000,
      expiresMs: atMs + 1_000 + LIFETIME_MINUTES[3] * MINUTE_MS,
      outcome: 'succeeded',
      resultMs: atMs + 4 * MINUTE_MS,
      quorumId: quorum.id,
      ahead: null,
    },
  ];
}

/** A token for the hours after work that was never needed. */
function eatAhead(hosts: readonly HostFacts[], nowMs: number): EatFact {
  const fromMs = dayOf(nowMs) - 5 * DAY_MS + 18 * HOUR_MS;
  const expiresMs = fromMs + 14 * HOUR_MS;
  return {
    nonce: randomUUID(),
    host: (hosts[0] as HostFacts).index,
    level: 1,
    actions: step({ kind: 'isolate_network' }),
    reason: 'After-hours coverage',
    requester: 2,
    issuedMs: fromMs - 3 * HOUR_MS,
    expiresMs,
    outcome: 'expired_unused',
    resultMs: expiresMs + MINUTE_MS,
    quorumId: null,
    ahead: { fromMs, conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true } },
  };
}

function packFacts(missing: number, createdMs: number, nowMs: number): TenantFacts['packs'] {
  return Array.from({ length: 12 }, (_, position) => 12 - position)
    .map((back) => ({
      back,
      month: monthBefore(nowMs, back),
      builtMs: Date.parse(`${monthBefore(nowMs, back - 1)}-01T02:04:00.000Z`),
    }))
    .filter(({ back, month, builtMs }) => {
      const isMissed = (missing > 0 && back === 8) || (missing > 1 && back === 6);
      return month >= monthBefore(createdMs, 0) && builtMs < nowMs && !isMissed;
    })
    .map(({ month, builtMs }) => ({ month, builtMs }));
}

/** One step as an action, as a request would have to name it. */
function step(fields: { readonly kind: string; readonly [field: string]: string | number }): readonly EatAction[] {
  return [eatAction.parse({ kind: fields.kind, step: fields })];
}
