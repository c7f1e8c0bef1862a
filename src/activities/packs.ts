/**
 * Builds packs in steps, each of which can be repeated: lines and report from one snapshot, the PDF from the report,
 * the signature over the manifest, and the row that makes it appear. Files travel by their digest; a history holds
 * no client data but names.
 */

import { Context } from '@temporalio/activity';
import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { findBrandBefore } from '../db/branding.ts';
import { findCurrentHubKey, type HubKeyRow } from '../db/hubKeys.ts';
import {
  eachPackAlert,
  eachPackAudit,
  eachPackCve,
  eachPackEat,
  eachPackKernelUpdate,
  eachPackSession,
  getPackHead,
  listPackScores,
  type PackAlertRow,
  type PackAuditRow,
  type PackCveRow,
  type PackEatRow,
  type PackKernelRow,
  type PackPeriod,
  type PackScoreRow,
  type PackSessionRow,
} from '../db/packContent.ts';
import { findPackOfMonth, listTenantsWithoutPack, notePackBuild, publishHandover, publishPack } from '../db/packs.ts';
import { findReport, listReportHosts, type ReportFilesRow } from '../db/reports.ts';
import { type AnyTx, withSystem, withTenant, withTenantSnapshot } from '../db/scope.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { eatToken } from '../domain/eat.ts';
import { publicKeyPem } from '../domain/ed25519.ts';
import {
  monthBounds,
  PACK_SCHEMA_VERSION,
  type PackEntry,
  type PackManifest,
  packFileStem,
  packManifestText,
} from '../domain/pack.ts';
import { MAX_REPORT_ROWS, type PackReport, type ReportList } from '../domain/packReport.ts';
import { quorumLabel } from '../domain/quorum.ts';
import { hostsDigest, reportFileStem, TEMPLATES } from '../domain/report.ts';
import type { FileDraft, KeptFile, PackStore } from '../platform/packStore.ts';
import { frozenPack, previousOf, readFrozenLines } from './frozenLines.ts';
import {
  alertEntry,
  auditEntry,
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
import { renderPackPdf } from './pdf/render.ts';

/** Names one pack; `actor_suffix` null is the whole one. */
export type PackRef = {
  readonly tenant_id: string;
  readonly msp_id: string;
  readonly month: string;
  readonly actor_suffix: string | null;
  /** Of a report on demand: its row has the period and the hosts. */
  readonly report_id?: string;
};

/** What the first step leaves: the lines' file and the report's, by digest. */
export type CollectedPack = {
  readonly pack_id: string;
  readonly is_preview: boolean;
  readonly lines: WrittenLines;
  readonly jsonl: KeptFile;
  readonly report_sha256: string;
  readonly kept: number;
  readonly left_out: number;
};

/** The signed pair; the text of the `.sig` holds the manifest. */
export type SignedManifest = { readonly manifest: string; readonly sig: string; readonly key_id: string };

/** The same tenant and month give the same id, so that a second build is the same pack. UUID version 8 (RFC 9562). */
export function packIdOf(tenantId: string, month: string): string {
  const hex = sha256Hex(`monsys-audit-pack-v1\n${tenantId}\n${month}`);
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Rows between two heartbeats. */
const HEARTBEAT_ROWS = 500;

/** Makes the activities of the core queue. */
export function createPackActivities(deps: { readonly pool: DatabasePool; readonly store: PackStore }) {
  const { pool, store } = deps;

  async function keepAll(run: (draft: FileDraft) => Promise<void>): Promise<KeptFile> {
    const draft = await store.draft();
    try {
      await run(draft);
    } catch (error) {
      await draft.discard();
      throw error;
    }
    return draft.keep();
  }

  return {
    /** Reads the month in one snapshot and writes its lines; gathers the report on the way. */
    async collectPack(ref: PackRef): Promise<CollectedPack> {
      const heartbeat = (): void => Context.current().heartbeat();
      const key = await findCurrentHubKey(pool);
      if (key === null) throw new Error('The hub has no signing key yet; start the signing worker.');
      let collected: Omit<CollectedPack, 'jsonl' | 'report_sha256'> | null = null;
      let report: PackReport | null = null;
      const jsonl = await keepAll(async (draft) => {
        const gathered = await withTenantSnapshot(pool, ref.tenant_id, ref.msp_id, async (tx) =>
          gather({ tx, ref, wanted: await reportOf(tx, ref), key, sink: draft, heartbeat }),
        );
        collected = gathered.collected;
        report = gathered.report;
      });
      if (collected === null || report === null) throw new Error('the snapshot gave nothing');
      const done: Omit<CollectedPack, 'jsonl' | 'report_sha256'> = collected;
      const finished: PackReport = {
        ...(report as PackReport),
        jsonl: { ...(report as PackReport).jsonl, sha256: jsonl.sha256 },
      };
      const kept = await keepAll((draft) => draft.write(Buffer.from(JSON.stringify(finished), 'utf8')));
      return { ...done, jsonl, report_sha256: kept.sha256 };
    },

    /** Renders the PDF of a report. */
    async renderPack(input: { readonly report_sha256: string }): Promise<KeptFile> {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.read(input.report_sha256)) chunks.push(chunk as Buffer);
      const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PackReport;
      return keepAll((draft) =>
        renderPackPdf(report, async (chunk) => {
          Context.current().heartbeat();
          await draft.write(chunk);
        }),
      );
    },

    /** Writes the manifest of finished files. */
    async composeManifest(input: {
      readonly ref: PackRef;
      readonly collected: CollectedPack;
      readonly pdf: KeptFile;
    }): Promise<{ readonly manifest: string }> {
      const { ref, collected, pdf } = input;
      return withTenant(pool, ref.tenant_id, async (tx) => {
        const wanted = await reportOf(tx, ref);
        const { from, until } = wanted ?? monthBounds(ref.month);
        const frozen = await frozenPack(tx, ref);
        const names = frozen?.manifest ?? (await getPackHead(tx, { tenantId: ref.tenant_id, from, until }));
        const stem = stemOf(names.tenant.slug, ref, wanted);
        const manifest: PackManifest = {
          type: 'monsys-audit-pack',
          schema_version: PACK_SCHEMA_VERSION,
          pack_id: collected.pack_id,
          tenant: names.tenant,
          msp: names.msp,
          period: { month: ref.month, from, until },
          filter:
            ref.actor_suffix === null
              ? null
              : { actor_suffix: ref.actor_suffix, kept: collected.kept, left_out: collected.left_out },
          counts: collected.lines.counts,
          entries: collected.lines.entries,
          files: {
            jsonl: {
              name: `${stem}.jsonl.gz`,
              ...collected.jsonl,
              uncompressed_sha256: collected.lines.uncompressed_sha256,
              uncompressed_bytes: collected.lines.uncompressed_bytes,
            },
            pdf: { name: `${stem}.pdf`, ...pdf },
          },
          hash_chain_root: collected.lines.hash_chain_root,
          previous: await previousOf(tx, ref, frozen),
          ...(wanted === null ? {} : { report: reportMember(wanted) }),
        };
        return { manifest: packManifestText(manifest) };
      });
    },

    /** Makes the pack appear, whole, with its audit row; a pack that is closed already stays as it is. */
    async publishPack(input: {
      readonly ref: PackRef;
      readonly collected: CollectedPack;
      readonly pdf: KeptFile;
      readonly signed: SignedManifest;
    }): Promise<{ readonly pack_id: string; readonly is_new: boolean }> {
      const { ref, collected, pdf, signed } = input;
      const files = {
        manifest: signed.manifest,
        manifest_sha256: sha256Hex(signed.manifest),
        sig: signed.sig,
        key_id: signed.key_id,
        hash_chain_root: collected.lines.hash_chain_root,
        jsonl_sha256: collected.jsonl.sha256,
        jsonl_bytes: collected.jsonl.bytes,
        pdf_sha256: pdf.sha256,
        pdf_bytes: pdf.bytes,
        entries: collected.lines.entries,
      };
      return withTenant(pool, ref.tenant_id, async (tx) => {
        const { actor_suffix } = ref;
        if (actor_suffix !== null) {
          await publishHandover(tx, {
            ...files,
            pack_id: collected.pack_id,
            tenant_id: ref.tenant_id,
            actor_suffix,
            is_preview: collected.is_preview,
            kept: collected.kept,
            left_out: collected.left_out,
          });
        }
        const is_new =
          actor_suffix !== null ||
          (await publishPack(tx, {
            ...files,
            id: collected.pack_id,
            tenant_id: ref.tenant_id,
            month: ref.month,
            is_preview: collected.is_preview,
          }));
        if (is_new) {
          await appendAudit(tx, {
            msp_id: ref.msp_id,
            tenant_id: ref.tenant_id,
            event_type: actor_suffix === null ? 'audit_pack_signed' : 'handover_report_signed',
            actor: { kind: 'system' },
            event_data: {
              pack_id: collected.pack_id,
              month: ref.month,
              actor_suffix,
              manifest_sha256: files.manifest_sha256,
              hash_chain_root: files.hash_chain_root,
              entries: files.entries,
              key_id: signed.key_id,
              is_preview: collected.is_preview,
            },
          });
        }
        return { pack_id: collected.pack_id, is_new };
      });
    },

    /** Notes how a build is getting on, for the screens. */
    async notePack(input: {
      readonly ref: PackRef;
      readonly stage: string;
      readonly lines: number;
      readonly error: string | null;
    }): Promise<void> {
      const { tenant_id, month } = input.ref;
      await withTenant(pool, tenant_id, (tx) =>
        notePackBuild(tx, { tenant_id, month, stage: input.stage, lines: input.lines, error: input.error }),
      );
    },

    /** Whether a month has its closed pack; then there is nothing to build. */
    async findClosedPack(ref: PackRef): Promise<{ readonly pack_id: string } | null> {
      return withTenant(pool, ref.tenant_id, async (tx) => {
        const pack = await findPackOfMonth(tx, ref.tenant_id, ref.month);
        return pack?.has_files && !pack.is_preview ? { pack_id: pack.id } : null;
      });
    },

    /** Tenants that still need the pack of a month, those of a page. */
    async listDuePacks(input: { readonly month: string }): Promise<readonly { tenant_id: string; msp_id: string }[]> {
      const { until } = monthBounds(input.month);
      return withSystem(pool, async (tx) => [...(await listTenantsWithoutPack(tx, input.month, until))]);
    },
  };

  type Gathering = {
    readonly tx: Parameters<Parameters<typeof withTenantSnapshot>[3]>[0];
    readonly ref: PackRef;
    readonly wanted: ReportFilesRow | null;
    readonly key: HubKeyRow;
    readonly sink: FileDraft;
    readonly heartbeat: () => void;
  };

  /** One pass over everything, in the order of the format. */
  async function gather({ tx, ref, wanted, key, sink, heartbeat }: Gathering) {
    const { from, until } = wanted ?? monthBounds(ref.month);
    const period: PackPeriod = { tenantId: ref.tenant_id, from, until };
    const head = await getPackHead(tx, period);
    const frozen = await frozenPack(tx, ref);
    const names = frozen?.manifest ?? head;
    const previous = await previousOf(tx, ref, frozen);
    const pack_id = wanted?.id ?? packIdOf(ref.tenant_id, ref.month);
    const chosen = wanted?.agent_ids == null ? null : new Set(wanted.agent_ids);
    const suffix = ref.actor_suffix;
    const writer = createLineWriter(sink);
    let kept = 0;
    let leftOut = 0;
    const lists = {
      eats: emptyList<PackReport['eats']['rows'][number]>(),
      alerts: emptyList<PackReport['alerts']['rows'][number]>(),
      kernel_updates: emptyList<PackReport['kernel_updates']['rows'][number]>(),
      cves: emptyList<PackReport['cves']['rows'][number]>(),
      sessions: emptyList<PackReport['sessions']['rows'][number]>(),
    };
    let outside = 0;
    const take = async (
      agentId: string | null,
      emails: readonly (string | null)[],
      write: () => Promise<void>,
    ): Promise<void> => {
      // Of rows left out as well: a filter that keeps nothing must not look like a worker that died.
      if ((kept + leftOut + outside) % HEARTBEAT_ROWS === 0) heartbeat();
      if (chosen !== null && (agentId === null || !chosen.has(agentId))) {
        outside += 1;
        return;
      }
      if (!keepFor(suffix, emails)) {
        leftOut += 1;
        return;
      }
      kept += 1;
      await write();
    };

    await writer.write({
      kind: 'pack',
      schema_version: PACK_SCHEMA_VERSION,
      pack_id,
      tenant: names.tenant,
      msp: names.msp,
      period: { month: ref.month, from: period.from, until: period.until },
      actor_suffix: suffix,
      previous,
      ...(wanted === null
        ? {}
        : { report: { template: wanted.template, title: wanted.title, agent_ids: wanted.agent_ids } }),
    });
    const takeEat = (row: PackEatRow, late: boolean, entry: () => PackEntry): Promise<void> => {
      const proof = row.token === null ? null : proofOf(row.token);
      return take(row.agent_id, [row.requested_by_email, ...(proof?.approvers ?? [])], async () => {
        await writer.write(entry());
        push(lists.eats, reportEat(row, proof, late));
      });
    };
    const takeAudit = (row: PackAuditRow, entry: () => PackEntry): Promise<void> =>
      take(hostOfEvent(row.event_data), [row.actor_email], () => writer.write(entry()));
    const takeAlert = (row: PackAlertRow, entry: () => PackEntry): Promise<void> =>
      take(row.agent_id, [row.resolved_by_email, row.acknowledged_by_email], async () => {
        await writer.write(entry());
        push(lists.alerts, reportAlert(row));
      });
    const takeKernelUpdate = (row: PackKernelRow, entry: () => PackEntry): Promise<void> =>
      take(row.agent_id, [row.operator_email], async () => {
        await writer.write(entry());
        push(lists.kernel_updates, reportKernel(row));
      });
    const takeCve = (row: PackCveRow, entry: () => PackEntry): Promise<void> =>
      take(row.agent_id, [row.operator_email], async () => {
        await writer.write(entry());
        push(lists.cves, reportCve(row));
      });
    const takeSession = (row: PackSessionRow, entry: () => PackEntry): Promise<void> =>
      // A session is in the client's context, not on a host.
      take(null, [row.user_email], async () => {
        await writer.write(entry());
        push(lists.sessions, reportSession(row));
      });
    const scores: PackScoreRow[] = [];
    const takeScore = (row: PackScoreRow, entry: () => PackEntry): Promise<void> => {
      scores.push(row);
      return writer.write(entry());
    };

    if (frozen === null) {
      await eachPackEat(tx, period, (row) => takeEat(row, isLate(row, period.from), () => eatEntry(row, period.from)));
      await eachPackAudit(tx, period, (row) => takeAudit(row, () => auditEntry(row)));
      await eachPackAlert(tx, period, (row) => takeAlert(row, () => alertEntry(row)));
      await eachPackKernelUpdate(tx, period, (row) => takeKernelUpdate(row, () => kernelEntry(row)));
      await eachPackCve(tx, period, (row) => takeCve(row, () => cveEntry(row)));
      await eachPackSession(tx, period, (row) => takeSession(row, () => sessionEntry(row)));
      for (const row of await listPackScores(tx, period)) await takeScore(row, () => scoreEntry(row));
    } else {
      for await (const line of readFrozenLines(await store.read(frozen.jsonl_sha256), frozen.hash_chain_root)) {
        const entry = (): PackEntry => line.entry;
        if (line.kind === 'eat') await takeEat(line.row, line.isLate, entry);
        else if (line.kind === 'audit') await takeAudit(line.row, entry);
        else if (line.kind === 'alert') await takeAlert(line.row, entry);
        else if (line.kind === 'kernel_update') await takeKernelUpdate(line.row, entry);
        else if (line.kind === 'cve_fixed') await takeCve(line.row, entry);
        else if (line.kind === 'session') await takeSession(line.row, entry);
        else if (line.kind === 'trust_score') await takeScore(line.row, entry);
      }
    }

    const lines = await writer.finish();
    const report: PackReport = {
      pack_id,
      tenant: names.tenant,
      msp: names.msp,
      brand: (await findBrandBefore(tx, ref.tenant_id, period.until)) ?? { product_name: null, primary_color: null },
      period: { month: ref.month, from: period.from, until: period.until },
      is_preview: !head.is_over,
      filter: suffix === null ? null : { actor_suffix: suffix, kept, left_out: leftOut },
      hosts: chosen?.size ?? head.hosts,
      jsonl: {
        name: `${stemOf(names.tenant.slug, ref, wanted)}.jsonl.gz`,
        sha256: '',
        entries: lines.entries,
        hash_chain_root: lines.hash_chain_root,
      },
      previous: previous === null ? null : { month: previous.month, manifest_sha256: previous.manifest_sha256 },
      hub_key: { key_id: key.key_id, public_key_pem: publicKeyPem(key.public_key) },
      scores: scores.map(reportScore),
      ...lists,
      ...(wanted === null ? {} : { on_demand: await onDemand(tx, wanted) }),
    };
    return { collected: { pack_id, is_preview: !head.is_over, lines, kept, left_out: leftOut }, report };
  }
}

/** The row of a report on demand; null for a pack. */
async function reportOf(tx: AnyTx, ref: PackRef): Promise<ReportFilesRow | null> {
  if (ref.report_id === undefined) return null;
  const report = await findReport(tx, ref.report_id);
  if (report === null) throw new Error(`There is no report ${ref.report_id}.`);
  return report;
}

function stemOf(slug: string, ref: PackRef, wanted: ReportFilesRow | null): string {
  return wanted === null
    ? packFileStem(slug, ref.month, ref.actor_suffix !== null)
    : reportFileStem(slug, wanted.template, wanted.id);
}

function reportMember({ template, title, agent_ids }: ReportFilesRow): NonNullable<PackManifest['report']> {
  const scope = agent_ids === null ? null : { hosts: agent_ids.length, agent_ids_sha256: hostsDigest(agent_ids) };
  return { template, title, scope };
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

/** Type by which workflows know them. */
export type PackActivities = ReturnType<typeof createPackActivities>;

type Growing<T> = { total: number; rows: T[] };

function emptyList<T>(): Growing<T> & ReportList<T> {
  return { total: 0, rows: [] };
}

function push<T>(list: Growing<T>, row: T): void {
  list.total += 1;
  if (list.rows.length < MAX_REPORT_ROWS) list.rows.push(row);
}

/** Who approved, as the token itself says. */
function proofOf(token: string): { readonly label: string; readonly approvers: readonly string[] } | null {
  const parsed = eatToken.safeParse(JSON.parse(token));
  if (!parsed.success) return null;
  const { authorisation, pre_issued } = parsed.data;
  if (authorisation.kind === 'quorum')
    return { label: quorumLabel(authorisation), approvers: authorisation.approvals.map((approval) => approval.email) };
  return { label: pre_issued === null ? authorisation.kind : 'pre-issued', approvers: [] };
}
