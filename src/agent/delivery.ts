/** Empties the buffer into `POST /ingest`, oldest first; nothing overtakes a batch that has not gone through. */

import type { BatchBuffer } from './buffer.ts';
import type { HubAnswer, HubClient } from './hubClient.ts';
import type { Logger } from './log.ts';
import { backoffMs, sleep, type Waker } from './waiting.ts';

const INGEST_PATH = '/api/v1/ingest';

/** What to do with a batch after an answer. `set_aside`: the hub read it and will never take it. */
export function decideDelivery(answer: HubAnswer): 'delivered' | 'set_aside' | 'later' {
  if (answer.kind === 'ok') return 'delivered';
  // 401, 403 and 404 are about the host or the address, not about the batch; 408, 409, 429 and 5xx pass.
  if (answer.kind === 'refused' && [400, 413, 415, 422].includes(answer.status)) return 'set_aside';
  return 'later';
}

/** What delivery works with. `onTimeRefused`: facts carried a time ahead of the hub's; collect them anew. */
export type DeliveryDeps = {
  readonly buffer: BatchBuffer;
  readonly client: HubClient;
  readonly onTimeRefused: () => void;
  readonly log: Logger;
  readonly signal: AbortSignal;
};

/** Delivers what waits until nothing does or one is refused for now; that answer is returned, else null. */
export async function deliverWaiting(deps: DeliveryDeps): Promise<Exclude<HubAnswer, { kind: 'ok' }> | null> {
  const { buffer, client, log, signal } = deps;
  for (let batch = await buffer.oldest(); batch !== null && !signal.aborted; batch = await buffer.oldest()) {
    const answer = await client.post(INGEST_PATH, batch.body);
    const verdict = decideDelivery(answer);
    if (verdict === 'delivered') await buffer.remove(batch);
    else if (answer.kind !== 'ok' && verdict === 'later') return answer;
    else if (answer.kind === 'refused') {
      await buffer.reject(batch);
      log.error(
        { batch: batch.name, code: answer.code, detail: answer.detail },
        'the hub will not take a batch: set aside',
      );
      if (answer.code === 'agent_time_in_future' && batch.kind === 'inventory') deps.onTimeRefused();
    }
  }
  return null;
}

/** Delivers until stopped. `waker` says that there is something new, or that the hub is heard again. */
export async function keepDelivering(deps: DeliveryDeps, waker: Waker): Promise<void> {
  let attempt = 0;
  while (!deps.signal.aborted) {
    const refused = await deliverWaiting(deps);
    if (refused === null) {
      attempt = 0;
      await waker.wait(Number.POSITIVE_INFINITY);
      continue;
    }
    deps.log.debug({ answer: refused, waiting: deps.buffer.count() }, 'delivery waits');
    // Being asked to wait is an order; a hub that was away may be back at the next heartbeat.
    if (refused.kind === 'refused' && refused.retryAfterMs !== null) await sleep(refused.retryAfterMs, deps.signal);
    else await waker.wait(backoffMs(attempt));
    attempt += 1;
  }
}
