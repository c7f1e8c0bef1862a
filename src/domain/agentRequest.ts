/**
 * How an agent signs a request (format: docs/agent-protocol.md): a fixed profile of HTTP Message Signatures
 * (RFC 9421) with Content-Digest (RFC 9530), so that agents in any language can use an existing library.
 *
 *     Content-Digest: sha-256=:<base64>:
 *     Signature-Input: sig1=("@method" "@path" "@query" "content-digest");created=<unix>;nonce="<hex>";keyid="<agent id>";alg="ed25519";tag="monsys-agent-v1"
 *     Signature: sig1=:<base64>:
 *
 * Only this spelling is accepted: a fixed profile leaves nothing to negotiate and nothing to confuse.
 * The authority is not covered, because a proxy in front of the hub may rewrite it.
 */

import { base64ToBytes, bytesToBase64, sha256, utf8ToBytes } from './bytes.ts';

/** Distinguishes these signatures from any other use of the agent's key. */
const AGENT_SIGNATURE_TAG = 'monsys-agent-v1';
/** How far `created` may lie from the hub's clock, either way. */
export const AGENT_CLOCK_SKEW_SECONDS = 30;

const COVERED = '("@method" "@path" "@query" "content-digest")';
const PARAMS_PATTERN =
  /^sig1=(\("@method" "@path" "@query" "content-digest"\);created=(\d{1,12});nonce="([0-9a-f]{32})";keyid="([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})";alg="ed25519";tag="monsys-agent-v1")$/;
const SIGNATURE_PATTERN = /^sig1=:([A-Za-z0-9+/=]{88}):$/;

/** What is being signed. `path` and `query` as on the wire: `/api/v1/ingest` and `?a=1`, or `?` when there is none. */
export type SignedRequestParts = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: Uint8Array;
};

/** Parameters of one signature. `created` in Unix seconds; `nonce` 32 hex digits, new for each request. */
export type AgentSignatureParams = { readonly agentId: string; readonly created: number; readonly nonce: string };

/** `Content-Digest` header of a body (RFC 9530); an absent body has the digest of no bytes. */
export function contentDigest(body: Uint8Array): string {
  return `sha-256=:${bytesToBase64(sha256(body))}:`;
}

/** The bytes an agent signs, and the header that says what they cover (RFC 9421 section 2.5). */
export function agentSignatureBase(
  request: SignedRequestParts,
  params: AgentSignatureParams,
): { readonly bytes: Uint8Array; readonly signatureInput: string; readonly contentDigest: string } {
  const digest = contentDigest(request.body);
  const value = `${COVERED};created=${params.created};nonce="${params.nonce}";keyid="${params.agentId}";alg="ed25519";tag="${AGENT_SIGNATURE_TAG}"`;
  const lines = [
    `"@method": ${request.method.toUpperCase()}`,
    `"@path": ${request.path}`,
    `"@query": ${request.query === '' ? '?' : request.query}`,
    `"content-digest": ${digest}`,
    `"@signature-params": ${value}`,
  ];
  return { bytes: utf8ToBytes(lines.join('\n')), signatureInput: `sig1=${value}`, contentDigest: digest };
}

/** The `Signature` header for 64 signature bytes. */
export function signatureHeader(signature: Uint8Array): string {
  return `sig1=:${bytesToBase64(signature)}:`;
}

/** Headers of a signed request, parsed. */
export type ParsedAgentSignature = AgentSignatureParams & { readonly signature: Uint8Array };

/** Parses the two signature headers; null when they are not spelled exactly as the profile says. */
export function parseAgentSignature(signatureInput: string, signature: string): ParsedAgentSignature | null {
  const params = PARAMS_PATTERN.exec(signatureInput);
  const bytes = base64ToBytes(SIGNATURE_PATTERN.exec(signature)?.[1] ?? '!');
  if (!params || bytes?.length !== 64) return null;
  return { agentId: params[4] as string, created: Number(params[2]), nonce: params[3] as string, signature: bytes };
}
