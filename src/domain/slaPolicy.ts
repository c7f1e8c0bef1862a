/** SLA policies: what an MSP promises by severity, and when the minutes of the promise count. */

import { z } from 'zod';
import { dueMs, slaCalendar } from './businessCalendar.ts';
import type { Span } from './localTime.ts';
import { SEVERITIES, type Severity } from './severity.ts';
import { DEFAULT_ACKNOWLEDGE_MINUTES, DEFAULT_SLA_MINUTES } from './sla.ts';

const YEAR_MINUTES = 525_600;
const minutes = z.int().min(1).max(YEAR_MINUTES);
const promise = z
  .strictObject({ acknowledge_minutes: minutes, resolve_minutes: minutes })
  .refine(({ acknowledge_minutes, resolve_minutes }) => acknowledge_minutes <= resolve_minutes, {
    path: ['acknowledge_minutes'],
    message: 'not longer than resolve_minutes',
  });

const decided = {
  name: z.string().trim().min(1).max(200),
  minutes: z.strictObject({ critical: promise, high: promise, medium: promise, low: promise, info: promise }),
  calendar: slaCalendar,
  pauses_in_maintenance: z.boolean(),
};

/** What a person decides about a policy. */
export const slaPolicyDefinition = z.strictObject({
  ...decided,
  pauses_in_maintenance: decided.pauses_in_maintenance
    .default(true)
    .describe('the clocks of a host stand still while it is in maintenance'),
  is_default: z
    .boolean()
    .default(false)
    .describe('holds for tenants that have no policy of their own; takes the place of the default before'),
});

/** A policy in force; `id` null: the one built in, which holds where nobody has made any. */
export const slaPolicy = z.object({ id: z.uuid().nullable(), ...decided });
export type SlaPolicy = z.infer<typeof slaPolicy>;

/** The policy of an MSP that has none; it never pauses. */
export const BUILT_IN_POLICY: SlaPolicy = {
  id: null,
  name: 'Built-in',
  minutes: Object.fromEntries(
    SEVERITIES.map((severity) => [
      severity,
      {
        acknowledge_minutes: DEFAULT_ACKNOWLEDGE_MINUTES[severity],
        resolve_minutes: DEFAULT_SLA_MINUTES[severity],
      },
    ]),
  ) as Record<Severity, z.infer<typeof promise>>,
  calendar: { kind: '24x7' },
  pauses_in_maintenance: false,
};

/** The promise for one alert as it was in force when it opened; kept with it, so that it can be counted anew. */
export const alertSla = z.object({
  policy_id: z.uuid().nullable(),
  policy_name: z.string(),
  acknowledge_minutes: z.number(),
  resolve_minutes: z.number(),
  calendar: slaCalendar,
  pauses_in_maintenance: z.boolean(),
});
export type AlertSla = z.infer<typeof alertSla>;

/** When an alert is due, in milliseconds. `pauses` are the times in maintenance; a policy that does not pause ignores them. */
export function alertDueMs(
  openedMs: number,
  sla: AlertSla,
  pauses: readonly Span[],
): { readonly acknowledgeMs: number; readonly resolveMs: number } {
  const stops = sla.pauses_in_maintenance ? pauses : [];
  return {
    acknowledgeMs: dueMs(openedMs, sla.acknowledge_minutes, sla.calendar, stops),
    resolveMs: dueMs(openedMs, sla.resolve_minutes, sla.calendar, stops),
  };
}
