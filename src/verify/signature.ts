/**
 * The product's signature check (src/domain/ed25519.ts) at the speed of OpenSSL: a pack may hold a million tokens,
 * and the domain's own arithmetic takes over 2 ms for each.
 *
 * Why both give one verdict. The key has passed `acceptKey`, so it is of the prime-order group. OpenSSL demands
 * S < L, recomputes R = S·B - h·A and compares encodings: what passes has a canonical R of the prime-order group.
 * The one such point that the domain still refuses is the identity, refused here first. What OpenSSL refuses is
 * refused, whatever the domain says; the domain only names the reason.
 */

import { createPublicKey, verify } from 'node:crypto';
import { acceptKey, publicKeyPem, signatureFault } from '../domain/ed25519.ts';
import type { PreparedKey } from '../domain/verification/primitives.ts';

/** Null for a key that the product does not accept. */
export function prepareKey(bytes: Uint8Array): PreparedKey | null {
  const accepted = acceptKey(bytes);
  if (accepted === null) return null;
  const native = createPublicKey(publicKeyPem(bytes));
  return {
    accepted,
    signatureFault: (signature, message) => {
      const isIdentity = signature[0] === 1 && signature.subarray(1, 32).every((byte) => byte === 0);
      if (signature.length === 64 && !isIdentity && verify(null, message, native, signature)) return null;
      return signatureFault(signature, message, accepted) ?? 'signature_wrong';
    },
  };
}
