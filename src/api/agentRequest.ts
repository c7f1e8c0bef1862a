/** Checks the signature of an agent's request (docs/agent-protocol.md), for HTTP and for the socket's upgrade alike. */

import { findAgentCaller } from '../db/identity.ts';
import { useRequestNonce } from '../db/requestNonces.ts';
import { withIdentity, withTenant } from '../db/scope.ts';
import {
  AGENT_CLOCK_SKEW_SECONDS,
  agentSignatureBase,
  contentDigest,
  type ParsedAgentSignature,
  parseAgentSignature,
  type SignedRequestParts,
} from '../domain/agentRequest.ts';
import { acceptKey, signatureFault } from '../domain/ed25519.ts';
import { RefusedError } from '../domain/refusal.ts';
import type { ApiDeps } from './deps.ts';
import type { AgentPrincipal } from './principal.ts';

/** A request as received; `header` is case-insensitive. */
export type ReceivedRequest = SignedRequestParts & { readonly header: (name: string) => string | undefined };

/**
 * The agent behind a signed request. The order matters: the nonce is used up only by a request whose
 * signature holds, or anyone could burn nonces.
 */
export async function verifyAgentRequest(deps: ApiDeps, request: ReceivedRequest): Promise<AgentPrincipal> {
  const parsed = readSignature(deps, request);
  const caller = await withIdentity(deps.pool, (tx) => findAgentCaller(tx, parsed.agentId));
  if (!caller?.is_active) throw new RefusedError('agent_unknown');
  checkSignature(request, parsed, caller.public_key);
  const fresh = await withTenant(deps.pool, caller.tenant_id, (tx) =>
    useRequestNonce(tx, caller.tenant_id, parsed.agentId, parsed.nonce),
  );
  if (!fresh) throw new RefusedError('agent_replay');
  return { kind: 'agent', agentId: parsed.agentId, tenantId: caller.tenant_id, mspId: caller.msp_id };
}

/** Parses the signature's headers and checks its time. */
export function readSignature(deps: ApiDeps, request: ReceivedRequest): ParsedAgentSignature {
  const input = request.header('signature-input');
  const signature = request.header('signature');
  if (!input || !signature || !request.header('content-digest')) throw new RefusedError('agent_signature_missing');
  const parsed = parseAgentSignature(input, signature);
  if (!parsed)
    throw new RefusedError(
      'agent_signature_invalid',
      'Signature-Input or Signature is not spelled as the profile says.',
    );
  if (Math.abs(deps.now() / 1000 - parsed.created) > AGENT_CLOCK_SKEW_SECONDS)
    throw new RefusedError('agent_clock_skew');
  return parsed;
}

/** Checks that `publicKey` signed exactly this request. */
export function checkSignature(request: ReceivedRequest, parsed: ParsedAgentSignature, publicKey: Uint8Array): void {
  const key = acceptKey(publicKey);
  const base = agentSignatureBase(request, parsed);
  if (
    request.header('content-digest') !== contentDigest(request.body) ||
    key === null ||
    signatureFault(parsed.signature, base.bytes, key) !== null
  ) {
    throw new RefusedError('agent_signature_invalid');
  }
}
