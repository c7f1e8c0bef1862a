/** What emergency tests look up behind the API: audit rows, commands, keys, and a host's signed results. */

import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { base64ToBytes, sha256Hex } from '../../src/domain/bytes.ts';
import { type EatResult, eatResultSigningBytes, eatResultText } from '../../src/domain/eat.ts';
import type { TestAgent } from './agent.ts';
import type { Person, TestHub } from './hub.ts';

type WithDatabase = Pick<TestHub, 'db'>;

const auditRow = z.object({
  type: z.string(),
  actor: z.string().nullable(),
  data: z.record(z.string(), z.unknown()),
});

/** Audit rows that name this nonce, in their order. */
export async function auditOfNonce({ db }: WithDatabase, nonce: string): Promise<readonly z.infer<typeof auditRow>[]> {
  return db.admin.any(sql.type(auditRow)`
    select event_type as type, actor_email as actor, event_data as data from audit_log
    where event_data ->> 'nonce' = ${nonce} order by seq`);
}

const commandRow = z.object({ kind: z.string(), payload: z.record(z.string(), z.unknown()) });

/** Commands in the outbox that carry this nonce. */
export async function commandsOf({ db }: WithDatabase, nonce: string): Promise<readonly z.infer<typeof commandRow>[]> {
  return db.admin.any(
    sql.type(commandRow)`select kind, payload from agent_outbox where payload ->> 'nonce' = ${nonce} order by id`,
  );
}

/** The raw public key of a hub key. */
export async function publicKeyOf({ db }: WithDatabase, keyId: string): Promise<Uint8Array> {
  const row = await db.admin.one(sql.type(z.object({ key: z.string() }))`
    select encode(public_key, 'base64') as key from hub_keys where key_id = ${keyId}`);
  return base64ToBytes(row.key) as Uint8Array;
}

/** A token as `GET /emergency/:nonce` shows it, signed. */
export type ShownEat = {
  readonly nonce: string;
  readonly kind: string;
  readonly token: string;
  readonly signature: string;
  readonly key_id: string;
  readonly outcome: string | null;
  readonly result: string | null;
  readonly result_signature: string | null;
  readonly agent_public_key: string;
};

/** Reads one token with its evidence. */
export async function readEvidence(by: Person, nonce: string): Promise<ShownEat> {
  const response = await by.call('GET', `/emergency/${nonce}`);
  if (response.status !== 200) throw new Error(`evidence: ${response.status} ${await response.text()}`);
  return (await response.json()) as ShownEat;
}

/** A result of one step that succeeded, as the host would report it now; parts may be replaced. */
export function resultOf(eat: Pick<ShownEat, 'nonce' | 'token'>, change: Partial<EatResult> = {}): EatResult {
  const token = JSON.parse(eat.token) as { agent_id: string; tenant_id: string };
  const now = new Date().toISOString();
  return {
    type: 'monsys-eat-result',
    version: 1,
    nonce: eat.nonce,
    agent_id: token.agent_id,
    tenant_id: token.tenant_id,
    eat_sha256: sha256Hex(eat.token),
    outcome: 'succeeded',
    refusal_code: null,
    dry_run: false,
    started_at: now,
    finished_at: now,
    activation: null,
    steps: [],
    ...change,
  };
}

/** The body of a report, signed by `signer`. */
export function signResult(result: EatResult, signer: Pick<TestAgent, 'sign'>): { result: string; signature: string } {
  const text = eatResultText(result);
  return { result: text, signature: signer.sign(eatResultSigningBytes(text)).toString('base64') };
}
