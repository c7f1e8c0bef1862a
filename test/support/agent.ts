/** A host's side of the protocol, small: keys, signatures, requests. The real agent is src/agent. */

import { generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { agentSignatureBase, signatureHeader } from '../../src/domain/agentRequest.ts';
import type { Inventory } from '../../src/domain/ingest.ts';
import type { TestApi } from './api.ts';

/** A simulated host with its key. */
export type TestAgent = {
  readonly id: string;
  readonly publicKey: Buffer;
  /** Signs bytes with the host's key. */
  readonly sign: (bytes: Uint8Array) => Buffer;
  readonly headers: (
    method: string,
    path: string,
    body: string,
    change?: { created?: number; nonce?: string },
  ) => Record<string, string>;
  /** Sends a signed request to the app; `path` relative to /api/v1. */
  readonly send: (
    api: TestApi,
    method: string,
    path: string,
    body: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
};

/** Makes a host; `id` may be given to pose as another. */
export function createTestAgent(id: string = randomUUID()): TestAgent {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const headers: TestAgent['headers'] = (method, path, body, change = {}) =>
    signRequest(privateKey, id, method, path, body, change);
  return {
    id,
    publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'),
    sign: (bytes) => sign(null, bytes, privateKey),
    headers,
    send: async (api, method, path, body, extra) => {
      const text = JSON.stringify(body);
      return api.app.request(`http://hub.test/api/v1${path}`, {
        method,
        body: text,
        headers: extra ?? headers(method, `/api/v1${path}`, text),
      });
    },
  };
}

function signRequest(
  key: KeyObject,
  agentId: string,
  method: string,
  path: string,
  body: string,
  change: { created?: number; nonce?: string },
): Record<string, string> {
  const url = new URL(path, 'http://hub.test');
  const base = agentSignatureBase(
    { method, path: url.pathname, query: url.search, body: Buffer.from(body) },
    {
      agentId,
      created: change.created ?? Math.floor(Date.now() / 1000),
      nonce: change.nonce ?? randomBytes(16).toString('hex'),
    },
  );
  return {
    'content-digest': base.contentDigest,
    'signature-input': base.signatureInput,
    signature: signatureHeader(sign(null, base.bytes, key)),
  };
}

/** Makes an enrolment token for a tenant as an admin would. */
export async function createEnrolmentToken(
  api: TestApi,
  tenantId: string,
  options: Record<string, unknown> = {},
): Promise<{ id: string; token: string }> {
  const response = await api.as('admin')('POST', '/enrolment-tokens', {
    tenant_id: tenantId,
    name: 'test',
    max_uses: 100,
    ...options,
  });
  if (response.status !== 201) throw new Error(`enrolment token: ${response.status} ${await response.text()}`);
  return (await response.json()) as { id: string; token: string };
}

/** Body of a registration. */
export function registrationBody(agent: TestAgent, token: string, hostname = 'web-03'): Record<string, unknown> {
  return {
    agent_id: agent.id,
    public_key: agent.publicKey.toString('base64'),
    enrolment_token: token,
    hostname,
    agent_version: '0.1.0',
    tags: ['production'],
  };
}

/** Registers a new host in a tenant. */
export async function registerTestAgent(api: TestApi, tenantId: string, hostname = 'web-03'): Promise<TestAgent> {
  const agent = createTestAgent();
  const { token } = await createEnrolmentToken(api, tenantId);
  const response = await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token, hostname));
  if (response.status !== 200) throw new Error(`register: ${response.status} ${await response.text()}`);
  return agent;
}

/** A whole inventory; parts may be replaced. */
export function testInventory(change: Partial<Inventory> = {}): Inventory {
  return {
    collected_at: new Date().toISOString(),
    agent_version: '0.1.0',
    hostname: 'web-03',
    boot_id: 'boot-1',
    os: { id: 'debian', name: 'Debian GNU/Linux 12', version: '12' },
    arch: 'x64',
    kernel: { release: '5.15.20', version: '#1 SMP', upstream: '5.15.20' },
    cpu: { model: 'test', cores: 2 },
    memory: { total_bytes: 1, available_bytes: 1 },
    packages: [],
    disks: [],
    listening_ports: [],
    failed_units: [],
    security_findings: [],
    sshd: {},
    files: [],
    ...change,
  };
}
