/** Registration with the hub: once in the life of a host, idempotent, repeated until the hub answers. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type HubKey, hubKey } from '../domain/agentFrames.ts';
import { bytesToBase64 } from '../domain/bytes.ts';
import { HEARTBEAT_SECONDS, type Registration } from '../domain/ingest.ts';
import { VERSION } from '../domain/version.ts';
import type { AgentConfig } from './config.ts';
import { hasCode, writeDurably } from './durable.ts';
import { AgentFault } from './fault.ts';
import type { HubClient } from './hubClient.ts';
import type { Identity } from './identity.ts';
import type { Logger } from './log.ts';
import { backoffMs, sleep } from './waiting.ts';

const kept = z.object({ agent_id: z.uuid(), tenant_id: z.uuid(), heartbeat_seconds: z.number() });
const answered = kept.extend({ hub_keys: z.array(hubKey) });

/** What the host keeps of its registration; `hub_keys` only when it was made just now. */
export type Registered = z.infer<typeof kept> & { readonly hub_keys: readonly HubKey[] };

/** Refusals that no repetition will change, each with what to do. */
const FINAL: Readonly<Record<string, string>> = {
  agent_key_conflict:
    'The hub knows this agent id with another key. Restore agent.key, or let an admin reset the key, or register under a new id.',
  enrolment_token_invalid:
    'The enrolment token is unknown, used up, revoked or expired. Make a new one in the hub and start again.',
  agent_signature_invalid: 'The hub refuses the signature of this host. Does something between rewrite requests?',
  invalid_request: 'The hub does not accept this registration; hub and agent may be of different versions.',
  not_found: 'There is no monsys hub at this address.',
};

/** The registration kept in the state folder, or null. */
export async function readRegistration(stateDir: string): Promise<Registered | null> {
  try {
    const parsed = kept.safeParse(JSON.parse(await readFile(join(stateDir, 'registration.json'), 'utf8')));
    // Registering again is harmless, so a damaged file counts as none.
    return parsed.success ? { ...parsed.data, hub_keys: [] } : null;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Registers; waits while the hub is away unless `config.once`. Null when stopped meanwhile. */
export async function register(deps: {
  readonly config: AgentConfig;
  readonly identity: Identity;
  readonly client: HubClient;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<Registered | null> {
  const { config, identity, client, log, signal } = deps;
  if (config.enrolment_token === undefined)
    throw new AgentFault('This host is not registered yet: give it --enrolment-token (or MONSYS_ENROLMENT_TOKEN).');
  const body: Registration = {
    agent_id: identity.agentId,
    public_key: bytesToBase64(identity.publicKey),
    enrolment_token: config.enrolment_token,
    hostname: config.hostname,
    agent_version: VERSION,
    tags: config.tags,
  };
  for (let attempt = 0; !signal.aborted; attempt++) {
    const answer = await client.post('/api/v1/agents/register', JSON.stringify(body));
    if (answer.kind === 'ok') {
      const registered = answered.safeParse(answer.body);
      if (!registered.success)
        throw new AgentFault('The hub answers a registration in a way this agent does not know.');
      const { hub_keys, ...rest } = registered.data;
      await writeDurably(join(config.state_dir, 'registration.json'), JSON.stringify({ ...rest, hub: config.hub }));
      log.info({ agent_id: rest.agent_id, tenant_id: rest.tenant_id }, 'registered');
      return { ...rest, hub_keys };
    }
    if (signal.aborted) break;
    const why = answer.kind === 'away' ? answer.why : `${answer.code}: ${answer.detail}`;
    if (answer.kind === 'refused' && FINAL[answer.code] !== undefined) throw new AgentFault(FINAL[answer.code] ?? why);
    if (config.once) throw new AgentFault(`The hub at ${config.hub} did not register this host (${why}).`);
    const retryAfterMs = answer.kind === 'refused' ? (answer.retryAfterMs ?? 0) : 0;
    log.warn({ why }, 'not registered yet; trying again');
    await sleep(Math.max(backoffMs(attempt), retryAfterMs), signal);
  }
  return null;
}

/** How often to send a heartbeat. */
export function heartbeatMs(config: AgentConfig, registered: Registered): number {
  return (config.heartbeat_seconds ?? registered.heartbeat_seconds ?? HEARTBEAT_SECONDS) * 1000;
}
