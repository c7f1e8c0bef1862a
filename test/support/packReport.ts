/** Reports to render: of a month as a client of some size has it, with names from all over Europe. Always the same. */

import type { PackReport, ReportList } from '../../src/domain/packReport.ts';
import { COMPONENTS } from '../../src/domain/trustScore.ts';

/** How many rows each list has. */
export type ReportSize = {
  readonly kernels: number;
  readonly cves: number;
  readonly alerts: number;
  readonly sessions: number;
  readonly eats: number;
  readonly scores: number;
};

export const DEMO_SIZE: ReportSize = { kernels: 40, cves: 60, alerts: 60, sessions: 8, eats: 15, scores: 30 };
export const NO_ROWS: ReportSize = { kernels: 0, cves: 0, alerts: 0, sessions: 0, eats: 0, scores: 0 };

/** Names whose letters a font must have: Polish, Greek, Cyrillic. */
export const NAMES = ['zażółć.gęślą@msp.example', 'Ελένη.Παπαδοπούλου@msp.example', 'юлия.щукина@msp.example'] as const;

const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
`;

const hex = (seed: number, length: number): string =>
  Array.from({ length }, (_, index) => ((seed * 7919 + index * 104_729 + index * index * 31) % 16).toString(16)).join(
    '',
  );

const at = (day: number, hour: number, minute = 0): string =>
  new Date(Date.UTC(2026, 3, day, hour, minute, 7)).toISOString();

function list<T>(count: number, row: (index: number) => T): ReportList<T> {
  return { total: count, rows: Array.from({ length: count }, (_, index) => row(index)) };
}

function pick<T>(of: readonly T[], index: number): T {
  return of[index % of.length] as T;
}

const HOSTS = ['db-prod-01', 'web-03', 'mail-gw-eu-west-1', 'backup-02.internal.acme.example', 'k8s-worker-7'] as const;

/** A report of April 2026. */
export function packReport(size: ReportSize = DEMO_SIZE, changes: Partial<PackReport> = {}): PackReport {
  return {
    pack_id: '7d1b6d3e-2f0a-8c41-9d5e-3a8f0c6b1e22',
    tenant: { id: '0b7c9a52-5d0e-4f7e-8f39-2f1f0e7a9c11', slug: 'acme', name: 'ACME Spółka & Συνεργάτες' },
    msp: { id: '5e1d2c3b-4a59-4687-9786-a5b4c3d2e1f0', name: 'Nordic Managed Services' },
    brand: { product_name: 'AcmeOps', primary_color: '#1e3a8a' },
    period: { month: '2026-04', from: '2026-04-01T00:00:00.000Z', until: '2026-05-01T00:00:00.000Z' },
    is_preview: false,
    filter: null,
    hosts: 24,
    jsonl: { name: '2026-04.jsonl.gz', sha256: hex(3, 64), entries: 1247, hash_chain_root: hex(11, 64) },
    previous: { month: '2026-03', manifest_sha256: hex(5, 64) },
    hub_key: { key_id: '21fe31dfa154a261', public_key_pem: PEM },
    scores: Array.from({ length: size.scores }, (_, day) => ({
      at: at(day + 1, 6),
      score: 78 + 9 * Math.sin(day / 4) - (day === 17 ? 14 : 0),
      components: Object.fromEntries(
        COMPONENTS.map((component, index) => [
          component,
          {
            value: Math.min(100, 70 + index * 4 + 12 * Math.sin(day / 5 + index)),
            weight: pick([30, 20, 15, 15, 10, 10], index),
          },
        ]),
      ) as PackReport['scores'][number]['components'],
    })),
    kernel_updates: list(size.kernels, (index) => ({
      at: at(1 + (index % 28), 3, index % 60),
      hostname: pick(HOSTS, index),
      from: index % 9 === 8 ? null : `6.8.0-${40 + (index % 20)}-generic`,
      to: `6.8.0-${41 + (index % 20)}-generic`,
      operator: index % 3 === 0 ? pick(NAMES, index) : null,
    })),
    cves: list(size.cves, (index) => ({
      cve_id: `CVE-2026-${String(1000 + index * 37)}`,
      hostname: pick(HOSTS, index),
      package: pick(['openssl', 'linux-image-generic', 'libwebkit2gtk-4.1-0', 'sudo', 'curl'], index),
      detected_at: at(1 + (index % 9), index % 24),
      patched_at: at(10 + (index % 20), index % 24, 30),
      patched_version: index % 2 === 0 ? `3.0.2-0ubuntu1.${index}` : null,
      kev: index % 7 === 0,
      operator: index % 4 === 0 ? pick(NAMES, index) : null,
    })),
    alerts: list(size.alerts, (index) => ({
      number: 800 + index,
      severity: pick(['critical', 'high', 'medium', 'low', 'info'] as const, index),
      title: pick(
        [
          'CPU above 85 % for an hour',
          'Agent silent',
          'Disk above 90 % on /var/lib/postgresql',
          'Honeypot file was read',
        ],
        index,
      ),
      hostname: index % 11 === 10 ? null : pick(HOSTS, index),
      opened_at: at(1 + (index % 27), 8, index % 60),
      acknowledged_at: index % 2 === 0 ? at(1 + (index % 27), 9) : null,
      resolved_at: at(1 + (index % 27), 9 + (index % 12), 30),
      resolved_by: index % 3 === 0 ? null : pick(NAMES, index),
      sla_due_at: at(1 + (index % 27), 8 + (index % 6 === 0 ? 1 : 14)),
      sla_met: index % 6 !== 0 || 9 + (index % 12) < 9,
    })),
    sessions: list(size.sessions, (index) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
      engineer: pick(NAMES, index),
      reason: pick(
        ['Investigating alert #847 on web-03', 'Проверка резервных копий по заявке TKT-9001', 'Przegląd uprawnień'],
        index,
      ),
      mode: index % 2 === 0 ? 'full' : 'read_only',
      started_at: at(2 + index, 10),
      ended_at: index === 7 ? null : at(2 + index, 10, 45),
      end_reason: index === 7 ? null : pick(['ended', 'expired'], index),
      consented_by: index % 4 === 0 ? 'it@acme.example' : null,
      actions: index * 3,
    })),
    eats: list(size.eats, (index) => ({
      nonce: hex(index + 40, 32),
      hostname: pick(HOSTS, index),
      level: 1 + (index % 3),
      labels: pick(
        [['RunPlaybook: db-restore'], ['IsolateNetwork'], ['StopService: nginx', 'QuarantineFile: /tmp/x'], ['Reboot']],
        index,
      ),
      reason: pick(
        [
          'Restore from 2026-04-15 snapshot per ticket TKT-9001',
          'Ransomware pattern on the host; isolate until the forensic image is taken',
        ],
        index,
      ),
      requested_by: index % 5 === 4 ? null : pick(NAMES, index),
      authorisation: pick(['2-of-2 quorum', 'single', 'automatic', 'pre-issued'], index),
      approvers: index % 4 === 0 ? [pick(NAMES, index + 1), pick(NAMES, index + 2)] : [],
      issued_at: at(3 + (index % 20), 14, 23),
      started_at: index % 6 === 5 ? null : at(3 + (index % 20), 14, 24),
      outcome: pick(['succeeded', 'succeeded', 'failed', 'succeeded', 'refused', 'indeterminate'], index),
      refusal_code: index % 6 === 4 ? 'eat_expired' : null,
      is_late: index === 9,
      eat_sha256: index % 8 === 7 ? null : hex(index + 90, 64),
    })),
    ...changes,
  };
}
