/** The public API by its generated types: the only way in which a screen talks to the hub. */

import createClient, { type Middleware } from 'openapi-fetch';
import { offlineProblem, refusal } from './problem.ts';
import type { components, paths } from './schema.d.ts';

/** Base path of the API on the host that served this page. */
export const API_BASE = '/api/v1';

/** A request that is sent twice by accident is done once; a new press of the button is a new request. */
const onceOnly: Middleware = {
  onRequest: ({ request }) => {
    if (request.method === 'POST' && !request.headers.has('Idempotency-Key'))
      request.headers.set('Idempotency-Key', crypto.randomUUID());
    return request;
  },
};

/** The typed client; wrap its calls in {@link ask}. */
export const api = createClient<paths>({ baseUrl: API_BASE });
api.use(onceOnly);

type Answer<T> = { readonly data?: T; readonly error?: unknown; readonly response: Response };

/** The data of an answer. @throws {ProblemError} when the hub refuses or cannot be reached. */
export async function ask<T>(call: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    if (error instanceof TypeError) throw offlineProblem();
    throw error;
  }
  if (answer.response.ok) return answer.data as T;
  const body = typeof answer.error === 'object' && answer.error !== null ? answer.error : {};
  throw await refusal(answer.response.status, body as Record<string, unknown>);
}

/** Header of a privileged request: the six digits of the person's own authenticator. */
export function withTotp(code: string): { readonly 'X-TOTP-Code': string } {
  return { 'X-TOTP-Code': code };
}

/** JSON answered with success by a route and method: `Answered<'/msp/cockpit', 'get'>`. */
export type Answered<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends {
  responses: infer R;
}
  ? R[keyof R & (200 | 201 | 202)] extends { content: { 'application/json': infer T } }
    ? T
    : never
  : never;

/** One item of a paged list: `Item<'/alerts'>`. */
export type Item<P extends keyof paths> =
  Answered<P, 'get' & keyof paths[P]> extends { items: (infer T)[] } ? T : never;

export type { components, paths };
