/** Checks what the lines of a pack say, beyond their chain: tokens, results, quorums, and the audit log's own chain. */

import { z } from 'zod';
import { CHAIN_START, chainHash } from '../auditChain.ts';
import { canonicalJson, type Json } from '../canonicalJson.ts';
import { PACK_LINE_KINDS, PACK_SCHEMA_VERSION, type PackLineKind, type PackManifest } from '../pack.ts';
import { hostsDigest } from '../report.ts';
import { createEatChecker } from './eat.ts';
import type { HubKey } from './keys.ts';
import type { Primitives } from './primitives.ts';
import type { FailureClass, Report } from './report.ts';

/** A faulty pack could have a fault in every line; these are shown, the rest counted. */
const MAX_SHOWN_FAULTS = 20;

const eatLine = z.looseObject({
  token: z.string().nullable(),
  signature: z.string().nullable(),
  key_id: z.string().nullable(),
  result: z.string().nullable(),
  result_signature: z.string().nullable(),
  agent_public_key: z.string(),
  outcome: z.string(),
  is_demo: z.boolean(),
});

const reportHead = z.looseObject({ agent_ids: z.array(z.string()) });

/** The members of docs/formats/audit-chain.md under the names of a line. */
const auditLine = z.strictObject({
  kind: z.literal('audit'),
  seq: z.int(),
  prev: z.string(),
  chain_seq: z.int().min(1),
  prev_hash: z.string(),
  hash: z.string(),
  chain_id: z.string(),
  msp_id: z.string(),
  tenant_id: z.string().nullable(),
  event_type: z.string(),
  actor_kind: z.string(),
  actor_user_id: z.string().nullable(),
  actor_email: z.string().nullable(),
  impersonation_id: z.string().nullable(),
  event_data: z.json(),
  occurred_at: z.string(),
});

/** Takes the lines of a pack in order and keeps count. */
export type LineChecker = {
  readonly take: (entry: Readonly<Record<string, Json>>, line: number) => void;
  readonly counts: () => Readonly<Record<PackLineKind, number>>;
  readonly finish: (allowOtherKeys: boolean) => void;
};

/** Makes the checker of one pack. `manifest` is signed by a trusted key. */
export function createLineChecker(
  manifest: PackManifest,
  keys: readonly HubKey[],
  prepareKey: Primitives['prepareKey'],
  report: Report,
): LineChecker {
  const counts = Object.fromEntries(PACK_LINE_KINDS.map((kind) => [kind, 0])) as Record<PackLineKind, number>;
  const checkEat = createEatChecker(keys, prepareKey);
  const tokens = { signed: 0, results: 0, quorums: 0, demo: 0 };
  const otherKeys = new Map<string, number>();
  let firstAudit: number | null = null;
  let lastAudit: { readonly seq: number; readonly hash: string } | null = null;
  let faults = 0;
  /** Hosts that a report is about; null: all. */
  let chosen: ReadonlySet<string> | null = null;
  // A filter or a choice of hosts leaves audit events out; every other pack has them all.
  const isWhole = manifest.filter === null && (manifest.report?.scope ?? null) === null;

  function fault(failure: FailureClass, text: string, line: number): void {
    faults += 1;
    if (faults <= MAX_SHOWN_FAULTS) report.failed(failure, text, line);
  }

  function takeHead(entry: Readonly<Record<string, Json>>, line: number): void {
    const { seq: _, prev: __, ...head } = entry;
    const expected = {
      kind: 'pack',
      schema_version: PACK_SCHEMA_VERSION,
      pack_id: manifest.pack_id,
      tenant: manifest.tenant,
      msp: manifest.msp,
      period: manifest.period,
      actor_suffix: manifest.filter?.actor_suffix ?? null,
      previous: manifest.previous,
      ...(manifest.report === undefined ? {} : { report: expectedReport(entry) }),
    };
    if (canonicalJson(head) !== canonicalJson(expected))
      fault('content', 'the first line is of another pack than the manifest', line);
  }

  /** The head's member `report`, as the manifest has it; its hosts are those of the digest, or the head is another one. */
  function expectedReport(entry: Readonly<Record<string, Json>>): Json {
    const { template, title, scope } = manifest.report as NonNullable<PackManifest['report']>;
    if (scope === null) return { template, title, agent_ids: null };
    const ids = reportHead.safeParse(entry.report).data?.agent_ids ?? [];
    if (ids.length !== scope.hosts || hostsDigest(ids) !== scope.agent_ids_sha256) return null;
    chosen = new Set(ids);
    return { template, title, agent_ids: ids };
  }

  /** A line that names a host names one of those that the report is about. */
  function takeHost(entry: Readonly<Record<string, Json>>, line: number): void {
    const { agent_id } = entry;
    if (chosen !== null && typeof agent_id === 'string' && !chosen.has(agent_id))
      fault('content', 'this is about a host that the report does not cover', line);
  }

  function takeEat(entry: Readonly<Record<string, Json>>, line: number): void {
    const parsed = eatLine.safeParse(entry);
    if (!parsed.success) return fault('content', 'this is not the line of a token', line);
    const eat = parsed.data;
    if (eat.token === null) {
      // Only the demonstration's invented history has no token; it says so itself.
      if (eat.is_demo) tokens.demo += 1;
      else fault('content', 'an action was carried out without a signed token', line);
      return;
    }
    if (eat.signature === null || eat.key_id === null) return fault('signature', 'the token has no signature', line);
    const finding = checkEat({
      token: eat.token,
      signature: eat.signature,
      keyId: eat.key_id,
      result: eat.result,
      resultSignature: eat.result_signature,
      agentKey: eat.agent_public_key,
      facts: entry,
      tenantId: manifest.tenant.id,
    });
    for (const { class: failure, sentence } of finding.faults) fault(failure, sentence, line);
    if (finding.otherKeyId !== null) {
      if (otherKeys.size < MAX_SHOWN_FAULTS || otherKeys.has(finding.otherKeyId))
        otherKeys.set(finding.otherKeyId, (otherKeys.get(finding.otherKeyId) ?? 0) + 1);
    } else tokens.signed += 1;
    if (finding.result !== null) tokens.results += 1;
    if (finding.quorum !== null) tokens.quorums += 1;
  }

  function takeAudit(entry: Readonly<Record<string, Json>>, line: number): void {
    const parsed = auditLine.safeParse(entry);
    if (!parsed.success) return fault('content', 'this is not the line of an audit event', line);
    const { kind: _, seq: __, prev: ___, chain_seq, prev_hash, hash, ...facts } = parsed.data;
    const number = `audit event ${chain_seq}`;
    if (facts.chain_id !== manifest.tenant.id || facts.tenant_id !== manifest.tenant.id)
      fault('content', `${number} is of another tenant`, line);
    if (chainHash({ ...facts, seq: chain_seq }, prev_hash) !== hash)
      fault('content', `${number} was altered: its own hash is not the one recorded`, line);
    if (chain_seq === 1 && prev_hash !== CHAIN_START) fault('content', `${number} does not begin its chain`, line);
    if (lastAudit !== null) {
      const isNext = chain_seq === lastAudit.seq + 1;
      if (isNext ? prev_hash !== lastAudit.hash : chain_seq <= lastAudit.seq)
        fault('content', `${number} does not follow event ${lastAudit.seq}`, line);
      // A whole pack has every event.
      else if (!isNext && isWhole)
        fault('content', `audit events ${lastAudit.seq + 1} to ${chain_seq - 1} are missing before this line`, line);
    }
    firstAudit ??= chain_seq;
    lastAudit = { seq: chain_seq, hash };
  }

  function tellOtherKeys(isAllowed: boolean): void {
    if (otherKeys.size === 0) return;
    const total = [...otherKeys.values()].reduce((sum, count) => sum + count, 0);
    const text = `${total} tokens signed by other keys (${[...otherKeys.keys()].join(', ')})`;
    if (isAllowed) report.note(`${text}: their signatures are not checked (--allow-other-keys)`);
    else report.failed('signature', `${text}: give them with --pubkey, once each`);
  }

  return {
    counts: () => counts,
    take(entry, line) {
      const kind = entry.kind as PackLineKind;
      counts[kind] += 1;
      takeHost(entry, line);
      if (kind === 'pack') takeHead(entry, line);
      else if (kind === 'eat') takeEat(entry, line);
      else if (kind === 'audit') takeAudit(entry, line);
    },
    finish(allowOtherKeys) {
      if (faults > MAX_SHOWN_FAULTS) report.failed('content', `and ${faults - MAX_SHOWN_FAULTS} more faults`);
      tellOtherKeys(allowOtherKeys);
      if (faults > 0) return;
      const { signed, results, quorums, demo } = tokens;
      if (counts.eat > demo)
        report.passed(
          `${signed} tokens signed by the hub, ${results} results signed by their hosts, ${quorums} quorums shown`,
        );
      if (demo > 0) report.note(`${demo} entries are a demonstration's invented history and carry no token`);
      if (lastAudit !== null && firstAudit !== null)
        report.passed(
          isWhole
            ? `audit events ${firstAudit} to ${(lastAudit as { seq: number }).seq} follow one another without a gap`
            : `${counts.audit} audit events are as recorded (the ${manifest.filter === null ? 'choice of hosts' : 'filter'} leaves others between them out)`,
        );
    },
  };
}
