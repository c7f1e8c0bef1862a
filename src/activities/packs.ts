/**
 * Builds packs in steps, each of which can be repeated: lines and report from one snapshot, the PDF from the report,
 * the signature over the manifest, and the row that makes it appear. Files travel by their digest; a history holds
 * no client data but names.
 */

import { Context } from '@temporalio/activity';
import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import { findCurrentHubKey } from '../db/hubKeys.ts';
import { getPackHead } from '../db/packContent.ts';
import { findPackOfMonth, listTenantsWithoutPack, notePackBuild, publishHandover, publishPack } from '../db/packs.ts';
import { findReport, type ReportFilesRow } from '../db/reports.ts';
import { type AnyTx, withSystem, withTenant, withTenantSnapshot } from '../db/scope.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { monthBounds, PACK_SCHEMA_VERSION, type PackManifest, packManifestText } from '../domain/pack.ts';
import type { PackReport } from '../domain/packReport.ts';
import { hostsDigest } from '../domain/report.ts';
import type { FileDraft, KeptFile, PackStore } from '../platform/packStore.ts';
import { frozenPack, previousOf } from './frozenLines.ts';
import { gatherPack, stemOf } from './packGathering.ts';
import type { WrittenLines } from './packLines.ts';
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

/** Makes the activities of the core queue. */
export function createPackActivities(deps: { readonly pool: DatabasePool; readonly store: PackStore }) {
  const { pool, store } = deps;

  /** Keeps the file that `run` writes, and gives what it answers beside it. Nothing of it stays when `run` fails. */
  async function keepAll<T>(run: (draft: FileDraft) => Promise<T>): Promise<{ kept: KeptFile; value: T }> {
    const draft = await store.draft();
    const value = await run(draft).catch(async (error: unknown) => {
      await draft.discard();
      throw error;
    });
    return { kept: await draft.keep(), value };
  }

  return {
    /** Reads the month in one snapshot and writes its lines; gathers the report on the way. */
    async collectPack(ref: PackRef): Promise<CollectedPack> {
      const heartbeat = (): void => Context.current().heartbeat();
      const key = await findCurrentHubKey(pool);
      if (key === null) throw new Error('The hub has no signing key yet; start the signing worker.');
      const { kept: jsonl, value: gathered } = await keepAll((sink) =>
        withTenantSnapshot(pool, ref.tenant_id, ref.msp_id, async (tx) =>
          gatherPack({ tx, ref, wanted: await reportOf(tx, ref), key, store, sink, heartbeat }),
        ),
      );
      const { report: gatheredReport, jsonl_name: name, ...collected } = gathered;
      const { entries, hash_chain_root } = collected.lines;
      const report: PackReport = { ...gatheredReport, jsonl: { name, sha256: jsonl.sha256, entries, hash_chain_root } };
      const { kept } = await keepAll((draft) => draft.write(Buffer.from(JSON.stringify(report), 'utf8')));
      return { ...collected, jsonl, report_sha256: kept.sha256 };
    },

    /** Renders the PDF of a report. */
    async renderPack(input: { readonly report_sha256: string }): Promise<KeptFile> {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.read(input.report_sha256)) chunks.push(chunk as Buffer);
      const report = JSON.parse(Buffer.concat(chunks).toString('utf8')) as PackReport;
      const { kept } = await keepAll((draft) =>
        renderPackPdf(report, async (chunk) => {
          Context.current().heartbeat();
          await draft.write(chunk);
        }),
      );
      return kept;
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
      const { tenant_id, msp_id, month } = input.ref;
      const { stage, lines, error } = input;
      await withTenant(pool, tenant_id, async (tx) => {
        await notePackBuild(tx, { tenant_id, month, stage, lines, error });
        // A month without evidence is itself something that an auditor asks about.
        if (error !== null)
          await appendAudit(tx, {
            msp_id,
            tenant_id,
            event_type: 'audit_pack_failed',
            actor: { kind: 'system' },
            event_data: { month, error },
          });
      });
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
}

/** The row of a report on demand; null for a pack. */
async function reportOf(tx: AnyTx, ref: PackRef): Promise<ReportFilesRow | null> {
  if (ref.report_id === undefined) return null;
  const report = await findReport(tx, ref.report_id);
  if (report === null) throw new Error(`There is no report ${ref.report_id}.`);
  return report;
}

function reportMember({ template, title, agent_ids }: ReportFilesRow): NonNullable<PackManifest['report']> {
  const scope = agent_ids === null ? null : { hosts: agent_ids.length, agent_ids_sha256: hostsDigest(agent_ids) };
  return { template, title, scope };
}

/** Type by which workflows know them. */
export type PackActivities = ReturnType<typeof createPackActivities>;
