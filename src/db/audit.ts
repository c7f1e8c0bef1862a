/** The append-only audit log. An effect and its audit row share one transaction: no row, no effect (LESSONS 0.15). */

import { z } from 'zod';
import { CHAIN_START, chainHash } from '../domain/auditChain.ts';
import { hexToBytes } from '../domain/bytes.ts';
import type { Json } from '../domain/canonicalJson.ts';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

/** Who acted. An integration or the system is named in the event's data. */
export type AuditActor =
  | {
      readonly kind: 'user';
      readonly user_id: string;
      readonly email: string;
      readonly impersonation_id: string | null;
    }
  | { readonly kind: 'agent' | 'integration' | 'system' };

/** One event to append; `tenant_id` null means it concerns the MSP as a whole. */
export type AuditEvent = {
  readonly msp_id: string;
  readonly tenant_id: string | null;
  /** Past tense, snake case: `alert_resolved`. */
  readonly event_type: string;
  readonly actor: AuditActor;
  /** Facts of the case. Never a secret, token or TOTP code. */
  readonly event_data: { readonly [key: string]: Json };
};

const headRow = z.object({ seq: z.number(), hash: z.string(), now: z.string() });

/** Appends `event` to its tenant's (or MSP's) chain, in the caller's transaction and scope. */
export async function appendAudit(tx: AnyTx, event: AuditEvent): Promise<void> {
  const chainId = event.tenant_id ?? event.msp_id;
  await tx.query(sql.unsafe`
    insert into audit_chain_heads (chain_id, msp_id, tenant_id, seq, hash)
    values (${chainId}::uuid, ${event.msp_id}::uuid, ${event.tenant_id}::uuid, 0, decode(${CHAIN_START}, 'hex'))
    on conflict do nothing`);
  // The row lock orders appends of one chain; the time is read under it, so that it never runs backwards
  // within a chain. Milliseconds, because that is what the hash covers.
  const head = await tx.one(sql.type(headRow)`
    select seq, encode(hash, 'hex') as hash, date_trunc('milliseconds', clock_timestamp()) as now
    from audit_chain_heads where chain_id = ${chainId}::uuid for update`);

  const user = event.actor.kind === 'user' ? event.actor : null;
  const entry = {
    chain_id: chainId,
    seq: head.seq + 1,
    msp_id: event.msp_id,
    tenant_id: event.tenant_id,
    event_type: event.event_type,
    actor_kind: event.actor.kind,
    actor_user_id: user?.user_id ?? null,
    actor_email: user?.email ?? null,
    impersonation_id: user?.impersonation_id ?? null,
    event_data: event.event_data,
    occurred_at: head.now,
  };
  const hash = Buffer.from(hexToBytes(chainHash(entry, head.hash)));
  await tx.query(sql.unsafe`
    insert into audit_log (chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email,
      impersonation_id, event_data, occurred_at, prev_hash, hash)
    values (${entry.chain_id}::uuid, ${entry.seq}, ${entry.msp_id}::uuid, ${entry.tenant_id}::uuid, ${entry.event_type},
      ${entry.actor_kind}, ${entry.actor_user_id}::uuid, ${entry.actor_email}, ${entry.impersonation_id}::uuid,
      ${sql.jsonb(entry.event_data as never)}, ${entry.occurred_at}::timestamptz, decode(${head.hash}, 'hex'), ${sql.binary(hash)})`);
  await tx.query(sql.unsafe`
    update audit_chain_heads set seq = ${entry.seq}, hash = ${sql.binary(hash)} where chain_id = ${chainId}::uuid`);
}
