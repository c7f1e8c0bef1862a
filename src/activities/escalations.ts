/** The steps of an escalation. The database decides each of them, under the row's lock; asked twice, it says the same. */

import type { DatabasePool } from 'slonik';
import { appendAudit } from '../db/audit.ts';
import {
  type EscalationRef,
  endEscalation,
  insertNotices,
  type LevelRef,
  type LockedEscalation,
  listForgottenEscalations,
  listUntold,
  listWaitingEscalations,
  lockEscalation,
  markUnreached,
  moveEscalation,
  type WaitingEscalation,
} from '../db/escalations.ts';
import { findSchedule, listAdminIds, mapOnCallPeople, type OnCallPerson, toOnCallSchedule } from '../db/onCall.ts';
import { type SystemTx, withSystem } from '../db/scope.ts';
import { findSilence } from '../db/silence.ts';
import type { Json } from '../domain/canonicalJson.ts';
import {
  type EscalationPlace,
  type EscalationTarget,
  isLastLevel,
  nextPlace,
  retellAfterMs,
  waitMinutes,
} from '../domain/escalation.ts';
import { onCallAt } from '../domain/onCall.ts';
import type { NotificationReport } from './notifications.ts';

/** What the workflow does next; `wait_ms` until it asks again. */
export type EscalationStep =
  | (EscalationPlace & {
      readonly kind: 'tell';
      readonly generation: number;
      readonly people: number;
      readonly wait_ms: number;
    })
  | (EscalationPlace & { readonly kind: 'wait'; readonly state: 'escalating' | 'silenced'; readonly wait_ms: number })
  | { readonly kind: 'ended'; readonly state: string };

/** A level that was told, and what came of it; `failed`: the tries ran out. */
export type ToldLevel = LevelRef & { readonly outcome: NotificationReport['outcome'] | 'failed' };

/** Starts the workflow of an escalation; given by the worker. One that runs already looks at once. */
export type EscalationStarter = { readonly startEscalation: (ref: WaitingEscalation) => Promise<void> };

/** A silence may be lifted or prolonged: it is looked at again after so long at most. */
const SILENCE_LOOK_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

/** Makes the activities. */
export function createEscalationActivities(deps: { readonly pool: DatabasePool; readonly starter: EscalationStarter }) {
  const { pool } = deps;
  return {
    /** Takes the next step when its time has come, with its audit row; else says how long to wait. */
    async takeEscalationStep(ref: EscalationRef): Promise<EscalationStep> {
      return withSystem(pool, async (tx) => {
        const found = await lockEscalation(tx, ref);
        if (found === null) return { kind: 'ended', state: 'unknown' };
        if (found.state === 'acknowledged' || found.state === 'resolved' || found.state === 'exhausted')
          return { kind: 'ended', state: found.state };
        if (found.alert_status !== 'open') {
          await endEscalation(tx, ref, found.alert_status);
          await record(tx, ref, found, 'alert_escalation_stopped', { state: found.alert_status });
          return { kind: 'ended', state: found.alert_status };
        }
        const { generation, round, level, wait_ms } = found;
        if (found.state === 'escalating' && wait_ms > 0) {
          // Somebody woke it early, or an earlier answer was lost: who has not been told yet still is.
          const untold = await listUntold(tx, { ...ref, generation, round, level });
          return untold.length > 0
            ? { kind: 'tell', generation, round, level, people: untold.length, wait_ms }
            : { kind: 'wait', state: 'escalating', round, level, wait_ms };
        }
        const silentMs = await silenceMs(tx, ref, found);
        if (silentMs !== null) {
          await moveEscalation(tx, ref, { state: 'silenced', round, level, waitMs: silentMs });
          return { kind: 'wait', state: 'silenced', round, level, wait_ms: silentMs };
        }
        return tellNext(tx, ref, found);
      });
    },

    /**
     * Notes who of a level could not be reached, with its audit row. Where that is everybody, the next level comes at
     * once; the last one is tried again within its wait, as is whoever could not be told because sending failed. Gives
     * in how many milliseconds the workflow is to look again, null: not because of this.
     */
    async settleEscalationLevel({ outcome, ...level }: ToldLevel): Promise<{ readonly look_ms: number | null }> {
      return withSystem(pool, async (tx) => {
        const found = await lockEscalation(tx, level);
        // Somebody has answered, or it began anew: whoever was not told is not missed.
        if (found?.alert_status !== 'open' || found.generation !== level.generation) return { look_ms: null };
        const { told, unreached, newly, decided_ms } = await markUnreached(tx, level);
        if (newly.length > 0)
          await record(tx, level, found, 'alert_escalation_untold', {
            policy: found.policy.name,
            round: level.round,
            level: level.level,
            untold: [...newly],
            is_anybody_told: told > 0,
          });
        const isCurrent = found.state === 'escalating' && found.round === level.round && found.level === level.level;
        // Where the hub has no way at all, the next level would reach nobody either: the policy keeps its pace.
        if (!isCurrent || unreached === 0 || found.wait_ms <= 0 || outcome === 'not_configured')
          return { look_ms: null };
        if (told === 0 && !isLastLevel(found.policy, level.level)) {
          await moveEscalation(tx, level, { state: 'escalating', round: level.round, level: level.level, waitMs: 0 });
          return { look_ms: 0 };
        }
        return { look_ms: told === 0 || outcome === 'failed' ? retellAfterMs(decided_ms ?? 0) : null };
      });
    },

    /** Starts the workflows of escalations that somebody should have started, or should be running. */
    async sweepEscalations(): Promise<{ readonly started: number }> {
      const forgotten = await withSystem(pool, listForgottenEscalations);
      for (const ref of forgotten) await deps.starter.startEscalation(ref);
      return { started: forgotten.length };
    },
  };
}

/** Type by which workflows know them. */
export type EscalationActivities = ReturnType<typeof createEscalationActivities>;

/** Workflows that are started at once. */
const PARALLEL_STARTS = 8;

/** Starts the escalations of alerts that a pass has just opened (null: of all that wait); one that does not start is the next sweep's. */
export async function startWaitingEscalations(
  pool: DatabasePool,
  starter: EscalationStarter | undefined,
  alertIds: readonly string[] | null,
): Promise<void> {
  if (starter === undefined || alertIds?.length === 0) return;
  const waiting = [...(await withSystem(pool, (tx) => listWaitingEscalations(tx, alertIds && { alertIds })))];
  const lanes = Array.from({ length: PARALLEL_STARTS }, async () => {
    for (let ref = waiting.shift(); ref !== undefined; ref = waiting.shift()) await starter.startEscalation(ref);
  });
  await Promise.all(lanes);
}

/** Milliseconds until an alert's silence is looked at again; null when there is none. A silence is recorded where it begins. */
async function silenceMs(tx: SystemTx, ref: EscalationRef, found: LockedEscalation): Promise<number | null> {
  const silence = await findSilence(tx, { tenantId: ref.tenant_id, alertId: ref.alert_id }, found.now);
  if (silence === null) return null;
  if (found.state !== 'silenced')
    await record(tx, ref, found, 'alert_escalation_silenced', { reason: silence.reason, until: silence.until });
  const leftMs = silence.until === null ? SILENCE_LOOK_MS : Date.parse(silence.until) - Date.parse(found.now);
  return Math.min(Math.max(leftMs, 1000), SILENCE_LOOK_MS);
}

/** Decides whom the next level tells, or that there is none. */
async function tellNext(tx: SystemTx, ref: EscalationRef, found: LockedEscalation): Promise<EscalationStep> {
  const place = nextPlace(found.policy, found);
  if (place === null) {
    await endEscalation(tx, ref, 'exhausted');
    await record(tx, ref, found, 'alert_escalation_exhausted', { rounds: found.round + 1 });
    return { kind: 'ended', state: 'exhausted' };
  }
  const people = await mapOnCallPeople(tx, ref.msp_id);
  const targets = found.policy.levels[place.level - 1]?.targets ?? [];
  const userIds = await resolveTargets(tx, ref, targets, people, Date.parse(found.now));
  const waitMs = waitMinutes(found.policy, place.level, userIds.length) * MINUTE_MS;
  const { generation } = found;
  await insertNotices(tx, { ...ref, ...place, generation }, userIds);
  await moveEscalation(tx, ref, { state: 'escalating', ...place, waitMs });
  await record(tx, ref, found, 'alert_escalated', {
    severity: found.severity,
    policy: found.policy.name,
    round: place.round,
    level: place.level,
    meant: userIds.flatMap((id) => people.get(id)?.email ?? []),
  });
  return { kind: 'tell', generation, ...place, people: userIds.length, wait_ms: waitMs };
}

/** The people behind targets at a moment, each once. Whoever may not be on call is nobody. */
async function resolveTargets(
  tx: SystemTx,
  ref: EscalationRef,
  targets: readonly EscalationTarget[],
  people: ReadonlyMap<string, OnCallPerson>,
  atMs: number,
): Promise<readonly string[]> {
  const ids = new Set<string>();
  for (const target of targets) {
    if (target.kind === 'user') ids.add(target.user_id);
    else if (target.kind === 'admins') for (const id of await listAdminIds(tx, ref.msp_id)) ids.add(id);
    else {
      const schedule = await findSchedule(tx, target.schedule_id);
      const duty = schedule?.msp_id === ref.msp_id ? onCallAt(toOnCallSchedule(schedule, people), atMs) : null;
      if (duty !== null) ids.add(duty.userId);
    }
  }
  return [...ids].filter((id) => people.get(id)?.mayBeOnCall).toSorted();
}

function record(
  tx: SystemTx,
  ref: EscalationRef,
  found: LockedEscalation,
  event_type: string,
  facts: { readonly [key: string]: Json },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: ref.msp_id,
    tenant_id: ref.tenant_id,
    event_type,
    actor: { kind: 'system' },
    event_data: { alert_id: ref.alert_id, number: found.number, title: found.title, ...facts },
  });
}
