/** TXT records of a name, asked freshly of the resolver in force; nothing is cached here. */

import { Resolver } from 'node:dns/promises';

const TIMEOUT_MS = 3_000;
const TRIES = 2;
/** Answers that mean "there is no such record", as opposed to "nobody answered". */
const ABSENT = new Set(['ENOTFOUND', 'ENODATA']);

/** What came of asking: the records, joined from their chunks, or that the DNS could not be asked. */
export type TxtAnswer =
  | { readonly kind: 'records'; readonly records: readonly string[] }
  | { readonly kind: 'unreachable'; readonly code: string };

/** Asks for the TXT records of `name`. `server` is `ip` or `ip:port`; null asks the machine's own resolver. */
export async function resolveTxt(name: string, server: string | null): Promise<TxtAnswer> {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  if (server !== null) resolver.setServers([server]);
  try {
    const answers = await resolver.resolveTxt(name);
    return { kind: 'records', records: answers.map((chunks) => chunks.join('')) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return ABSENT.has(code) ? { kind: 'records', records: [] } : { kind: 'unreachable', code };
  }
}
