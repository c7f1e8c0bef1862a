/**
 * What agents and other systems report: heartbeats, batches of facts, and the inventory of a host
 * (format: docs/agent-protocol.md). The hub validates with these schemas; the reference agent is typed by them.
 * Sizes are bounded so that one host cannot fill the hub; every text is shown escaped and never as HTML.
 */

import { z } from 'zod';
import { sha256Digest } from './digest.ts';
import { SEVERITIES } from './severity.ts';

const time = z.iso.datetime({ offset: false }).describe('UTC, e.g. 2026-05-19T18:00:00.000Z');
const path = z.string().min(1).max(4096);
const text = (max: number) => z.string().max(max);

/** One reading of a host's load. Percentages 0..100; rates in megabits per second; absent where the host cannot tell. */
const metricSample = z.strictObject({
  sampled_at: time,
  cpu_pct: z.number().min(0).max(100).optional(),
  mem_pct: z.number().min(0).max(100).optional(),
  disk_pct: z.number().min(0).max(100).optional().describe('fullest mount'),
  load_avg: z.number().min(0).max(100_000).optional().describe('1 minute'),
  network_rx_mbps: z.number().min(0).optional(),
  network_tx_mbps: z.number().min(0).optional(),
  processes: z.array(text(64)).max(2000).optional().describe('distinct process names'),
});
export type MetricSample = z.infer<typeof metricSample>;

/** The whole inventory of a host. */
export const inventory = z.strictObject({
  collected_at: time,
  agent_version: text(64),
  hostname: z.string().min(1).max(253),
  boot_id: text(64),
  os: z.strictObject({ id: text(64), name: text(200), version: text(64) }),
  arch: text(32),
  kernel: z.strictObject({
    release: text(128).describe('uname -r'),
    version: text(256).describe('uname -v'),
    upstream: z
      .string()
      .regex(/^\d{1,3}\.\d{1,3}(\.\d{1,5})?$/)
      .nullable()
      .describe('upstream stable version where the distribution tells it; null when it cannot be known'),
  }),
  cpu: z.strictObject({ model: text(200), cores: z.int().min(1).max(100_000) }),
  memory: z.strictObject({ total_bytes: z.int().min(0), available_bytes: z.int().min(0) }),
  packages: z.array(z.strictObject({ name: text(200), version: text(200) })).max(20_000),
  disks: z
    .array(
      z.strictObject({
        mount: path,
        device: path,
        fstype: text(32),
        size_bytes: z.int().min(0),
        used_bytes: z.int().min(0),
      }),
    )
    .max(500),
  listening_ports: z
    .array(
      z.strictObject({
        protocol: z.enum(['tcp', 'udp']),
        address: text(64),
        port: z.int().min(0).max(65_535),
        process: text(64).nullable(),
      }),
    )
    .max(5000),
  failed_units: z.array(text(256)).max(1000),
  security_findings: z
    .array(
      z.strictObject({
        kind: z.enum(['suid', 'world_writable', 'sshd']),
        subject: path,
        severity: z.enum(SEVERITIES),
        detail: text(500),
      }),
    )
    .max(5000),
  sshd: z.record(text(64), text(500)),
  files: z
    .array(z.strictObject({ path, kind: z.enum(['binary', 'config']), sha256: sha256Digest }))
    .max(5000)
    .describe('watched binaries and configuration files; one that is missing here is gone'),
});
export type Inventory = z.infer<typeof inventory>;

/** Something noticed by a host or another system; opens an alert, or closes it when `resolved`. */
const reportedEvent = z.strictObject({
  at: time,
  severity: z.enum(SEVERITIES),
  title: z.string().min(1).max(300),
  /** Same fingerprint, same alert. */
  fingerprint: z.string().min(1).max(200),
  resolved: z.boolean().default(false),
  detail: z.record(text(64), text(2000)).default({}),
  /** What the reporter would do about it; runs by itself only where the tenant lets that level do so. */
  response: z
    .strictObject({ action: z.looseObject({ kind: text(40) }), confidence: z.number().min(0).max(1) })
    .optional(),
});
export type ReportedEvent = z.infer<typeof reportedEvent>;

/** One entry of a batch. `hostname` is for integrations that speak for several hosts; an agent leaves it out. */
const batchEntry = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('metrics'), hostname: text(253).optional(), sample: metricSample }),
  z.strictObject({ kind: z.literal('inventory'), inventory }),
  z.strictObject({ kind: z.literal('event'), hostname: text(253).optional(), event: reportedEvent }),
]);
export type BatchEntry = z.infer<typeof batchEntry>;

/** Body of `POST /ingest`. The same `batch_id` again changes nothing, so a sender may repeat after a lost answer. */
export const ingestBatch = z.strictObject({
  batch_id: z.string().regex(/^[0-9A-Za-z-]{8,64}$/),
  entries: z.array(batchEntry).min(1).max(1000),
});
export type IngestBatch = z.infer<typeof ingestBatch>;

/** Body of `POST /agents/:id/heartbeat`, every {@link HEARTBEAT_SECONDS}. */
export const heartbeat = z.strictObject({
  sent_at: time,
  boot_id: text(64),
  agent_version: text(64),
  buffered_batches: z.int().min(0).describe('batches waiting on the host’s disk'),
  metrics: metricSample.optional(),
});
export type Heartbeat = z.infer<typeof heartbeat>;

/** How often an agent says that it lives. */
export const HEARTBEAT_SECONDS = 30;
/** Silence after which a host counts as offline. */
export const OFFLINE_AFTER_SECONDS = 90;

/** Body of `POST /agents/register`. `public_key` is the raw Ed25519 key in base64; the request is signed with it. */
export const registration = z.strictObject({
  agent_id: z.uuid().describe('made by the agent, random, kept beside its key'),
  public_key: z.base64().length(44),
  enrolment_token: z.string().max(200),
  hostname: z.string().min(1).max(253),
  agent_version: text(64),
  tags: z
    .array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:=/-]{0,62}$/))
    .max(50)
    .default([]),
});
export type Registration = z.infer<typeof registration>;
