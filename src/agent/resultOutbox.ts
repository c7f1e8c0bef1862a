/**
 * Signed results on their way to the hub, one file each in `results/`, kept until the hub has taken them or has said
 * for good that it will not. They survive restarts; the order does not matter, so one that waits holds up no other.
 */

import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { bytesToBase64 } from '../domain/bytes.ts';
import { type EatResult, eatResult, eatResultSigningBytes, eatResultText, signedEatResult } from '../domain/eat.ts';
import { parseStrictJson } from '../domain/strictJson.ts';
import { makeFolder, moveDurably, removeLeftovers, writeDurably } from './durable.ts';
import type { HubAnswer, HubClient } from './hubClient.ts';
import type { Identity } from './identity.ts';
import type { Logger } from './log.ts';
import { backoffMs, type Waker } from './waiting.ts';

const kept = z.strictObject({ nonce: z.uuid(), ...signedEatResult.shape });

/** Results that wait. */
export type ResultOutbox = {
  /** Signs a result and keeps it; durable when this returns. */
  readonly add: (result: EatResult) => Promise<void>;
  /** Whether a result of this nonce waits. */
  readonly has: (nonce: string) => boolean;
  readonly count: () => number;
  /** Offers every result to the hub once; how many still wait. */
  readonly deliver: (client: HubClient) => Promise<number>;
};

/** Opens the outbox of a state folder. */
export async function openResultOutbox(stateDir: string, identity: Identity, log: Logger): Promise<ResultOutbox> {
  const folder = join(stateDir, 'results');
  const refusedFolder = join(stateDir, 'results-refused');
  await makeFolder(folder);
  await makeFolder(refusedFolder);
  await removeLeftovers(folder);
  const waiting = new Map<string, z.infer<typeof kept>>();
  for (const name of (await readdir(folder)).toSorted()) {
    const parsed = parseStrictJson(await readFile(join(folder, name)));
    const known = parsed.kind === 'ok' ? kept.safeParse(parsed.value) : null;
    if (known?.success) waiting.set(name, known.data);
    else {
      log.error({ file: name }, 'a result that waited for the hub cannot be read: set aside');
      await moveDurably(join(folder, name), join(refusedFolder, name));
    }
  }
  return {
    add: async (result) => {
      const text = eatResultText(eatResult.parse(result));
      const signature = bytesToBase64(identity.sign(eatResultSigningBytes(text)));
      const item = { nonce: result.nonce, result: text, signature };
      // Not the nonce alone: a forged token may carry the nonce of a true one, and both have a result.
      const name = `${result.nonce}.${randomUUID()}.json`;
      await writeDurably(join(folder, name), JSON.stringify(item));
      waiting.set(name, item);
    },
    has: (nonce) => [...waiting.values()].some((item) => item.nonce === nonce),
    count: () => waiting.size,
    deliver: async (client) => {
      for (const [name, { nonce, result, signature }] of waiting) {
        const body = JSON.stringify({ result, signature });
        const answer = await client.post(`/api/v1/agents/${identity.agentId}/eat-results`, body);
        const verdict = decideResult(answer);
        if (verdict === 'later') continue;
        waiting.delete(name);
        if (verdict === 'taken') await rm(join(folder, name), { force: true });
        else {
          await moveDurably(join(folder, name), join(refusedFolder, name));
          log.error({ nonce, answer }, 'the hub will not take a result: set aside');
        }
      }
      return waiting.size;
    },
  };
}

/** What to do with a result after an answer. `set_aside`: the hub has read it and has said no for good. */
export function decideResult(answer: HubAnswer): 'taken' | 'set_aside' | 'later' {
  if (answer.kind === 'ok') return 'taken';
  // A proxy's own page is no answer of the hub (its code begins with http_).
  const isFinal = answer.kind === 'refused' && [409, 422].includes(answer.status) && !answer.code.startsWith('http_');
  return isFinal ? 'set_aside' : 'later';
}

/** Delivers until stopped. `waker` says that there is a new result, or that the hub is heard again. */
export async function keepReporting(
  deps: { readonly outbox: ResultOutbox; readonly client: HubClient; readonly signal: AbortSignal },
  waker: Waker,
): Promise<void> {
  let attempt = 0;
  while (!deps.signal.aborted) {
    const left = await deps.outbox.deliver(deps.client);
    attempt = left === 0 ? 0 : attempt + 1;
    await waker.wait(left === 0 ? Number.POSITIVE_INFINITY : backoffMs(attempt));
  }
}
