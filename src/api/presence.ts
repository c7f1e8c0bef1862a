/** While an API is up it says so: silence of hosts counts only while somebody could hear them. */

import { beatPresence, PRESENCE_BEAT_SECONDS } from '../db/presence.ts';
import type { ApiDeps } from './deps.ts';

/** Beats until the returned function is called. A beat that fails is a gap, which is what it should look like. */
export function startPresence(deps: Pick<ApiDeps, 'pool' | 'log'>): () => void {
  const beat = (): void => {
    beatPresence(deps.pool).catch((error: unknown) => deps.log.warn({ err: error }, 'presence beat failed'));
  };
  beat();
  const timer = setInterval(beat, PRESENCE_BEAT_SECONDS * 1000);
  return () => clearInterval(timer);
}
