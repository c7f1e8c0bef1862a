/** Results of tokens, as hosts report them (docs/formats/eat.md). */

import { z } from 'zod';
import { appendAudit } from '../../db/audit.ts';
import { lockEat, recordEatResult } from '../../db/emergency.ts';
import { withTenant } from '../../db/scope.ts';
import { base64ToBytes, sha256Hex, utf8ToBytes } from '../../domain/bytes.ts';
import {
  type EatResult,
  eatResult,
  eatResultSigningBytes,
  hasSimulatedStep,
  signedEatResult,
} from '../../domain/eat.ts';
import { acceptKey, signatureFault } from '../../domain/ed25519.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { parseStrictJson } from '../../domain/strictJson.ts';
import { resultSignal, WORKFLOW_IDS } from '../../workflows/messages.ts';
import { defineRoute } from '../route.ts';
import { tellWorkflow } from '../temporal.ts';

const MAX_RESULT_BYTES = 1024 * 1024;

/** Reads the signed text; the bytes that were signed are the bytes that are parsed. */
function readResult(text: string): EatResult {
  const json = parseStrictJson(utf8ToBytes(text));
  const parsed = json.kind === 'ok' ? eatResult.safeParse(json.value) : null;
  if (!parsed?.success) throw new RefusedError('eat_result_invalid', 'The result is not of the format.');
  return parsed.data;
}

const report = defineRoute({
  method: 'post',
  path: '/agents/:id/eat-results',
  tag: 'Agents',
  summary: 'Report the result of a token',
  description:
    'Signed by the host’s key. The same result again is accepted and changes nothing; another one is a conflict.',
  auth: { kind: 'agent' },
  tenantScoped: true,
  params: z.object({ id: z.uuid() }),
  body: signedEatResult,
  bodyLimitBytes: MAX_RESULT_BYTES,
  output: z.object({ outcome: z.string() }),
  refusals: [
    'agent_signature_missing',
    'agent_signature_invalid',
    'agent_unknown',
    'eat_result_invalid',
    'conflict',
    'not_found',
  ],
  handle: async ({ deps, principal, body }) => {
    const { agentId, tenantId, mspId } = principal;
    const result = readResult(body.result);
    const signature = base64ToBytes(body.signature);
    if (result.agent_id !== agentId || result.tenant_id !== tenantId || signature === null)
      throw new RefusedError('eat_result_invalid', 'The result is of another host.');
    const stored = await withTenant(deps.pool, tenantId, async (tx) => {
      const eat = await lockEat(tx, result.nonce);
      if (eat === null || eat.agent_id !== agentId) throw new RefusedError('not_found', 'There is no such token.');
      const key = acceptKey(eat.pinned_key);
      if (key === null || signatureFault(signature, eatResultSigningBytes(body.result), key) !== null)
        throw new RefusedError('eat_result_invalid', 'The signature does not fit the pinned key.');
      if (eat.token === null || sha256Hex(eat.token) !== result.eat_sha256)
        throw new RefusedError('eat_result_invalid', 'The result names another token.');
      if (eat.result_text === body.result) return { kind: eat.kind };
      const isNew = await recordEatResult(tx, {
        nonce: result.nonce,
        outcome: result.outcome,
        refusal_code: result.refusal_code,
        // A canary that pretended a step has not shown that the step is safe.
        is_dry_run: result.dry_run || hasSimulatedStep(result),
        started_at: result.started_at,
        result_text: body.result,
        result_signature: Buffer.from(signature),
        public_key: eat.pinned_key,
      });
      await appendAudit(tx, {
        msp_id: mspId,
        tenant_id: tenantId,
        event_type: isNew ? 'emergency_token_result' : 'emergency_token_second_result',
        actor: { kind: 'agent' },
        event_data: {
          nonce: result.nonce,
          agent_id: agentId,
          outcome: result.outcome,
          refusal_code: result.refusal_code,
          dry_run: result.dry_run,
          simulated: hasSimulatedStep(result),
          activation: result.activation?.condition ?? null,
          started_at: result.started_at,
          finished_at: result.finished_at,
          result_sha256: sha256Hex(body.result),
          is_late: eat.is_past,
        },
      });
      return isNew ? { kind: eat.kind } : null;
    });
    if (stored === null) throw new RefusedError('conflict', 'This token has another result already.');
    // Again for a repeat: the API may have died between the row and the signal.
    const workflow = stored.kind === 'pre_issued' ? WORKFLOW_IDS.preIssued : WORKFLOW_IDS.eat;
    await tellWorkflow(deps, workflow(result.nonce), resultSignal, { outcome: result.outcome });
    return { outcome: result.outcome };
  },
});

/** Routes of results. */
export const eatResultRoutes = [report];
