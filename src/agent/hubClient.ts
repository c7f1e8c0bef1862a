/** Signed HTTP to the hub. Every outcome is a value, because a hub that is away is the ordinary case, not an error. */

import { z } from 'zod';
import type { Clock } from './clock.ts';
import type { Identity } from './identity.ts';
import { errorText, type Logger } from './log.ts';
import { signedHeaders } from './requestSigner.ts';

/** A big batch over a slow line still passes; a dead connection does not hold the agent for ever. */
const TIMEOUT_MS = 60_000;
const PROBLEM_PREFIX = 'urn:monsys:problem:';

/** What became of a request. `away` covers everything worth trying again that is not an answer of the hub. */
export type HubAnswer =
  | { readonly kind: 'ok'; readonly body: unknown }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly code: string;
      readonly detail: string;
      readonly retryAfterMs: number | null;
    }
  | { readonly kind: 'away'; readonly why: string };

/** Sends signed requests. */
export type HubClient = { readonly post: (path: string, body: Uint8Array | string) => Promise<HubAnswer> };

const problem = z.object({ type: z.string(), detail: z.string().optional() });

/** Makes the client; requests in flight end when `signal` aborts. */
export function createHubClient(deps: {
  readonly hub: string;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): HubClient {
  const send = async (path: string, body: Uint8Array): Promise<HubAnswer & { readonly date?: string | null }> => {
    const request = { method: 'POST', path, query: '', body };
    try {
      const response = await fetch(`${deps.hub}${path}`, {
        method: 'POST',
        body: Buffer.from(body),
        headers: {
          'content-type': 'application/json',
          ...signedHeaders(deps.identity, request, deps.clock.now()),
        },
        // A signature is for this hub; it must not travel wherever an answer points to.
        redirect: 'error',
        signal: AbortSignal.any([deps.signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return { kind: 'ok', body: text === '' ? null : JSON.parse(text) };
      return { ...refusal(response, text), date: response.headers.get('date') };
    } catch (error) {
      // fetch tells of every network trouble by a TypeError, of time-outs and stops by a DOMException.
      if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError)
        return { kind: 'away', why: errorText(error) };
      throw error;
    }
  };
  return {
    post: async (path, body) => {
      const bytes = typeof body === 'string' ? Buffer.from(body) : body;
      const answer = await send(path, bytes);
      const hubMs = Date.parse(answer.date ?? '');
      if (answer.kind !== 'refused' || answer.code !== 'agent_clock_skew' || Number.isNaN(hubMs)) return answer;
      const offMs = deps.clock.learn(hubMs);
      deps.log.warn({ off_seconds: Math.round(offMs / 1000) }, 'the clock of this host is off; signing with the hub’s');
      return send(path, bytes);
    },
  };
}

function refusal(response: Response, text: string): Extract<HubAnswer, { kind: 'refused' }> {
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const known = problem.safeParse(parseOrNull(text));
  return {
    kind: 'refused',
    status: response.status,
    // A proxy's own error page has no code; its status must do.
    code: known.success ? known.data.type.replace(PROBLEM_PREFIX, '') : `http_${response.status}`,
    detail: known.success ? (known.data.detail ?? '') : '',
    retryAfterMs: Number.isFinite(retryAfter) ? retryAfter * 1000 : null,
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
