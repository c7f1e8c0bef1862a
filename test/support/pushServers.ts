/** The far ends of notifications, on this machine: what ntfy's publish endpoint takes, and a browser's push service. */

import { execFileSync } from 'node:child_process';
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  type ECDH,
  hkdfSync,
  randomBytes,
  randomUUID,
  verify,
} from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** A request as it arrived. */
export type Received = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

/** A server that keeps what it gets; `answer` says with which status, 200 when it says nothing. */
export type FarEnd = {
  readonly url: string;
  readonly received: Received[];
  answer: (path: string) => number | undefined;
};

function keeping(farEnd: FarEnd): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const path = request.url ?? '';
    farEnd.received.push({ path, headers: request.headers, body: Buffer.concat(chunks) });
    response.statusCode = farEnd.answer(path) ?? 200;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ id: 'x', event: 'message' }));
  };
}

async function listening(
  server: ReturnType<typeof createServer> | ReturnType<typeof createHttpsServer>,
): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

/** A stand-in for an ntfy server under a path prefix, as behind a reverse proxy. */
export async function startNtfyStandIn(): Promise<FarEnd> {
  const farEnd: { -readonly [K in keyof FarEnd]: FarEnd[K] } = { url: '', received: [], answer: () => undefined };
  const port = await listening(createServer((request, response) => void keeping(farEnd)(request, response)));
  farEnd.url = `http://127.0.0.1:${port}/ntfy`;
  return farEnd;
}

/** A push service over TLS with a certificate of its own making; `ca` is what must be trusted. */
export async function startPushService(): Promise<FarEnd & { readonly ca: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'monsys-test-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'].concat([
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      cert,
    ]),
    { stdio: 'ignore' },
  );
  const ca = readFileSync(cert, 'utf8');
  const farEnd: { -readonly [K in keyof FarEnd]: FarEnd[K] } & { readonly ca: string } = {
    url: '',
    received: [],
    answer: () => undefined,
    ca,
  };
  const port = await listening(
    createHttpsServer(
      { key: readFileSync(key), cert: ca },
      (request, response) => void keeping(farEnd)(request, response),
    ),
  );
  rmSync(folder, { recursive: true });
  farEnd.url = `https://localhost:${port}`;
  return farEnd;
}

/** A browser that has subscribed: its keys, and a reader for what it is sent. */
export type TestBrowser = {
  readonly endpoint: string;
  readonly path: string;
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly read: (body: Buffer) => unknown;
};

/** Subscribes a browser at a push service. */
export function subscribeBrowser(service: FarEnd): TestBrowser {
  const ecdh = createECDH('prime256v1');
  const publicKey = ecdh.generateKeys();
  const auth = randomBytes(16);
  const path = `/push/${randomUUID()}`;
  return {
    endpoint: `${service.url}${path}`,
    path,
    keys: { p256dh: publicKey.toString('base64url'), auth: auth.toString('base64url') },
    read: (body) => JSON.parse(decrypt(body, ecdh, publicKey, auth).toString('utf8')),
  };
}

/** RFC 8291 section 4 over RFC 8188, one record; written from the text, not with the library under test. */
function decrypt(body: Buffer, ecdh: ECDH, ownKey: Buffer, auth: Buffer): Buffer {
  const salt = body.subarray(0, 16);
  const keyLength = body.readUInt8(20);
  const senderKey = body.subarray(21, 21 + keyLength);
  const record = body.subarray(21 + keyLength);
  const keyInfo = Buffer.concat([Buffer.from('WebPush: info\0'), ownKey, senderKey]);
  const ikm = hkdfSync('sha256', ecdh.computeSecret(senderKey), auth, keyInfo, 32);
  const key = hkdfSync('sha256', Buffer.from(ikm), salt, 'Content-Encoding: aes128gcm\0', 16);
  const nonce = hkdfSync('sha256', Buffer.from(ikm), salt, 'Content-Encoding: nonce\0', 12);
  const decipher = createDecipheriv('aes-128-gcm', Buffer.from(key), Buffer.from(nonce));
  decipher.setAuthTag(record.subarray(-16));
  const padded = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
  // The last record ends in a 2 and zeros.
  return padded.subarray(0, padded.lastIndexOf(2));
}

/** The claims of a VAPID header (RFC 8292) whose ES256 signature fits `publicKey`; null when it does not. */
export function vapidClaims(header: string | undefined, publicKey: string): Record<string, unknown> | null {
  const match = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(header ?? '');
  if (match === null || match[4] !== publicKey) return null;
  const point = Buffer.from(publicKey, 'base64url');
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const isValid = verify(
    'sha256',
    Buffer.from(`${match[1]}.${match[2]}`),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(match[3] as string, 'base64url'),
  );
  return isValid ? JSON.parse(Buffer.from(match[2] as string, 'base64url').toString('utf8')) : null;
}
