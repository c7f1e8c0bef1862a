/**
 * Places for posts that are under way in this process. A receiver has a few of its own, so that a slow one keeps nobody
 * else waiting; all together are fewer than the worker's slots, so that webhooks never keep other work waiting.
 */

/** Posts at once to one webhook. */
export const PLACES_PER_WEBHOOK = 4;
/** Posts at once altogether; the worker runs 100 activities at a time. */
const PLACES_IN_ALL = 50;

/** Takes a place, or gives null when there is none; the place is given back by calling what was given. */
export type TakePlace = (webhookId: string) => (() => void) | null;

/** Makes the places of a process. */
export function createPlaces(perWebhook: number = PLACES_PER_WEBHOOK, inAll: number = PLACES_IN_ALL): TakePlace {
  const taken = new Map<string, number>();
  let all = 0;
  return (webhookId) => {
    const own = taken.get(webhookId) ?? 0;
    if (own >= perWebhook || all >= inAll) return null;
    taken.set(webhookId, own + 1);
    all += 1;
    return () => {
      all -= 1;
      const left = (taken.get(webhookId) as number) - 1;
      if (left === 0) taken.delete(webhookId);
      else taken.set(webhookId, left);
    };
  };
}
