/** The story as rows: what happened, in the columns of the tables. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { bytesToHex, sha256Hex } from '../../domain/bytes.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { type Effective, type InheritableGroup, inherit, slaOfAlert } from '../../domain/groupInheritance.ts';
import type { Inventory } from '../../domain/ingest.ts';
import { alertDueMs, type SlaPolicy } from '../../domain/slaPolicy.ts';
import { COMPONENTS } from '../../domain/trustScore.ts';
import { VERSION } from '../../domain/version.ts';
import { type EatFact, type HostFacts, OFFLINE_FOR_MS, type TenantFacts, WATCHED_FILES } from './facts.ts';
import type { DemoFile } from './file.ts';
import { HOUR_MS, iso, MINUTE_MS } from './moments.ts';
import { createRandom } from './random.ts';
import { fileDigest, type pastScores } from './scores.ts';

const METRIC_HOURS = 6;
const METRIC_STEP_MS = 5 * MINUTE_MS;

const bytea = (hex: string): string => `\\x${hex}`;
const agentId = (file: DemoFile, host: number): string => file.agents[host]?.id as string;
const userId = (file: DemoFile, person: number): string => file.users[person]?.id as string;

/** Hosts as they stand. */
export function agentRows(file: DemoFile, tenantId: string, facts: TenantFacts, nowMs: number): DemoRow[] {
  return facts.hosts.map((host) => {
    const kernel = host.kernels.at(-1);
    return {
      id: agentId(file, host.index),
      tenant_id: tenantId,
      hostname: host.hostname,
      // Nobody holds the private half: no request of a demonstration host can ever be accepted.
      public_key: bytea(bytesToHex(randomBytes(32))),
      link_state: host.isOffline ? 'offline' : 'online',
      link_state_since: iso(host.isOffline ? nowMs - OFFLINE_FOR_MS : host.registeredMs),
      agent_version: VERSION,
      os_id: host.distribution.os_id,
      os_name: host.distribution.os_name,
      arch: 'x86_64',
      kernel_release: kernel?.release ?? null,
      kernel_upstream: kernel?.upstream ?? null,
      tags: host.tags,
      is_demo: true,
      registered_at: iso(host.registeredMs),
      last_seen_at: iso(host.isOffline ? nowMs - OFFLINE_FOR_MS - 90_000 : nowMs),
    };
  });
}

/** Alerts by the policy of their hosts' groups, or else by the one that holds for everybody; still without their final numbers. */
export function alertRows(
  file: DemoFile,
  tenantId: string,
  facts: TenantFacts,
  sla: {
    readonly default_policy: SlaPolicy;
    readonly groupsOf: (tenantId: string, host: HostFacts) => readonly InheritableGroup[];
  },
  firstNumber: number,
): DemoRow[] {
  const effective = new Map(
    facts.hosts.map((host) => [
      host.index,
      inherit(sla.groupsOf(tenantId, host), {
        sla_policy: null,
        sla_resolve_minutes: {},
        default_policy: sla.default_policy,
      }),
    ]),
  );
  return facts.alerts.map((alert, index) => {
    const id = randomUUID();
    const isOfLink = alert.source === 'liveness';
    const agent = agentId(file, alert.host);
    const promise = slaOfAlert(effective.get(alert.host) as Effective<InheritableGroup>, alert.severity);
    const due = alertDueMs(alert.openedMs, promise, []);
    return {
      id,
      tenant_id: tenantId,
      number: firstNumber + index,
      agent_id: agent,
      source: alert.source,
      fingerprint: isOfLink ? `agent_offline:${agent}` : `demo:${id}`,
      severity: alert.severity,
      title: alert.title,
      detail: {},
      status: alert.endedMs === null ? 'open' : 'resolved',
      opened_at: iso(alert.openedMs),
      last_occurred_at: iso(alert.openedMs),
      sla: promise,
      ack_due_at: iso(due.acknowledgeMs),
      sla_due_at: iso(due.resolveMs),
      acknowledged_at: alert.acknowledgedMs === null ? null : iso(alert.acknowledgedMs),
      acknowledged_by: alert.resolver === null ? null : userId(file, alert.resolver),
      resolved_at: alert.endedMs === null ? null : iso(alert.endedMs),
      resolved_by: alert.resolver === null ? null : userId(file, alert.resolver),
      resolution:
        alert.endedMs === null
          ? null
          : alert.resolver === null
            ? isOfLink
              ? 'The host is heard again.'
              : 'The condition no longer holds.'
            : 'Handled; see the ticket.',
      occurrences: 1,
      is_demo: true,
    };
  });
}

/** Weaknesses of hosts; one row per host and subject. */
export function findingRows(file: DemoFile, tenantId: string, facts: TenantFacts): DemoRow[] {
  return facts.findings.map((finding) => ({
    tenant_id: tenantId,
    agent_id: agentId(file, finding.host),
    kind: finding.kind,
    subject: finding.subject,
    severity: finding.severity,
    detail: finding.detail,
    detected_at: iso(finding.fromMs),
    resolved_at: finding.toMs === null ? null : iso(finding.toMs),
  }));
}

/** Watched files; those of a drift that lasts are off their baseline. */
export function baselineRows(file: DemoFile, tenantId: string, facts: TenantFacts): DemoRow[] {
  return facts.hosts.flatMap((host) => {
    const drift = facts.drifts.find(({ host: place, toMs }) => place === host.index && toMs === null);
    // The configuration files come last and drift first.
    return WATCHED_FILES.toReversed().map(({ path, kind }, position) => {
      const baseline = fileDigest(path, host.distribution.os_name);
      const isDrifted = drift !== undefined && position < drift.count;
      return {
        tenant_id: tenantId,
        agent_id: agentId(file, host.index),
        path,
        kind,
        baseline_sha256: bytea(baseline),
        current_sha256: bytea(isDrifted ? fileDigest(path, `changed on ${host.hostname}`) : baseline),
        baseline_at: iso(host.registeredMs),
        drifted_at: isDrifted ? iso(drift.fromMs) : null,
      };
    });
  });
}

/** Emergency tokens with their ends. */
export function eatRows(file: DemoFile, tenantId: string, facts: TenantFacts): DemoRow[] {
  return facts.eats.map((eat) => ({
    nonce: eat.nonce,
    tenant_id: tenantId,
    agent_id: agentId(file, eat.host),
    kind: eat.ahead === null ? 'immediate' : 'pre_issued',
    level: eat.level,
    actions: eat.actions as unknown as Json,
    reason: eat.reason,
    requested_by: userId(file, eat.requester),
    requested_by_email: file.users[eat.requester]?.email as string,
    quorum_request_id: eat.quorumId,
    issued_at: iso(eat.issuedMs),
    expires_at: iso(eat.expiresMs),
    valid_from: eat.ahead === null ? null : iso(eat.ahead.fromMs),
    conditions: eat.ahead === null ? null : { ...eat.ahead.conditions },
    delivered_at: eat.resultMs === null ? null : iso(eat.issuedMs + 1_000),
    started_at: wasRun(eat) ? iso(eat.issuedMs + 1_500) : null,
    outcome: eat.outcome,
    result_at: eat.resultMs === null ? null : iso(eat.resultMs),
    result: wasRun(eat) ? { detail: eat.outcome === 'succeeded' ? 'done' : 'the action returned an error' } : null,
    is_demo: true,
  }));
}

function wasRun(eat: EatFact): boolean {
  return eat.outcome === 'succeeded' || eat.outcome === 'failed';
}

/** Months that have a pack. */
export function packRows(_file: DemoFile, tenantId: string, facts: TenantFacts): DemoRow[] {
  return facts.packs.map(({ month, builtMs }) => ({
    tenant_id: tenantId,
    month,
    built_at: iso(builtMs),
    is_demo: true,
  }));
}

/** Changes of kernels; the first kernel of a host is no change. */
export function kernelChangeRows(file: DemoFile, tenantId: string, facts: TenantFacts): DemoRow[] {
  return facts.hosts.flatMap((host) =>
    host.kernelsAt.slice(1).map(({ kernel, atMs }, index) => ({
      tenant_id: tenantId,
      agent_id: agentId(file, host.index),
      changed_at: iso(atMs),
      from_release: host.kernelsAt[index]?.kernel.release ?? null,
      to_release: kernel.release,
    })),
  );
}

/** Snapshots of the score. */
export function scoreRows(tenantId: string, scores: ReturnType<typeof pastScores>): DemoRow[] {
  return scores.map(({ atMs, score }) => ({
    tenant_id: tenantId,
    computed_at: iso(atMs),
    score: score.score,
    components: Object.fromEntries(COMPONENTS.map((name) => [name, score.components[name]])),
    formula_version: '1.2',
    inputs: score.inputs_text,
    inputs_hash: bytea(score.inputs_hash),
    is_demo: true,
  }));
}

/** Load of the last hours, calm by night and busy by day. */
export function metricRows(file: DemoFile, tenantId: string, facts: TenantFacts, nowMs: number): DemoRow[] {
  return facts.hosts.flatMap((host) => {
    const random = createRandom(50_000 + host.index);
    const endMs = host.isOffline ? nowMs - OFFLINE_FOR_MS : nowMs;
    const base = { cpu: random.int(6, 45), mem: random.int(30, 78), disk: random.int(25, 80), rx: random.int(1, 60) };
    const bounded = (value: number): number => Math.round(Math.min(99, Math.max(0.5, value)) * 10) / 10;
    return Array.from({ length: (METRIC_HOURS * HOUR_MS) / METRIC_STEP_MS }, (_, index) => {
      const atMs = endMs - index * METRIC_STEP_MS;
      const day = 1 + 0.35 * Math.sin(((atMs % (24 * HOUR_MS)) / (24 * HOUR_MS)) * 2 * Math.PI - 2);
      const noise = 0.8 + 0.4 * random.next();
      return {
        tenant_id: tenantId,
        agent_id: agentId(file, host.index),
        sampled_at: iso(atMs),
        cpu_pct: bounded(base.cpu * day * noise),
        mem_pct: bounded(base.mem * (0.97 + 0.06 * random.next())),
        disk_pct: bounded(base.disk + 0.01 * (72 - index)),
        load_avg: bounded((base.cpu / 12) * day * noise),
        network_rx_mbps: bounded(base.rx * day * noise),
        network_tx_mbps: bounded(base.rx * 0.7 * day * noise),
        processes: ['systemd', 'sshd', 'cron', host.hostname.startsWith('db') ? 'postgres' : 'nginx'],
      };
    });
  });
}

/** What each host last said of itself. */
export function inventoryRows(file: DemoFile, tenantId: string, facts: TenantFacts, nowMs: number): DemoRow[] {
  return facts.hosts.map((host) => {
    const collectedMs = (host.isOffline ? nowMs - OFFLINE_FOR_MS : nowMs) - MINUTE_MS;
    const document = inventoryOf(host, facts, collectedMs);
    return {
      tenant_id: tenantId,
      agent_id: agentId(file, host.index),
      collected_at: iso(collectedMs),
      received_at: iso(collectedMs),
      sha256: bytea(sha256Hex(JSON.stringify(document))),
      document,
    };
  });
}

const GIB = 2 ** 30;

/** A plausible inventory; small, as the demonstration has many hosts. */
export function inventoryOf(host: HostFacts, facts: TenantFacts, collectedMs: number): Inventory {
  const random = createRandom(90_000 + host.index);
  const kernel = host.kernels.at(-1);
  const isDatabase = host.hostname.startsWith('db');
  const size = random.pick([40, 80, 160, 500]) * GIB;
  const memory = random.pick([4, 8, 16, 32]) * GIB;
  return {
    collected_at: iso(collectedMs),
    agent_version: VERSION,
    hostname: host.hostname,
    boot_id: fileDigest(host.hostname, 'boot').slice(0, 32),
    os: { id: host.distribution.os_id, name: host.distribution.os_name, version: host.distribution.version },
    arch: 'x86_64',
    kernel: {
      release: kernel?.release ?? 'unknown',
      version: '#1 SMP PREEMPT_DYNAMIC',
      upstream: kernel?.upstream ?? null,
    },
    cpu: { model: 'AMD EPYC 7B13', cores: random.pick([2, 4, 8]) },
    memory: { total_bytes: memory, available_bytes: Math.round(memory * (0.2 + 0.5 * random.next())) },
    packages: [
      { name: 'openssl', version: '3.0.13-1' },
      { name: 'openssh-server', version: '9.2p1-2' },
      { name: 'curl', version: '7.88.1-10' },
      isDatabase ? { name: 'postgresql-16', version: '16.2-1' } : { name: 'nginx', version: '1.22.1-9' },
    ],
    disks: [
      {
        mount: '/',
        device: '/dev/vda1',
        fstype: 'ext4',
        size_bytes: size,
        used_bytes: Math.round(size * (0.25 + 0.5 * random.next())),
      },
    ],
    listening_ports: [
      { protocol: 'tcp', address: '0.0.0.0', port: 22, process: 'sshd' },
      isDatabase
        ? { protocol: 'tcp', address: '10.0.0.5', port: 5432, process: 'postgres' }
        : { protocol: 'tcp', address: '0.0.0.0', port: 443, process: 'nginx' },
    ],
    failed_units: random.chance(0.1) ? ['unattended-upgrades.service'] : [],
    security_findings: facts.findings
      .filter((finding) => finding.host === host.index && finding.toMs === null)
      .map(({ kind, subject, severity, detail }) => ({ kind, subject, severity, detail })),
    sshd: { PasswordAuthentication: 'no', PermitRootLogin: host.isTampered ? 'yes' : 'no' },
    files: WATCHED_FILES.map(({ path, kind }) => ({ path, kind, sha256: fileDigest(path, host.distribution.os_name) })),
  };
}
