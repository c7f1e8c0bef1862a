import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { slaState } from '../../src/domain/sla.ts';

const MINUTE = 60_000;

describe('the SLA', () => {
  it.each([
    [0, 'ok', 0],
    [44 * MINUTE, 'ok', 0],
    [45 * MINUTE, 'due_soon', 0],
    [60 * MINUTE, 'due_soon', 0],
    [60 * MINUTE + 1, 'breached', 0],
    [61 * MINUTE - 1, 'breached', 0],
    [61 * MINUTE, 'breached', 1],
    [180 * MINUTE + 59_999, 'breached', 120],
  ] as const)('an hour after %d ms is %s with %d minutes over', (now, state, minutes) => {
    expect(slaState(0, 60 * MINUTE, now)).toEqual({ state, minutes_overdue: minutes });
  });

  it('never goes back with time', () => {
    const rank = { ok: 0, due_soon: 1, breached: 2 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.nat(2e7), fc.nat(2e7), (due, now, later) => {
        const [a, b] = [slaState(0, due, now), slaState(0, due, now + later)];
        expect(rank[b.state]).toBeGreaterThanOrEqual(rank[a.state]);
        expect(b.minutes_overdue).toBeGreaterThanOrEqual(a.minutes_overdue);
      }),
    );
  });
});
