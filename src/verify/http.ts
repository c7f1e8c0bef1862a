/** The only place of the verifier that uses the network, and only when a URL was given. */

import { VerifierError, wordsOf } from '../domain/verification/report.ts';

const TIMEOUT_MS = 20_000;

/** Whether an argument is a URL rather than a file. */
export function isUrl(name: string): boolean {
  return /^https?:\/\//i.test(name);
}

/** An answer, read up to a limit. */
export type Answer = { readonly status: number; readonly text: string };

/** GETs a text of at most `limit` bytes, whatever its status. Throws a {@link VerifierError} of class network. */
export async function get(url: URL, limit: number): Promise<Answer> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of response.body ?? []) {
      size += piece.length;
      if (size > limit) throw new VerifierError('network', `${url.href} answers with more than ${limit} bytes.`);
      pieces.push(piece);
    }
    return { status: response.status, text: Buffer.concat(pieces).toString('utf8') };
  } catch (error) {
    if (error instanceof VerifierError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? wordsOf(error.cause) : wordsOf(error);
    throw new VerifierError('network', `${url.href} cannot be reached: ${cause}.`);
  }
}

/** GETs a text that must be there. */
export async function fetchText(url: URL, limit: number): Promise<string> {
  const { status, text } = await get(url, limit);
  if (status !== 200) throw new VerifierError('network', `${url.href} answers with status ${status}.`);
  return text;
}
