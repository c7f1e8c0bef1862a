/**
 * Pre-issued tokens: held by the agent, activated by itself, once, when its condition holds in its window.
 * The agent decides with {@link preIssueFault} alone, offline too.
 */

import { z } from 'zod';

/** When a pre-issued token activates itself: any one of those named. */
export const preIssueConditions = z
  .strictObject({
    heartbeat_lost_minutes: z
      .int()
      .min(1)
      .max(24 * 60)
      .exactOptional()
      .describe('no heartbeat could be delivered for longer than this'),
    or_severity_critical: z.boolean().exactOptional().describe('a critical alert is open on the host'),
  })
  .refine(
    (conditions) => conditions.heartbeat_lost_minutes !== undefined || conditions.or_severity_critical === true,
    'name at least one condition: heartbeat_lost_minutes or or_severity_critical',
  );
export type PreIssueConditions = z.infer<typeof preIssueConditions>;

/** What the agent has seen. Times in milliseconds of a clock that never runs backwards. */
export type PreIssueObservation = {
  readonly nowMs: number;
  /** When a heartbeat was last answered by the hub, at the earliest when the window opened. */
  readonly heartbeatDeliveredMs: number;
  readonly criticalOpen: boolean;
};

export type PreIssueFault = 'no_condition_holds';

/** Which condition holds; null when none does. */
export function preIssueTrigger(
  conditions: PreIssueConditions,
  seen: PreIssueObservation,
): 'heartbeat_lost' | 'severity_critical' | null {
  if (conditions.or_severity_critical === true && seen.criticalOpen) return 'severity_critical';
  const limit = conditions.heartbeat_lost_minutes;
  if (limit !== undefined && seen.nowMs - seen.heartbeatDeliveredMs > limit * 60_000) return 'heartbeat_lost';
  return null;
}

/** Null when the token may activate now. */
export function preIssueFault(conditions: PreIssueConditions, seen: PreIssueObservation): PreIssueFault | null {
  return preIssueTrigger(conditions, seen) === null ? 'no_condition_holds' : null;
}
