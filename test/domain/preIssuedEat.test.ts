import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { preIssueConditions, preIssueFault, preIssueTrigger } from '../../src/domain/preIssuedEat.ts';

const MINUTE_MS = 60_000;
const quiet = { nowMs: 10 * MINUTE_MS, heartbeatDeliveredMs: 10 * MINUTE_MS, criticalOpen: false };

describe('preIssueConditions', () => {
  it.each([
    {},
    { or_severity_critical: false },
    { heartbeat_lost_minutes: 0 },
    { heartbeat_lost_minutes: 1441 },
    { heartbeat_lost_minutes: 1.5 },
    { or_severity_critical: true, at_full_moon: true },
  ])('refuses %j: it names no condition that could hold', (conditions) => {
    expect(preIssueConditions.safeParse(conditions).success).toBe(false);
  });

  it.each([
    { heartbeat_lost_minutes: 5, or_severity_critical: true },
    { heartbeat_lost_minutes: 1 },
    { or_severity_critical: true },
  ])('takes %j as it is', (conditions) => {
    expect(preIssueConditions.parse(conditions)).toEqual(conditions);
  });
});

describe('preIssueTrigger', () => {
  it('holds when no heartbeat was delivered for longer than the minutes, not at the minute itself', () => {
    const silent = (ms: number) =>
      preIssueTrigger({ heartbeat_lost_minutes: 5 }, { ...quiet, heartbeatDeliveredMs: quiet.nowMs - ms });
    expect(silent(5 * MINUTE_MS)).toBeNull();
    expect(silent(5 * MINUTE_MS + 1)).toBe('heartbeat_lost');
  });

  it('holds at once when a critical alert is open and the token names that', () => {
    expect(preIssueTrigger({ or_severity_critical: true }, { ...quiet, criticalOpen: true })).toBe('severity_critical');
    expect(preIssueTrigger({ heartbeat_lost_minutes: 5 }, { ...quiet, criticalOpen: true })).toBeNull();
    expect(
      preIssueTrigger({ heartbeat_lost_minutes: 5, or_severity_critical: false }, { ...quiet, criticalOpen: true }),
    ).toBeNull();
  });

  it('names a condition exactly when one of those named holds', () => {
    fc.assert(
      fc.property(
        fc.option(fc.integer({ min: 1, max: 1440 }), { nil: undefined }),
        fc.boolean(),
        fc.integer({ min: -MINUTE_MS, max: 1500 * MINUTE_MS }),
        fc.boolean(),
        (minutes, orCritical, silentMs, criticalOpen) => {
          const conditions = {
            ...(minutes === undefined ? {} : { heartbeat_lost_minutes: minutes }),
            or_severity_critical: orCritical,
          };
          const seen = { nowMs: 1e12, heartbeatDeliveredMs: 1e12 - silentMs, criticalOpen };
          const holds = (minutes !== undefined && silentMs > minutes * MINUTE_MS) || (orCritical && criticalOpen);
          expect(preIssueFault(conditions, seen)).toBe(holds ? null : 'no_condition_holds');
          expect(preIssueTrigger(conditions, seen) !== null).toBe(holds);
        },
      ),
    );
  });
});
