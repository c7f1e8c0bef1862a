/**
 * Makes tokens: the one place where the hub's key signs an order (docs/formats/eat.md). Registered on the signing
 * queue only.
 *
 * The signer does not take the word of whoever ordered: it reads the order, the approvals and the pinned playbook
 * again under the order's lock, and refuses what the rules do not allow.
 */

import { ApplicationFailure } from '@temporalio/common';
import type { DatabasePool } from 'slonik';
import { z } from 'zod';
import { appendAudit } from '../db/audit.ts';
import { isOrderedAnswer } from '../db/automaticResponses.ts';
import { findEatState, findPerson, insertEat, lockOrder, type OrderRow } from '../db/emergency.ts';
import { findHubKeyInForce } from '../db/hubKeys.ts';
import { enqueueCommand } from '../db/outbox.ts';
import { getPlaybookTexts } from '../db/playbooks.ts';
import { findQuorumRequest, hasFired, listDecisions, listTargets } from '../db/quorum.ts';
import { type TenantTx, withTenantAndPeople } from '../db/scope.ts';
import { queueLeaf } from '../db/transparency.ts';
import { sha256Hex } from '../domain/bytes.ts';
import { canonicalJson } from '../domain/canonicalJson.ts';
import {
  type Authorisation,
  actionLabel,
  EAT_VERSION,
  type EatAction,
  type EatEnvelope,
  type EatToken,
  eatAction,
  eatSigningBytes,
  eatText,
  eatToken,
} from '../domain/eat.ts';
import { LEVEL_LIFETIME_SECONDS } from '../domain/eatLevels.ts';
import { hubKeyId } from '../domain/ed25519.ts';
import { isAllowed, type Permission, ROLES } from '../domain/permissions.ts';
import { playbookContent } from '../domain/playbook.ts';
import { quorumProofFault } from '../domain/quorum.ts';
import type { Signer } from './hubKeys.ts';

/** Names one order. */
export type OrderRef = { readonly nonce: string; readonly tenant_id: string; readonly msp_id: string };

/** What signing an order gave. */
export type SignedOrder =
  | { readonly kind: 'signed'; readonly agent_id: string; readonly expires_at: string }
  | { readonly kind: 'abandoned' };

/** Makes the activities; `signer` is only ever given to the signing worker. */
export function createEatSigningActivities(deps: { readonly pool: DatabasePool; readonly signer: Signer }) {
  return {
    /**
     * Signs an order once: stores the token, appends to the audit log, queues the leaf of the transparency log and
     * the command to the host, all in one transaction. A second call finds the first one's token.
     */
    async signEat(ref: OrderRef): Promise<SignedOrder> {
      const key_id = hubKeyId(deps.signer.publicKey);
      const key = await findHubKeyInForce(deps.pool, key_id);
      if (key === null) {
        throw ApplicationFailure.retryable(`The signing worker holds key ${key_id}, which is not in force.`);
      }
      return withTenantAndPeople(deps.pool, ref.tenant_id, ref.msp_id, async (tx) => {
        const order = await lockOrder(tx, ref.nonce);
        if (order === null || order.msp_id !== ref.msp_id) throw refuse('There is no such order.');
        const made = await findEatState(tx, ref.nonce);
        if (made !== null) return { kind: 'signed', agent_id: made.agent_id, expires_at: made.expires_at };
        if (order.abandoned_at !== null) return { kind: 'abandoned' };
        refuseStale(order);
        // After a rotation: a token that outlives its key would be refused; the worker with the new one signs it.
        if (key.valid_until !== null && expiryOf(order) > key.valid_until)
          throw ApplicationFailure.retryable(`Key ${key_id} ends before the token would.`);
        return makeToken(tx, order, key_id, deps.signer);
      });
    },
  };
}

/** Type by which workflows know them. */
export type EatSigningActivities = ReturnType<typeof createEatSigningActivities>;

function expiryOf(order: OrderRow): string {
  return (
    order.window_until ?? new Date(Date.parse(order.now) + LEVEL_LIFETIME_SECONDS[order.level] * 1000).toISOString()
  );
}

/** An order that could not be signed for so long is no emergency any more: nobody expects its effect now. */
const MAX_ORDER_AGE_SECONDS = 15 * 60;
/** A later stage waits for the one before: signed, run to its expiry, and the grace after it. */
const MAX_STAGE_SECONDS = 30 * 60;

/** Workers may have been away for hours; what was ordered before must not happen when they return. */
function refuseStale(order: OrderRow): void {
  if (order.window_until !== null) {
    if (order.window_until <= order.now) throw refuse('The window of the order has passed.');
  } else if (order.age_seconds > MAX_ORDER_AGE_SECONDS + order.stage * MAX_STAGE_SECONDS)
    throw refuse('The order has waited too long to be signed.');
}

async function makeToken(tx: TenantTx, order: OrderRow, key_id: string, signer: Signer): Promise<SignedOrder> {
  const read = z.array(eatAction).safeParse(order.actions);
  if (!read.success) throw refuse('The order names actions that are none.');
  const actions = read.data;
  const playbooks = await pinnedPlaybooks(tx, actions);
  const authorisation = await authorise(tx, order, actions);
  const issued_at = order.now;
  const expires_at = expiryOf(order);
  const token: EatToken = eatToken.parse({
    type: 'monsys-eat',
    version: EAT_VERSION,
    nonce: order.nonce,
    key_id,
    msp_id: order.msp_id,
    tenant_id: order.tenant_id,
    agent_id: order.agent_id,
    level: order.level,
    actions,
    reason: order.reason,
    issued_at,
    expires_at,
    authorisation,
    pre_issued:
      order.kind === 'pre_issued'
        ? { id: order.nonce, valid_from: order.window_from, conditions: order.conditions }
        : null,
  });
  const text = eatText(token);
  const signature = signer.sign(eatSigningBytes(text));
  const envelope: EatEnvelope = {
    token: text,
    signature: signature.toString('base64'),
    key_id,
    playbooks: [...playbooks],
  };
  await insertEat(tx, { order, token: text, signature, key_id, issued_at, expires_at });
  await appendAudit(tx, {
    msp_id: order.msp_id,
    tenant_id: order.tenant_id,
    event_type: order.kind === 'pre_issued' ? 'pre_issued_token_issued' : 'emergency_token_issued',
    actor:
      order.requested_by !== null && order.requested_by_email !== null
        ? {
            kind: 'user',
            user_id: order.requested_by,
            email: order.requested_by_email,
            impersonation_id: order.impersonation_id,
          }
        : { kind: 'system' },
    event_data: {
      nonce: order.nonce,
      agent_id: order.agent_id,
      hostname: order.hostname,
      level: order.level,
      actions: actions.map(actionLabel),
      reason: order.reason,
      authorisation: authorisation.kind,
      quorum_request_id: order.quorum_request_id,
      eat_sha256: sha256Hex(text),
      key_id,
      issued_at,
      expires_at,
    },
  });
  await queueLeaf(tx, { type: 'eat_issued', at: issued_at, key_id, eat_sha256: sha256Hex(text) });
  await enqueueCommand(
    tx,
    { tenantId: order.tenant_id, agentId: order.agent_id },
    {
      kind: order.kind === 'pre_issued' ? 'pre_issued_eat' : 'eat',
      payload: { nonce: order.nonce, envelope: envelope },
      dedupeKey: `eat:${order.nonce}`,
      expiresAt: expires_at,
    },
  );
  return { kind: 'signed', agent_id: order.agent_id, expires_at };
}

/** Contents of the pinned playbooks; every one must be there with the hash and the flag that people approved. */
async function pinnedPlaybooks(tx: TenantTx, actions: readonly EatAction[]): Promise<readonly string[]> {
  const hashes = actions.flatMap((action) => (action.kind === 'run_playbook' ? [action.sha256] : []));
  if (hashes.length === 0) return [];
  const texts = await getPlaybookTexts(tx, hashes);
  for (const action of actions) {
    if (action.kind !== 'run_playbook') continue;
    const content = playbookContent.safeParse(JSON.parse(texts.get(action.sha256) ?? 'null'));
    // Whoever ordered it wrote the flag that asks for a quorum; the content has the last word.
    if (!content.success || content.data.irreversible !== action.irreversible)
      throw refuse('A pinned playbook is not there as it was approved.');
  }
  return [...new Set(hashes)].map((hash) => {
    const text = texts.get(hash);
    if (text === undefined || sha256Hex(text) !== hash)
      throw refuse('A pinned playbook is not there as it was approved.');
    return text;
  });
}

/** On whose word; throws when the rules do not allow it. */
async function authorise(tx: TenantTx, order: OrderRow, actions: readonly EatAction[]): Promise<Authorisation> {
  const isIrreversible = actions.some((action) => action.kind === 'run_playbook' && action.irreversible);
  if (order.authorisation === 'quorum') return quorumProof(tx, order);
  if (isIrreversible) throw refuse('An irreversible action needs a quorum.');
  if (order.authorisation === 'automatic') {
    if (order.level === 3) throw refuse('Level 3 is never automatic.');
    if (!(await isOrderedAnswer(tx, order.alert_id as string, order.nonce)))
      throw refuse('Nobody decided to answer that alert so.');
    return { kind: 'automatic', alert_id: order.alert_id as string, confidence: order.confidence as number };
  }
  const needed = order.level === 3 || order.kind === 'pre_issued' ? 'emergency.issue_level3' : 'emergency.issue';
  const person = order.requested_by === null ? null : await findAllowed(tx, order.requested_by, needed);
  if (person === null) throw refuse('Whoever ordered this may no longer do so.');
  return {
    kind: 'single',
    user_id: person.id,
    email: person.email,
    totp_step_sha256: order.totp_step_sha256 as string,
  };
}

/** The person, when they may do this now. */
async function findAllowed(tx: TenantTx, userId: string, needed: Permission) {
  const person = await findPerson(tx, userId);
  const role = ROLES.find((known) => known === person?.role);
  return person?.is_active && role !== undefined && isAllowed(needed, role, null) ? person : null;
}

async function quorumProof(tx: TenantTx, order: OrderRow): Promise<Authorisation> {
  const id = order.quorum_request_id as string;
  const request = await findQuorumRequest(tx, id);
  if (request === null || request.state !== 'approved' || !(await hasFired(tx, id)))
    throw refuse('The request has not met its quorum.');
  const isOfRequest = (await listTargets(tx, [id])).some(
    (target) => target.nonce === order.nonce && target.agent_id === order.agent_id,
  );
  if (!isOfRequest || canonicalJson(request.actions) !== canonicalJson(order.actions))
    throw refuse('The order is not what was approved.');
  if ((await findAllowed(tx, request.requested_by, 'emergency.issue')) === null)
    throw refuse('Whoever asked for this may no longer do so.');
  const approvals = [];
  for (const decision of await listDecisions(tx, [id])) {
    // Whoever has lost the right since, or the account, is not counted any more.
    if (decision.decision === 'approve' && (await findAllowed(tx, decision.user_id, 'emergency.approve')) !== null)
      approvals.push(decision);
  }
  const proof = {
    kind: 'quorum' as const,
    request_id: id,
    required_approvers: request.required_approvers,
    requested_by: { user_id: request.requested_by, email: request.requested_by_email },
    requested_at: request.created_at,
    approvals: approvals.map((decision) => ({
      user_id: decision.user_id,
      email: decision.email,
      approved_at: decision.decided_at,
      totp_step_sha256: decision.totp_step_sha256,
    })),
  };
  if (quorumProofFault(proof) !== null) throw refuse('The approvals do not make the quorum.');
  return proof;
}

function refuse(sentence: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(sentence, 'OrderRefused');
}
