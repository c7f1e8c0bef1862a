/** What agents call: registration and heartbeat (docs/agent-protocol.md). */

import { z } from 'zod';
import { findAgentPin, insertAgent, repinAgentKey, touchAgent } from '../../db/agents.ts';
import { clearAlert, raiseAlert } from '../../db/alerts.ts';
import { appendAudit } from '../../db/audit.ts';
import { findEnrolmentTokenByHash, takeUse } from '../../db/enrolmentTokens.ts';
import { syncHostGroups } from '../../db/groupMembership.ts';
import { type HubKeyRow, listHubKeysForAgents } from '../../db/hubKeys.ts';
import { insertMetricSamples } from '../../db/inventories.ts';
import { withIdentity, withTenant } from '../../db/scope.ts';
import { type HubKey, hubKey } from '../../domain/agentFrames.ts';
import { base64ToBytes } from '../../domain/bytes.ts';
import { acceptKey, hubKeyId } from '../../domain/ed25519.ts';
import { HEARTBEAT_SECONDS, heartbeat, registration } from '../../domain/ingest.ts';
import { offlineFingerprint } from '../../domain/liveness.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash, tokenKind } from '../../domain/token.ts';
import { checkSignature, readSignature } from '../agentRequest.ts';
import type { ApiDeps } from '../deps.ts';
import { startEscalations } from '../escalationStart.ts';
import { defineRoute } from '../route.ts';

/** A published hub key as agents store it. */
export function presentHubKey(row: HubKeyRow): HubKey {
  return { ...row, public_key: row.public_key.toString('base64'), signature: row.signature.toString('base64') };
}

const registered = z.object({
  agent_id: z.uuid(),
  tenant_id: z.uuid(),
  heartbeat_seconds: z.int(),
  server_time: z.iso.datetime(),
  hub_keys: z.array(hubKey),
});

async function answer(deps: ApiDeps, agentId: string, tenantId: string): Promise<z.input<typeof registered>> {
  const keys = await listHubKeysForAgents(deps.pool);
  return {
    agent_id: agentId,
    tenant_id: tenantId,
    heartbeat_seconds: HEARTBEAT_SECONDS,
    server_time: new Date(deps.now()).toISOString(),
    hub_keys: keys.map(presentHubKey),
  };
}

/** Someone shows another key for a host that has one: refused, and the host's tenant hears of it. */
async function reportKeyConflict(
  deps: ApiDeps,
  pin: { tenant_id: string; msp_id: string },
  agentId: string,
  keyId: string,
  address: string,
): Promise<never> {
  await withTenant(deps.pool, pin.tenant_id, async (tx) => {
    await raiseAlert(tx, {
      tenant_id: pin.tenant_id,
      agent_id: agentId,
      source: 'security',
      fingerprint: `agent_key_conflict:${agentId}`,
      severity: 'high',
      title: 'A second key was shown for a registered agent',
      detail: { key_id: keyId, address },
      at: new Date(deps.now()).toISOString(),
    });
    await appendAudit(tx, {
      msp_id: pin.msp_id,
      tenant_id: pin.tenant_id,
      event_type: 'agent_key_conflict',
      actor: { kind: 'agent' },
      event_data: { agent_id: agentId, key_id: keyId, address },
    });
  });
  await startEscalations({ deps, log: deps.log }, pin.tenant_id);
  throw new RefusedError('agent_key_conflict');
}

/** Two registrations of one id at once: this one came second. */
class LostRaceError extends Error {}

const register = defineRoute({
  method: 'post',
  path: '/agents/register',
  tag: 'Agents',
  summary: 'Register a host and pin its key',
  description:
    'Signed with the key in the body (proof of possession). The same id and key again gives the same answer and takes no ' +
    'further use of the enrolment token; another key for a known id is refused and audited.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: registration,
  output: registered,
  refusals: [
    'agent_signature_missing',
    'agent_signature_invalid',
    'agent_clock_skew',
    'agent_key_conflict',
    'enrolment_token_invalid',
  ],
  handle: async ({ deps, body, http, clientAddress }) => {
    const url = new URL(http.req.url);
    const request = {
      method: 'POST',
      path: url.pathname,
      query: url.search,
      body: http.get('rawBody'),
      header: (name: string) => http.req.header(name),
    };
    const parsed = readSignature(deps, request);
    const publicKey = Buffer.from(base64ToBytes(body.public_key) ?? []);
    if (parsed.agentId !== body.agent_id || acceptKey(publicKey) === null)
      throw new RefusedError('agent_signature_invalid');
    checkSignature(request, parsed, publicKey);

    const pin = await withIdentity(deps.pool, (tx) => findAgentPin(tx, body.agent_id, publicKey));
    if (pin?.same_key) return answer(deps, body.agent_id, pin.tenant_id);

    if (tokenKind(body.enrolment_token) !== 'enrol') throw new RefusedError('enrolment_token_invalid');
    const token = await withIdentity(deps.pool, (tx) =>
      findEnrolmentTokenByHash(tx, Buffer.from(tokenHash(body.enrolment_token))),
    );
    const keyId = hubKeyId(publicKey);
    if (pin && !(pin.may_repin && token?.tenant_id === pin.tenant_id)) {
      return reportKeyConflict(deps, pin, body.agent_id, keyId, clientAddress);
    }
    if (token === null) throw new RefusedError('enrolment_token_invalid');

    const isPinned = await withTenant(deps.pool, token.tenant_id, async (tx) => {
      const use = await takeUse(tx, token.tenant_id, token.id);
      if (use === null) throw new RefusedError('enrolment_token_invalid');
      const done = pin
        ? await repinAgentKey(tx, token.tenant_id, body.agent_id, publicKey)
        : await insertAgent(tx, {
            id: body.agent_id,
            tenant_id: token.tenant_id,
            hostname: body.hostname,
            public_key: publicKey,
            agent_version: body.agent_version,
            tags: [...new Set([...use.default_tags, ...body.tags])],
            enrolled_with: token.id,
          });
      // Thrown, so that the use of the token is given back with the rest.
      if (!done) throw new LostRaceError();
      await syncHostGroups(tx, { tenantId: token.tenant_id, mspId: token.msp_id, agentIds: [body.agent_id] });
      await appendAudit(tx, {
        msp_id: token.msp_id,
        tenant_id: token.tenant_id,
        event_type: pin ? 'agent_signing_key_replaced' : 'agent_registered',
        actor: { kind: 'agent' },
        event_data: {
          agent_id: body.agent_id,
          hostname: body.hostname,
          key_id: keyId,
          enrolment_token_id: token.id,
          address: clientAddress,
        },
      });
      return true;
    }).catch((error: unknown) => {
      if (error instanceof LostRaceError) return false;
      throw error;
    });
    if (isPinned) return answer(deps, body.agent_id, token.tenant_id);
    // Another registration of the same id won the race: the same key is welcome, another is a conflict.
    const winner = await withIdentity(deps.pool, (tx) => findAgentPin(tx, body.agent_id, publicKey));
    if (winner === null) throw new RefusedError('conflict');
    return winner.same_key
      ? answer(deps, body.agent_id, winner.tenant_id)
      : reportKeyConflict(deps, winner, body.agent_id, keyId, clientAddress);
  },
});

const beat = defineRoute({
  method: 'post',
  path: '/agents/:id/heartbeat',
  tag: 'Agents',
  summary: 'Say that the host lives',
  description: 'Every 30 seconds. The return of a silent host clears its alert at once.',
  auth: { kind: 'agent' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  body: heartbeat,
  output: z.object({ server_time: z.iso.datetime() }),
  refusals: ['agent_signature_missing', 'agent_signature_invalid', 'agent_clock_skew', 'agent_unknown', 'agent_replay'],
  handle: async ({ deps, principal, body }) => {
    const { tenantId, agentId } = principal;
    const now = new Date(deps.now()).toISOString();
    await withTenant(deps.pool, tenantId, async (tx) => {
      const before = await touchAgent(tx, {
        tenantId,
        agentId,
        agentVersion: body.agent_version,
        bootId: body.boot_id,
      });
      if (before.was_offline)
        await clearAlert(tx, tenantId, offlineFingerprint(agentId), now, 'The host is heard again.');
      if (body.metrics) await insertMetricSamples(tx, { tenantId, agentId }, [body.metrics]);
    });
    return { server_time: now };
  },
});

/** Routes that agents call. */
export const agentLinkRoutes = [register, beat];
