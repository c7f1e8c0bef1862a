/** Durable commands to agents. Losing any process loses none: a row waits until the agent acknowledges it. */

import { z } from 'zod';
import type { Json } from '../domain/canonicalJson.ts';
import { sql } from './pool.ts';
import type { TenantTx } from './scope.ts';

type Host = { readonly tenantId: string; readonly agentId: string };
const idRow = z.object({ id: z.number() });

/** Queues a command; the same `dedupeKey` again is the same command. The trigger of migrations/0006 wakes the socket's holder. */
export async function enqueueCommand(
  tx: TenantTx,
  host: Host,
  command: {
    readonly kind: string;
    readonly payload: { readonly [key: string]: Json };
    readonly dedupeKey: string;
    readonly expiresAt: string | null;
  },
): Promise<number> {
  const row = await tx.one(sql.type(idRow)`
    insert into agent_outbox (tenant_id, agent_id, kind, payload, dedupe_key, expires_at)
    values (${host.tenantId}::uuid, ${host.agentId}::uuid, ${command.kind}, ${JSON.stringify(command.payload)}::jsonb, ${command.dedupeKey}, ${command.expiresAt}::timestamptz)
    on conflict (tenant_id, agent_id, dedupe_key) do update set kind = agent_outbox.kind
    returning id`);
  return row.id;
}

const commandRow = z.object({ id: z.number(), kind: z.string(), payload: z.record(z.string(), z.json()) });
/** A command as it goes to the agent. */
export type CommandRow = z.infer<typeof commandRow>;

/**
 * Commands that wait for an agent, in order, but those sent on this socket already; notes that they are sent. Ids
 * are drawn before they are committed, so that a lower one may appear after a higher one: the ids decide, not the
 * highest of them.
 */
export async function takePendingCommands(
  tx: TenantTx,
  host: Host,
  alreadySent: ReadonlySet<number>,
): Promise<readonly CommandRow[]> {
  return tx.any(sql.type(commandRow)`
    with due as (
      update agent_outbox set sent_at = now(), attempts = attempts + 1
      where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and acked_at is null
        and id <> all (${sql.array([...alreadySent], 'int8')})
        and (expires_at is null or expires_at > now())
      returning id, kind, payload
    )
    select id, kind, payload from due order by id`);
}

const ackedRow = z.object({ kind: z.string(), payload: z.record(z.string(), z.json()) });

/** Notes the agent's acknowledgement and gives the command; null when it was acknowledged before. */
export async function acknowledgeCommand(
  tx: TenantTx,
  host: Host,
  id: number,
  result: { readonly [key: string]: Json },
): Promise<z.infer<typeof ackedRow> | null> {
  return tx.maybeOne(sql.type(ackedRow)`
    update agent_outbox set acked_at = now(), ack = ${JSON.stringify(result)}::jsonb
    where tenant_id = ${host.tenantId}::uuid and agent_id = ${host.agentId}::uuid and id = ${id} and acked_at is null
    returning kind, payload`);
}
