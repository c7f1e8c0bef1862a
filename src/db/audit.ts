/** The append-only audit log. An effect and its audit row share one transaction: no row, no effect (LESSONS 0.15). */

import { z } from 'zod';
import { CHAIN_START, chainHash } from '../domain/auditChain.ts';
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
export function appendAudit(tx: AnyTx, event: AuditEvent): Promise<void> {
  const { msp_id, tenant_id, ...fact } = event;
  return appendAudits(tx, { msp_id, tenant_id }, [fact]);
}

/** Appends several events to one chain, in their order and as of one moment. */
export async function appendAudits(
  tx: AnyTx,
  { msp_id, tenant_id }: Pick<AuditEvent, 'msp_id' | 'tenant_id'>,
  events: readonly Omit<AuditEvent, 'msp_id' | 'tenant_id'>[],
): Promise<void> {
  if (events.length === 0) return;
  const chainId = tenant_id ?? msp_id;
  await tx.query(sql.unsafe`
    insert into audit_chain_heads (chain_id, msp_id, tenant_id, seq, hash)
    values (${chainId}::uuid, ${msp_id}::uuid, ${tenant_id}::uuid, 0, decode(${CHAIN_START}, 'hex'))
    on conflict do nothing`);
  // The row lock orders appends of one chain; the time is read under it, so that it never runs backwards
  // within a chain. Milliseconds, because that is what the hash covers.
  const head = await tx.one(sql.type(headRow)`
    select seq, encode(hash, 'hex') as hash, date_trunc('milliseconds', clock_timestamp()) as now
    from audit_chain_heads where chain_id = ${chainId}::uuid for update`);

  let last = head.hash;
  const rows = events.map(({ event_type, actor, event_data }, index) => {
    const user = actor.kind === 'user' ? actor : null;
    const entry = {
      chain_id: chainId,
      seq: head.seq + 1 + index,
      msp_id,
      tenant_id,
      event_type,
      actor_kind: actor.kind,
      actor_user_id: user?.user_id ?? null,
      actor_email: user?.email ?? null,
      impersonation_id: user?.impersonation_id ?? null,
      event_data,
      occurred_at: head.now,
    };
    const prev = last;
    last = chainHash(entry, prev);
    return { ...entry, prev_hash: prev, hash: last };
  });
  await tx.query(sql.unsafe`
    insert into audit_log (chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email,
      impersonation_id, event_data, occurred_at, prev_hash, hash)
    select chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email,
      impersonation_id, event_data, occurred_at, decode(prev_hash, 'hex'), decode(hash, 'hex')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r (chain_id uuid, seq bigint, msp_id uuid, tenant_id uuid, event_type text,
      actor_kind text, actor_user_id uuid, actor_email text, impersonation_id uuid, event_data jsonb, occurred_at timestamptz,
      prev_hash text, hash text)
    order by seq`);
  await tx.query(sql.unsafe`
    update audit_chain_heads set seq = ${head.seq + rows.length}, hash = decode(${last}, 'hex') where chain_id = ${chainId}::uuid`);
}
