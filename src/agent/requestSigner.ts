/** Signs requests by the profile of src/domain/agentRequest.ts, for HTTP and for the socket's upgrade alike. */

import { randomBytes } from 'node:crypto';
import { agentSignatureBase, type SignedRequestParts, signatureHeader } from '../domain/agentRequest.ts';
import type { Identity } from './identity.ts';

const NONCE_BYTES = 16;

/** The three headers of a signed request. Each call makes a fresh nonce, so a retry is never a replay. */
export function signedHeaders(
  identity: Identity,
  request: SignedRequestParts,
  nowMs: number,
  nonce: string = randomBytes(NONCE_BYTES).toString('hex'),
): Record<string, string> {
  const base = agentSignatureBase(request, { agentId: identity.agentId, created: Math.floor(nowMs / 1000), nonce });
  return {
    'content-digest': base.contentDigest,
    'signature-input': base.signatureInput,
    signature: signatureHeader(identity.sign(base.bytes)),
  };
}
