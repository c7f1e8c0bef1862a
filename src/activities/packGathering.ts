/**
 * One pass over everything that a pack tells, in the order of the format: the lines are written, and the report is
 * gathered on the way. Rows come from the database, or from the lines of the signed pack that a handover is a part of.
 */

import { findBrandBefore } from '../db/branding.ts';
import type { HubKeyRow } from '../db/hubKeys.ts';
import {
  eachPackAlert,
  eachPackAudit,
  eachPackCve,
  eachPackEat,
  eachPackKernelUpdate,
  eachPackSession,
  getPackHead,
  listPackScores,
  type PackPeriod,
  type Take,
} from '../db/packContent.ts';
import { listReportHosts, type ReportFilesRow } from '../db/reports.ts';
import type { AnyTx, TenantTx } from '../db/scope.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { eatToken } from '../domain/eat.ts';
import { publicKeyPem } from '../domain/ed25519.ts';
import { monthBounds, PACK_SCHEMA_VERSION, type PackEntry, packFileStem } from '../domain/pack.ts';
import { MAX_REPORT_ROWS, type PackReport } from '../domain/packReport.ts';
import { quorumLabel } from '../domain/quorum.ts';
import { reportFileStem, TEMPLATES } from '../domain/report.ts';
import type { PackStore } from '../platform/packStore.ts';
import { type FrozenLine, frozenPack, type PackRows, previousOf, readFrozenLines } from './frozenLines.ts';
import {
  alertEntry,
  auditEntry,
  type ByteSink,
  createLineWriter,
  cveEntry,
  eatEntry,
  isLate,
  keepFor,
  kernelEntry,
  scoreEntry,
  sessionEntry,
  type WrittenLines,
} from './packLines.ts';
import { reportAlert, reportCve, reportEat, reportKernel, reportScore, reportSession } from './packReportRows.ts';
import type { PackRef } from './packs.ts';

/** Rows between two heartbeats. */
const HEARTBEAT_ROWS = 500;

/** The tables of the report while they grow; each tells how many there are in all and shows the first. */
type Tables = {
  readonly [K in 'eats' | 'alerts' | 'kernel_updates' | 'cves' | 'sessions']: {
    total: number;
    readonly rows: PackReport[K]['rows'][number][];
  };
} & { readonly scores: PackReport['scores'][number][] };

/** What one kind of line is made of. */
type Kind<Row> = {
  /** Every row of it in the database, in the order of the format. */
  readonly rows: (tx: AnyTx, period: PackPeriod, take: Take<Row>) => Promise<void>;
  /** The host that it is about; null for none. */
  readonly host: (row: Row) => string | null;
  /** Whose doing it was, for a filter by actor; absent: nobody's, and it stays under any filter. */
  readonly emails?: (row: Row) => readonly (string | null)[];
  readonly entry: (row: Row) => PackEntry;
  /** Puts it into its table of the report; absent: the JSONL alone has it. */
  readonly report?: (row: Row, tables: Tables) => void;
};

/** The kinds in the order of the format. */
const KINDS: { readonly [K in keyof PackRows]: Kind<PackRows[K]> } = {
  eat: {
    rows: (tx, period, take) => eachPackEat(tx, period, (row) => take({ ...row, is_late: isLate(row, period.from) })),
    host: (row) => row.agent_id,
    emails: (row) => [row.requested_by_email, ...(proofOf(row.token)?.approvers ?? [])],
    entry: eatEntry,
    report: (row, { eats }) => push(eats, reportEat(row, proofOf(row.token))),
  },
  audit: {
    rows: eachPackAudit,
    host: (row) => hostOfEvent(row.event_data),
    emails: (row) => [row.actor_email],
    entry: auditEntry,
  },
  alert: {
    rows: eachPackAlert,
    host: (row) => row.agent_id,
    emails: (row) => [row.resolved_by_email, row.acknowledged_by_email],
    entry: alertEntry,
    report: (row, { alerts }) => push(alerts, reportAlert(row)),
  },
  kernel_update: {
    rows: eachPackKernelUpdate,
    host: (row) => row.agent_id,
    emails: (row) => [row.operator_email],
    entry: kernelEntry,
    report: (row, { kernel_updates }) => push(kernel_updates, reportKernel(row)),
  },
  cve_fixed: {
    rows: eachPackCve,
    host: (row) => row.agent_id,
    emails: (row) => [row.operator_email],
    entry: cveEntry,
    report: (row, { cves }) => push(cves, reportCve(row)),
  },
  session: {
    rows: eachPackSession,
    // In the client's context, not on a host.
    host: () => null,
    emails: (row) => [row.user_email],
    entry: sessionEntry,
    report: (row, { sessions }) => push(sessions, reportSession(row)),
  },
  trust_score: {
    rows: async (tx, period, take) => {
      for (const row of await listPackScores(tx, period)) await take(row);
    },
    host: () => null,
    entry: scoreEntry,
    report: (row, { scores }) => void scores.push(reportScore(row)),
  },
};

/** What is gathered for, and where the lines go. */
export type Gathering = {
  readonly tx: TenantTx;
  readonly ref: PackRef;
  /** The row of a report on demand; null for a pack. */
  readonly wanted: ReportFilesRow | null;
  readonly key: HubKeyRow;
  /** Where the signed pack is read from that a handover is a part of. */
  readonly store: PackStore;
  readonly sink: ByteSink;
  readonly heartbeat: () => void;
};

/** What the pass leaves. `report` still lacks what only the finished file of lines tells: its digest. */
export type Gathered = {
  readonly pack_id: string;
  readonly is_preview: boolean;
  readonly lines: WrittenLines;
  readonly kept: number;
  readonly left_out: number;
  readonly report: Omit<PackReport, 'jsonl'>;
  readonly jsonl_name: string;
};

/** Runs the pass. Rows are taken one after the other, so that memory stays flat however long the month was. */
export async function gatherPack({ tx, ref, wanted, key, store, sink, heartbeat }: Gathering): Promise<Gathered> {
  const { from, until } = wanted ?? monthBounds(ref.month);
  const period: PackPeriod = { tenantId: ref.tenant_id, from, until };
  const head = await getPackHead(tx, period);
  const frozen = await frozenPack(tx, ref);
  const { tenant, msp } = frozen?.manifest ?? head;
  const previous = await previousOf(tx, ref, frozen);
  const pack_id = wanted?.id ?? packIdOf(ref.tenant_id, ref.month);
  const chosen = wanted?.agent_ids == null ? null : new Set(wanted.agent_ids);
  const suffix = ref.actor_suffix;
  const writer = createLineWriter(sink);
  const tables: Tables = {
    eats: { total: 0, rows: [] },
    alerts: { total: 0, rows: [] },
    kernel_updates: { total: 0, rows: [] },
    cves: { total: 0, rows: [] },
    sessions: { total: 0, rows: [] },
    scores: [],
  };
  const seen = { kept: 0, leftOut: 0, outside: 0 };

  /** Whether a row goes into this pack: it is of the chosen hosts, and by an actor of the filter. */
  const isWanted = <Row>(kind: Kind<Row>, row: Row): boolean => {
    if (kind.emails === undefined) return true;
    // Of rows left out as well: a filter that keeps nothing must not look like a worker that died.
    if ((seen.kept + seen.leftOut + seen.outside) % HEARTBEAT_ROWS === 0) heartbeat();
    const host = chosen === null ? null : kind.host(row);
    if (chosen !== null && (host === null || !chosen.has(host))) seen.outside += 1;
    else if (suffix !== null && !keepFor(suffix, kind.emails(row))) seen.leftOut += 1;
    else {
      seen.kept += 1;
      return true;
    }
    return false;
  };
  const take = async <Row>(kind: Kind<Row>, row: Row, signed: PackEntry | null): Promise<void> => {
    if (!isWanted(kind, row)) return;
    await writer.write(signed ?? kind.entry(row));
    kind.report?.(row, tables);
  };
  const takeAll = <Row>(kind: Kind<Row>): Promise<void> => kind.rows(tx, period, (row) => take(kind, row, null));
  const takeSigned = <K extends keyof PackRows>({ kind, row, entry }: FrozenLine<K>): Promise<void> =>
    take(KINDS[kind], row, entry);

  await writer.write({
    kind: 'pack',
    schema_version: PACK_SCHEMA_VERSION,
    pack_id,
    tenant,
    msp,
    period: { month: ref.month, from, until },
    actor_suffix: suffix,
    previous,
    ...(wanted === null
      ? {}
      : { report: { template: wanted.template, title: wanted.title, agent_ids: wanted.agent_ids } }),
  });
  if (frozen === null) {
    await takeAll(KINDS.eat);
    await takeAll(KINDS.audit);
    await takeAll(KINDS.alert);
    await takeAll(KINDS.kernel_update);
    await takeAll(KINDS.cve_fixed);
    await takeAll(KINDS.session);
    await takeAll(KINDS.trust_score);
  } else {
    for await (const line of readFrozenLines(await store.read(frozen.jsonl_sha256), frozen.hash_chain_root))
      await takeSigned(line);
  }
  const lines = await writer.finish();

  const is_preview = !head.is_over;
  const { kept, leftOut: left_out } = seen;
  return {
    pack_id,
    is_preview,
    lines,
    kept,
    left_out,
    jsonl_name: `${stemOf(tenant.slug, ref, wanted)}.jsonl.gz`,
    report: {
      pack_id,
      tenant,
      msp,
      brand: (await findBrandBefore(tx, ref.tenant_id, until)) ?? { product_name: null, primary_color: null },
      period: { month: ref.month, from, until },
      is_preview,
      filter: suffix === null ? null : { actor_suffix: suffix, kept, left_out },
      hosts: chosen?.size ?? head.hosts,
      previous: previous === null ? null : { month: previous.month, manifest_sha256: previous.manifest_sha256 },
      hub_key: { key_id: key.key_id, public_key_pem: publicKeyPem(key.public_key) },
      ...tables,
      ...(wanted === null ? {} : { on_demand: await onDemand(tx, wanted) }),
    },
  };
}

/** The same tenant and month give the same id, so that a second build is the same pack. UUID version 8 (RFC 9562). */
export function packIdOf(tenantId: string, month: string): string {
  const hex = sha256Hex(`monsys-audit-pack-v1\n${tenantId}\n${month}`);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Names of a pack's or a report's files, without their endings. */
export function stemOf(slug: string, ref: PackRef, wanted: ReportFilesRow | null): string {
  return wanted === null
    ? packFileStem(slug, ref.month, ref.actor_suffix !== null)
    : reportFileStem(slug, wanted.template, wanted.id);
}

async function onDemand(tx: AnyTx, wanted: ReportFilesRow): Promise<NonNullable<PackReport['on_demand']>> {
  const { name, chapters } = TEMPLATES[wanted.template];
  const hosts = await listReportHosts(tx, wanted);
  return {
    name,
    title: wanted.title,
    chapters,
    chosen: wanted.agent_ids?.length ?? null,
    hosts: { total: hosts.length, rows: hosts.slice(0, MAX_REPORT_ROWS) },
  };
}

/** The host that an audit event names, if it names one. */
function hostOfEvent(data: unknown): string | null {
  const { agent_id } = data as { readonly agent_id?: unknown };
  return typeof agent_id === 'string' ? agent_id : null;
}

function push<T>(table: { total: number; readonly rows: T[] }, row: T): void {
  table.total += 1;
  if (table.rows.length < MAX_REPORT_ROWS) table.rows.push(row);
}

/** Who approved, as the token itself says; null for history without a token. */
function proofOf(token: string | null): { readonly label: string; readonly approvers: readonly string[] } | null {
  if (token === null) return null;
  const parsed = eatToken.safeParse(JSON.parse(token));
  if (!parsed.success) return null;
  const { authorisation, pre_issued } = parsed.data;
  if (authorisation.kind === 'quorum')
    return { label: quorumLabel(authorisation), approvers: authorisation.approvals.map((approval) => approval.email) };
  return { label: pre_issued === null ? authorisation.kind : 'pre-issued', approvers: [] };
}
