/** `wait`: lets time pass between steps. */

import { sleep } from '../waiting.ts';
import { type Executor, facts } from './step.ts';

/** Waits; fails when the agent stops meanwhile. */
export const waitStep: Executor<'wait'> = async (step, { signal }) => {
  const ms = (typeof step.seconds === 'number' ? step.seconds : 0) * 1000;
  await sleep(ms, signal);
  return facts(!signal.aborted, signal.aborted ? { end: 'stopped' } : {});
};
