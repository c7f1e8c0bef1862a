/** When an alert is due, by severity (DESIGN.md: `sla_due_at` from the SLA in force). */

import { SEVERITIES, type Severity } from './ingest.ts';

/** Minutes from opening to `sla_due_at` where a tenant has set nothing. */
export const DEFAULT_SLA_MINUTES: Readonly<Record<Severity, number>> = {
  critical: 60,
  high: 240,
  medium: 1_440,
  low: 4_320,
  info: 10_080,
};

/** A tenant's own minutes; severities left out follow the default. */
export type SlaSettings = Readonly<Partial<Record<Severity, number>>>;

/** Minutes in force for each severity. */
export function slaMinutes(settings: SlaSettings): Readonly<Record<Severity, number>> {
  return Object.fromEntries(
    SEVERITIES.map((severity) => [severity, settings[severity] ?? DEFAULT_SLA_MINUTES[severity]]),
  ) as Record<Severity, number>;
}
