import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import * as ed from '@noble/ed25519';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../../src/domain/bytes.ts';
import { type AcceptedKey, acceptKey, publicKeyPem, signatureFault } from '../../src/domain/ed25519.ts';

const accepted = (bytes: Uint8Array): AcceptedKey => {
  const key = acceptKey(bytes);
  if (key === null) throw new Error('the key should be acceptable');
  return key;
};

/** RFC 8032 section 7.1, tests 1 and 2. */
const RFC_8032 = [
  {
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    message: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    message: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];

/** The eight points of small order (canonical encodings), as listed by "Taming the many EdDSAs". */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
];

const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let index = 0; index < 32; index++) bytes[index] = Number((value >> BigInt(8 * index)) & 255n);
  return bytes;
}

describe('signatureFault', () => {
  it.each(RFC_8032)('accepts the signature of RFC 8032 over "$message"', ({ key, message, signature }) => {
    expect(signatureFault(hexToBytes(signature), hexToBytes(message), accepted(hexToBytes(key)))).toBeNull();
  });

  it('agrees with OpenSSL on honest signatures and refuses each when one bit changes', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    const key = accepted(raw);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat({ max: 511 }), (message, bit) => {
        const signature = sign(null, message, privateKey);
        expect(signatureFault(signature, message, key)).toBeNull();
        const altered = Uint8Array.from(signature);
        altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(signatureFault(altered, message, key)).not.toBeNull();
        expect(signatureFault(signature, Uint8Array.of(...message, 1), key)).toBe('signature_wrong');
      }),
      { numRuns: 60 },
    );
  });

  it('refuses S + L, the second spelling of a signature', () => {
    const { key, message, signature } = RFC_8032[1] as (typeof RFC_8032)[number];
    const bytes = hexToBytes(signature);
    const s = bytes.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    const respelled = Uint8Array.of(...bytes.subarray(0, 32), ...littleEndian(s + GROUP_ORDER));
    expect(signatureFault(respelled, hexToBytes(message), accepted(hexToBytes(key)))).toBe('signature_malformed');
  });

  it('refuses the signature with an added torsion point that noble alone accepts and OpenSSL does not', () => {
    // The key's holder adds a point of order 8 to R; the cofactored equation does not see it.
    const seed = new Uint8Array(32).fill(7);
    const key = ed.getPublicKey(seed);
    const message = Uint8Array.of(1, 2, 3);
    const torsion = ed.Point.fromHex(SMALL_ORDER[4] as string);
    const { scalar } = ed.utils.getExtendedPublicKey(seed);
    const r = 123456789n;
    const R = ed.Point.BASE.multiply(r).add(torsion).toBytes();
    const k =
      ed.hash(Uint8Array.of(...R, ...key, ...message)).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) %
      GROUP_ORDER;
    const crafted = Uint8Array.of(...R, ...littleEndian((r + k * scalar) % GROUP_ORDER));
    expect(ed.verify(crafted, message, key)).toBe(true);
    expect(verify(null, message, createPublicKey(publicKeyPem(key)), crafted)).toBe(false);
    expect(signatureFault(crafted, message, accepted(key))).toBe('signature_malformed');
  });

  it.each([0, 63, 65])('refuses %i bytes', (length) => {
    expect(signatureFault(new Uint8Array(length), new Uint8Array(), accepted(hexToBytes(RFC_8032[0]?.key ?? '')))).toBe(
      'signature_malformed',
    );
  });
});

describe('acceptKey', () => {
  it.each(SMALL_ORDER)('refuses the point of small order %s', (hex) => {
    expect(acceptKey(hexToBytes(hex))).toBeNull();
  });

  it('refuses a key of mixed order, a non-canonical one, one off the curve and one of the wrong length', () => {
    const mixed = ed.Point.fromHex(RFC_8032[0]?.key ?? '').add(ed.Point.fromHex(SMALL_ORDER[4] as string));
    expect(acceptKey(mixed.toBytes())).toBeNull();
    // y = p + 1 is another spelling of y = 1.
    expect(acceptKey(hexToBytes('eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f'))).toBeNull();
    expect(acceptKey(hexToBytes('0200000000000000000000000000000000000000000000000000000000000000'))).toBeNull();
    expect(acceptKey(new Uint8Array(31))).toBeNull();
  });

  it('writes PEM that OpenSSL reads as the same key', () => {
    const { publicKey } = generateKeyPairSync('ed25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url');
    expect(publicKeyPem(raw)).toBe(publicKey.export({ format: 'pem', type: 'spki' }));
    expect(bytesToHex(accepted(raw).bytes)).toBe(raw.toString('hex'));
  });
});
