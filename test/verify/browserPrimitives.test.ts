/** The browser's part of the checks (dashboard/src/verify) against Node's: the same lines for the same file. */

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { BROWSER_PRIMITIVES } from '../../dashboard/src/verify/primitives.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { parsePemKeys } from '../../src/domain/verification/keys.ts';
import { verifyPack } from '../../src/domain/verification/pack.ts';
import type { Primitives } from '../../src/domain/verification/primitives.ts';
import { type Check, createReport, VerifierError } from '../../src/domain/verification/report.ts';
import { memorySource } from '../../src/domain/verification/source.ts';
import { NODE_PRIMITIVES } from '../../src/verify/primitives.ts';
import { smallPack } from './support/packs.ts';

let made: Awaited<ReturnType<typeof smallPack>>;
beforeAll(async () => {
  made = await smallPack();
});

async function checksOf(primitives: Primitives, pack: Buffer): Promise<readonly Check[]> {
  const report = createReport();
  try {
    await verifyPack(
      {
        primitives,
        pack: memorySource(pack),
        sig: memorySource(made.pack.sig),
        previousSig: null,
        keys: parsePemKeys(publicKeyPem(made.hub.publicKey), 'test', primitives.prepareKey),
        allowOtherKeys: false,
      },
      report,
    );
  } catch (error) {
    if (!(error instanceof VerifierError)) throw error;
    report.failed(error.failure, error.message);
  }
  return report.checks;
}

describe('the checks in a browser', () => {
  it('say of an honest pack what the command line says', async () => {
    const checks = await checksOf(BROWSER_PRIMITIVES, made.pack.jsonl);
    expect(checks).toEqual(await checksOf(NODE_PRIMITIVES, made.pack.jsonl));
    expect(checks.map(({ text }) => text)).toContain('7 entries in pack, 0 tampered');
  });

  it('say the same, in the same words, of a file with a flipped bit, cut off, or longer', {
    timeout: 120_000,
  }, async () => {
    const { jsonl } = made.pack;
    const altered = fc.oneof(
      fc.nat({ max: jsonl.length * 8 - 1 }).map((bit) => {
        const bytes = Buffer.from(jsonl);
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
        return bytes;
      }),
      fc.nat({ max: jsonl.length - 1 }).map((length) => jsonl.subarray(0, length)),
      fc.uint8Array({ minLength: 1, maxLength: 40 }).map((more) =>
        // Between the data and its sums, and at the end.
        Buffer.concat([jsonl.subarray(0, -8), more, jsonl.subarray(-8)]),
      ),
    );
    await fc.assert(
      fc.asyncProperty(altered, async (bytes) => {
        const checks = await checksOf(BROWSER_PRIMITIVES, bytes);
        expect(checks).toEqual(await checksOf(NODE_PRIMITIVES, bytes));
        expect(checks.some(({ status }) => status === 'failed')).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
