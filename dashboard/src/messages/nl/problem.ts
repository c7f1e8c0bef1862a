/** A refusal of the hub in Dutch: by its code, with the facts of the case beside it. */

import { REFUSALS, type RefusalCode } from '../../../../src/domain/refusal.ts';
import { REFUSALS_NL } from './refusals.ts';
import { sentenceInDutch } from './sentences.ts';

type Body = Readonly<Record<string, unknown>>;

/** The problem with Dutch title, sentence and faults. `said` holds facts of the case that have no Dutch. */
export function problemInDutch(code: string, body: Body): Body {
  if (!isRefusal(code)) return body;
  const { title, sentence } = REFUSALS_NL[code];
  const said = typeof body['detail'] === 'string' ? body['detail'] : REFUSALS[code].sentence;
  const known = said === REFUSALS[code].sentence ? sentence : sentenceInDutch(said);
  return {
    ...body,
    title,
    detail: known ?? sentence,
    ...(known === undefined && { said }),
    ...(Array.isArray(body['errors']) && { errors: body['errors'].map(faultInDutch) }),
  };
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS_NL, code);
}

function faultInDutch(fault: unknown): unknown {
  if (typeof fault === 'string') return sentenceInDutch(fault) ?? fault;
  if (typeof fault !== 'object' || fault === null || !('message' in fault)) return fault;
  const { message } = fault;
  return typeof message === 'string' ? { ...fault, message: sentenceInDutch(message) ?? message } : fault;
}
