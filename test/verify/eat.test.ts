/** `verify-eat` on files of one token, and the fast signature check beside the domain's. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { acceptKey, publicKeyPem, signatureFault } from '../../src/domain/ed25519.ts';
import type { PreparedKey } from '../../src/domain/verification/primitives.ts';
import { EXIT_CODES } from '../../src/domain/verification/report.ts';
import { run } from '../../src/verify/run.ts';
import { prepareKey } from '../../src/verify/signature.ts';
import { createTestSigner } from '../support/transparency.ts';
import { eatLine } from './support/packs.ts';

const hub = createTestSigner();
const host = createTestSigner();
const folder = mkdtempSync(join(tmpdir(), 'monsys-verify-eat-'));
const keyFile = join(folder, 'hub.pub');
writeFileSync(keyFile, publicKeyPem(hub.publicKey));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function verify(file: unknown, ...more: string[]) {
  const path = join(folder, 'eat.json');
  writeFileSync(path, typeof file === 'string' ? file : JSON.stringify(file));
  const printed: string[] = [];
  const keep = (text: string) => void printed.push(text);
  const code = await run(['verify-eat', path, '--pubkey', keyFile, ...more], { out: keep, error: keep });
  return { code, text: printed.join('') };
}

describe('a token in a file', () => {
  it('is verified with its quorum and its result, as GET /emergency/:nonce answers', async () => {
    const { code, text } = await verify(eatLine(hub, host));
    expect(code).toBe(0);
    expect(text).toContain('✓ 2-of-2 quorum: b@yourMSP.com, c@yourMSP.com; asked for by alice@yourMSP.com');
    expect(text).toContain('✓ result "succeeded" is of this token');
  });

  it('is verified as it travels to an agent; its playbooks must be the signed ones', async () => {
    const { token, signature, key_id } = eatLine(hub, host);
    const envelope = { token, signature, key_id, playbooks: ['a playbook'] };
    expect(await verify(envelope)).toMatchObject({ code: 0 });
    expect(await verify({ ...envelope, playbooks: ['another'] })).toMatchObject({ code: EXIT_CODES.content });
  });

  it.each<readonly [string, (line: Record<string, unknown>) => unknown, number]>([
    [
      'an altered token',
      (line) => ({ ...line, token: (line.token as string).replace('TKT-9001', 'TKT-9002') }),
      EXIT_CODES.signature,
    ],
    ['another spelling of it', (line) => ({ ...line, token: ` ${line.token as string}` }), EXIT_CODES.signature],
    ['another level beside it', (line) => ({ ...line, level: 1 }), EXIT_CODES.content],
    [
      'an altered result',
      (line) => ({ ...line, result: (line.result as string).replace('succeeded', 'failed') }),
      EXIT_CODES.signature,
    ],
    ['a key that was not given', (line) => ({ ...line, key_id: '0123456789abcdef' }), EXIT_CODES.signature],
    ['no signature', (line) => ({ ...line, signature: undefined }), EXIT_CODES.unreadable],
    ['a key twice', (line) => JSON.stringify(line).replace('{', '{"level":1,'), EXIT_CODES.unreadable],
    ['no JSON', () => 'hello', EXIT_CODES.unreadable],
  ])('is refused with %s', async (_, alter, code) => {
    expect(await verify(alter(eatLine(hub, host)))).toMatchObject({ code });
  });

  it('cannot steer the terminal by what it says', async () => {
    const { text } = await verify(eatLine(hub, host, { token: { reason: 'all fine \u001b[2K\u202e' } }));
    expect(text).toContain('all fine \\u{1b}[2K\\u{202e}');
  });
});

describe('the fast signature check', () => {
  const key = prepareKey(hub.publicKey) as PreparedKey;

  it('agrees with the domain on honest signatures and on each with a flipped bit', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat({ max: 511 }), (message, bit) => {
        const signature = hub.sign(message);
        expect(key.signatureFault(signature, message)).toBeNull();
        const altered = Buffer.from(signature);
        altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(key.signatureFault(altered, message)).toBe(signatureFault(altered, message, key.accepted));
        expect(key.signatureFault(altered, message)).not.toBeNull();
      }),
      { numRuns: 60 },
    );
  });

  it('refuses S + L, the identity as R, and signatures of another length', () => {
    const message = Buffer.from('m');
    const signature = hub.sign(message);
    const order = 2n ** 252n + 27742317777372353535851937790883648493n;
    const s = signature.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) + order;
    const malleable = Buffer.from(signature);
    for (let place = 0; place < 32; place++) malleable[32 + place] = Number((s >> BigInt(8 * place)) & 255n);
    const identity = Buffer.from(signature);
    identity.fill(0, 0, 32).writeUInt8(1, 0);
    for (const bad of [malleable, identity, signature.subarray(1), Buffer.concat([signature, signature])]) {
      expect(key.signatureFault(bad, message)).not.toBeNull();
    }
  });

  it('takes no key that the domain does not take', () => {
    const smallOrder = Buffer.from(`01${'00'.repeat(31)}`, 'hex');
    expect(acceptKey(smallOrder)).toBeNull();
    expect(prepareKey(smallOrder)).toBeNull();
  });
});
