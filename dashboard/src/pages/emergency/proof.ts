/** Reads the signed texts of a token for people; the bytes themselves are shown beside, as they were signed. */

import type { EatResult, EatToken } from '../../../../src/domain/eat.ts';
import type { EatEvidence } from './queries.ts';

/** The token; null for imported history. The hub checked its shape before it signed. */
export function tokenOf(eat: EatEvidence): EatToken | null {
  return eat.token === null ? null : (JSON.parse(eat.token) as EatToken);
}

/** The host's result; null until there is one. The hub checked its shape and signature when it came in. */
export function resultOf(eat: EatEvidence): EatResult | null {
  return eat.result === null ? null : (JSON.parse(eat.result) as EatResult);
}
