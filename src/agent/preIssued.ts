/**
 * Pre-issued tokens: kept sealed until their window is over, activated by this host alone, once, when their condition
 * holds; with the hub away, too.
 *
 *     held -> started (nonce used; the ledger has it from here) | revoked (void in the ledger) | dropped (expired)
 *
 * A token is judged whole when it comes (all but window and condition) and whole again at each look, the key too.
 * The seal (AES-256-GCM under a key derived from the host's own) keeps a copy of the folder from being read or
 * altered; on the host itself, root can read the key.
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { actionLabel, type EatEnvelope, type EatToken, eatEnvelope, eatToken } from '../domain/eat.ts';
import { preIssueTrigger } from '../domain/preIssuedEat.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import type { ClockFloor } from './clockFloor.ts';
import type { CommandResult } from './commandLedger.ts';
import { makeFolder, removeLeftovers, syncFolder, writeDurably } from './durable.ts';
import type { Activation, Execution } from './execution.ts';
import type { HubContact } from './hubContact.ts';
import type { Identity } from './identity.ts';
import type { Logger } from './log.ts';
import type { NonceLedger } from './nonceLedger.ts';
import type { HeldToken } from './status.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Expiry noted for a revoked nonce whose token was never seen: longer than any token lives. */
const UNSEEN_LIFETIME_MS = 90 * 86_400_000;

/** What holding works with. */
export type PreIssuedDeps = {
  readonly stateDir: string;
  readonly identity: Identity;
  readonly execution: Execution;
  readonly ledger: NonceLedger;
  readonly floor: ClockFloor;
  readonly contact: HubContact;
  /** Something critical that this host found itself. */
  readonly hasLocalCritical: () => boolean;
  readonly onChange: () => void;
  readonly log: Logger;
};

/** The tokens held. */
export type PreIssued = {
  readonly hold: (envelope: EatEnvelope, token: EatToken) => Promise<CommandResult>;
  readonly revoke: (nonce: string) => Promise<CommandResult>;
  /** One look at every token held; those whose condition holds are started. */
  readonly look: () => Promise<void>;
  readonly list: () => readonly HeldToken[];
};

/** Opens what a state folder holds. */
export async function openPreIssued(deps: PreIssuedDeps): Promise<PreIssued> {
  const { execution, ledger, floor, contact, log } = deps;
  const folder = join(deps.stateDir, 'held');
  const key = deps.identity.deriveKey('held tokens');
  await makeFolder(folder);
  await removeLeftovers(folder);
  const held = new Map<string, { readonly envelope: EatEnvelope; readonly token: EatToken }>();
  const forget = async (nonce: string): Promise<void> => {
    held.delete(nonce);
    await rm(join(folder, `${nonce}.sealed`), { force: true });
    await syncFolder(folder);
    deps.onChange();
  };
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.sealed'))) {
    const nonce = name.replace('.sealed', '');
    const envelope = unseal(key, nonce, await readFile(join(folder, name)));
    const token = envelope === null ? null : parseToken(envelope);
    if (envelope !== null && token !== null && ledger.find(nonce) === null) held.set(nonce, { envelope, token });
    else {
      // Started before a crash: the ledger reports it. Unreadable: altered, or of another key.
      if (envelope === null) log.error({ nonce }, 'a held token cannot be opened: dropped');
      await forget(nonce);
    }
  }

  const lookAt = async (nonce: string, envelope: EatEnvelope, token: EatToken): Promise<void> => {
    const window = token.pre_issued;
    if (window === null) return;
    const nowMs = floor.now();
    const isCritical = { hub: contact.openCriticalAlerts() > 0, local: deps.hasLocalCritical() };
    const sinceOpening = nowMs - Date.parse(window.valid_from);
    const seen = {
      nowMs,
      // Silence before the window opened does not count.
      heartbeatDeliveredMs: nowMs - Math.min(contact.silentMs(), Math.max(0, sinceOpening)),
      criticalOpen: isCritical.hub || isCritical.local,
    };
    const verdict = execution.judge(envelope, seen);
    if (verdict.kind === 'refused') {
      if (verdict.code === 'eat_outside_window' || verdict.code === 'eat_condition_not_met') return;
      if (verdict.code === 'eat_expired') log.info({ nonce }, 'a held token expired unused');
      else if (verdict.code !== 'eat_nonce_used')
        await execution.refuse({ nonce, text: envelope.token, token }, verdict.code);
      await forget(nonce);
      return;
    }
    const condition = preIssueTrigger(window.conditions, seen);
    if (condition === null) return;
    const activation: Activation = {
      condition,
      last_delivered_heartbeat_at: contact.lastDeliveredAt(),
      critical_source: condition === 'severity_critical' ? (isCritical.local ? 'local' : 'hub') : null,
    };
    log.warn({ nonce, condition }, 'a pre-issued token activates itself');
    // Out of sight at once, so that the next look does not take it again; off the disk once the ledger has it.
    held.delete(nonce);
    await execution.startActivated(verdict, activation, () => forget(nonce));
    // The disk refused before its nonce was used: the next look tries again.
    if (ledger.find(nonce) === null) held.set(nonce, { envelope, token });
  };

  return {
    hold: async (envelope, token) => {
      if (ledger.find(token.nonce) !== null) return { status: 'duplicate', refusal_code: 'eat_nonce_used' };
      await writeDurably(join(folder, `${token.nonce}.sealed`), seal(key, token.nonce, envelope));
      held.set(token.nonce, { envelope, token });
      log.info({ nonce: token.nonce, valid_until: token.expires_at }, 'a pre-issued token is held');
      deps.onChange();
      return { status: 'accepted', held: true };
    },
    revoke: async (nonce) => {
      const known = held.get(nonce);
      const until = known?.token.expires_at ?? new Date(floor.now() + UNSEEN_LIFETIME_MS).toISOString();
      const entry = { nonce, state: 'void', eat_sha256: '', expires_at: until } as const;
      const used = ledger.find(nonce);
      // Void even when the token was never seen: commands may come late, and then it must not be held any more.
      if (used !== null && used.state !== 'accepted' && used.state !== 'void') return { status: 'used' };
      await ledger.advance({ ...entry, started_at: null, envelope: null, activation: null });
      await forget(nonce);
      return { status: 'revoked', was_held: known !== undefined };
    },
    look: async () => {
      // A copy: what is put back for another try waits for the next look.
      const waiting = Array.from(held);
      for (const [nonce, { envelope, token }] of waiting) await lookAt(nonce, envelope, token);
    },
    list: () =>
      [...held.values()].map(({ token }) => ({
        nonce: token.nonce,
        actions: token.actions.map(actionLabel),
        reason: token.reason,
        valid_from: token.pre_issued?.valid_from ?? '',
        valid_until: token.expires_at,
        conditions: token.pre_issued?.conditions ?? {},
      })),
  };
}

function parseToken(envelope: EatEnvelope): EatToken | null {
  const json = parseStrictJson(Buffer.from(envelope.token));
  const token = json.kind === 'ok' ? eatToken.safeParse(json.value) : null;
  return token?.success ? token.data : null;
}

/** iv, ciphertext, tag; the nonce is bound in, so that files cannot be exchanged. */
function seal(key: Uint8Array, nonce: string, envelope: EatEnvelope): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(nonce));
  return Buffer.concat([iv, cipher.update(JSON.stringify(envelope), 'utf8'), cipher.final(), cipher.getAuthTag()]);
}

/** Null for whatever was not sealed by this host for this nonce. */
function unseal(key: Uint8Array, nonce: string, bytes: Buffer): EatEnvelope | null {
  if (bytes.length < IV_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, IV_BYTES))
    .setAAD(Buffer.from(nonce))
    .setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const text = Buffer.concat([
      decipher.update(bytes.subarray(IV_BYTES, bytes.length - TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
    return eatEnvelope.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}
