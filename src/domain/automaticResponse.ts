/** When a level 1 or 2 action may run without a person (PRODUCT-FACTS section 5; level 3 never). */

/** A reporter must be surer than this for level 1. */
const LEVEL1_MIN_CONFIDENCE = 0.95;
/** Level 2 waits this long for somebody to acknowledge the alert. */
export const LEVEL2_WAIT_SECONDS = 180;

/** So many hosts of a tenant are answered for within an hour without a person, or this part of its fleet when that is more. */
const FREE_HOSTS = 5;
const FREE_PART = 0.1;

/** What is known when the decision falls. */
export type ResponseCase = {
  readonly level: 1 | 2;
  readonly confidence: number;
  /** Highest level that the tenant lets run by itself; 0 is off. */
  readonly automaticLevel: number;
  readonly alertStatus: 'open' | 'acknowledged' | 'resolved';
  readonly isHostActive: boolean;
  /** Active hosts of the tenant. */
  readonly hosts: number;
  /** Other hosts of the tenant for which an answer was ordered within the last hour. */
  readonly otherHostsAnswered: number;
};

export type ResponseDecision =
  | 'ordered'
  | 'acknowledged'
  | 'not_sure_enough'
  | 'switched_off'
  | 'host_inactive'
  | 'too_many_hosts';

/** Decides one proposed action. */
export function decideResponse(seen: ResponseCase): ResponseDecision {
  if (seen.automaticLevel < seen.level) return 'switched_off';
  if (!seen.isHostActive) return 'host_inactive';
  if (seen.alertStatus !== 'open') return 'acknowledged';
  if (seen.level === 1 && seen.confidence <= LEVEL1_MIN_CONFIDENCE) return 'not_sure_enough';
  // Whoever may report could else take a whole fleet off the network, one alert a host.
  if (seen.otherHostsAnswered >= Math.max(FREE_HOSTS, seen.hosts * FREE_PART)) return 'too_many_hosts';
  return 'ordered';
}
