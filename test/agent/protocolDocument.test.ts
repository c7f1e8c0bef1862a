import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { identityOf } from '../../src/agent/identity.ts';
import { signedHeaders } from '../../src/agent/requestSigner.ts';
import { agentSignatureBase, contentDigest, parseAgentSignature } from '../../src/domain/agentRequest.ts';
import { base64ToBytes } from '../../src/domain/bytes.ts';
import { acceptKey, signatureFault } from '../../src/domain/ed25519.ts';
import { heartbeat } from '../../src/domain/ingest.ts';

const document = readFileSync('docs/agent-protocol.md', 'utf8');
const block = (name: string): string =>
  new RegExp(`^\`\`\`\\w+ ${name}\\n([\\s\\S]*?)\\n\`\`\``, 'm').exec(document)?.[1] as string;
const headers = Object.fromEntries(
  block('headers')
    .split('\n')
    .map((line) => line.split(/: (.*)/s).slice(0, 2)),
);
const body = Buffer.from(block('body'));
const path = '/api/v1/agents/6f1c2a34-9b7d-4e21-8c55-0a1b2c3d4e5f/heartbeat';
const request = { method: 'POST', path, query: '', body };

it('the example of the document is a signature that the hub accepts', () => {
  const parsed = parseAgentSignature(headers['Signature-Input'], headers['Signature']);
  if (parsed === null) throw new Error('the headers are not of the profile');
  const key = acceptKey(base64ToBytes(block('public-key')) ?? new Uint8Array());
  if (key === null) throw new Error('the key is malformed');
  expect(heartbeat.safeParse(JSON.parse(block('body'))).success).toBe(true);
  expect(headers['Content-Digest']).toBe(contentDigest(body));
  const base = agentSignatureBase(request, parsed);
  expect(Buffer.from(base.bytes).toString()).toBe(block('signature-base'));
  expect(signatureFault(parsed.signature, base.bytes, key)).toBeNull();
  // Control: it covers the body.
  const other = agentSignatureBase({ ...request, body: Buffer.from('{}') }, parsed);
  expect(signatureFault(parsed.signature, other.bytes, key)).toBe('signature_wrong');
});

it('the reference agent makes the same bytes from the example’s seed', () => {
  const seed = createPrivateKey({
    key: Buffer.from(`302e020100300506032b657004220420${block('seed')}`, 'hex'),
    format: 'der',
    type: 'pkcs8',
  });
  const identity = identityOf('6f1c2a34-9b7d-4e21-8c55-0a1b2c3d4e5f', seed);
  expect(signedHeaders(identity, request, Date.UTC(2026, 4, 19, 18), '00112233445566778899aabbccddeeff')).toEqual({
    'content-digest': headers['Content-Digest'],
    'signature-input': headers['Signature-Input'],
    signature: headers['Signature'],
  });
});
