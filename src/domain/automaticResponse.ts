/** When a level 1 or 2 action may run without a person (PRODUCT-FACTS section 5; level 3 never). */

/** A reporter must be surer than this for level 1. */
const LEVEL1_MIN_CONFIDENCE = 0.95;
/** Level 2 waits this long for somebody to acknowledge the alert. */
export const LEVEL2_WAIT_SECONDS = 180;

/** What is known when the decision falls. */
export type ResponseCase = {
  readonly level: 1 | 2;
  readonly confidence: number;
  /** Highest level that the tenant lets run by itself; 0 is off. */
  readonly automaticLevel: number;
  readonly alertStatus: 'open' | 'acknowledged' | 'resolved';
  readonly isHostActive: boolean;
};

export type ResponseDecision = 'ordered' | 'acknowledged' | 'not_sure_enough' | 'switched_off' | 'host_inactive';

/** Decides one proposed action. */
export function decideResponse(seen: ResponseCase): ResponseDecision {
  if (seen.automaticLevel < seen.level) return 'switched_off';
  if (!seen.isHostActive) return 'host_inactive';
  if (seen.alertStatus !== 'open') return 'acknowledged';
  if (seen.level === 1 && seen.confidence <= LEVEL1_MIN_CONFIDENCE) return 'not_sure_enough';
  return 'ordered';
}
