/**
 * What happens to an alert that nobody acknowledges: the levels of a policy are told one after the other, each followed
 * by its wait, the whole list again as often as the policy says; then it is exhausted.
 */

import { z } from 'zod';

export const MAX_LEVELS = 10;
const MAX_TARGETS = 10;
export const MAX_REPEATS = 10;
const MAX_WAIT_MINUTES = 1440;

/** Whom a level tells: whoever is on call by a schedule at that moment, one person, or every admin and owner of the MSP. */
const escalationTarget = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('schedule'), schedule_id: z.uuid() }),
  z.strictObject({ kind: z.literal('user'), user_id: z.uuid() }),
  z.strictObject({ kind: z.literal('admins') }),
]);
export type EscalationTarget = z.infer<typeof escalationTarget>;

/** One level: it is told, and after `wait_minutes` without an acknowledgement the next one is. */
export const escalationLevel = z.strictObject({
  targets: z.array(escalationTarget).min(1).max(MAX_TARGETS),
  wait_minutes: z.int().min(1).max(MAX_WAIT_MINUTES),
});
export type EscalationLevel = z.infer<typeof escalationLevel>;

/** A policy as an alert keeps it from its opening. */
export const pinnedPolicy = z.object({
  name: z.string(),
  levels: z.array(escalationLevel).min(1).max(MAX_LEVELS),
  repeats: z.int().min(0).max(MAX_REPEATS),
});
export type PinnedPolicy = z.infer<typeof pinnedPolicy>;

/** Where an escalation stands; `level` counts from 1, 0 is before the first. `round` counts from 0. */
export type EscalationPlace = { readonly round: number; readonly level: number };

/** The level that is told next; null when every level of every round has been. */
export function nextPlace(policy: PinnedPolicy, { round, level }: EscalationPlace): EscalationPlace | null {
  if (level < policy.levels.length) return { round, level: level + 1 };
  return round < policy.repeats ? { round: round + 1, level: 1 } : null;
}

/**
 * Minutes to wait after a level was told. A level that has nobody is not waited for, so that the next one is told at
 * once; the last one always is, so that rounds keep their distance and somebody may have come on call by then.
 */
export function waitMinutes(policy: PinnedPolicy, level: number, people: number): number {
  const { wait_minutes = 0 } = policy.levels[level - 1] ?? {};
  return people > 0 || isLastLevel(policy, level) ? wait_minutes : 0;
}

/** Whether nothing but a new round comes after a level. */
export function isLastLevel(policy: PinnedPolicy, level: number): boolean {
  return level >= policy.levels.length;
}

const RETELL_MIN_MS = 60_000;
const RETELL_MAX_MS = 15 * 60_000;

/**
 * Milliseconds until people of a level who could not be reached are tried again, by how long ago the level was decided:
 * half of that, so that a short outage is bridged soon and a long wait is not filled with tries.
 */
export function retellAfterMs(sinceMs: number): number {
  return Math.min(Math.max(sinceMs / 2, RETELL_MIN_MS), RETELL_MAX_MS);
}

/** How an escalation may stand. The first three are under way. */
export const ESCALATION_STATES = [
  'waiting',
  'silenced',
  'escalating',
  'acknowledged',
  'resolved',
  'exhausted',
] as const;
export type EscalationState = (typeof ESCALATION_STATES)[number];
