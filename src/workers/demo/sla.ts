/** The MSP's SLA policies: one that holds for everybody, one for what must not stand still, one for office hours. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { WEEKDAYS } from '../../domain/localTime.ts';
import { BUILT_IN_POLICY, type SlaPolicy } from '../../domain/slaPolicy.ts';

/** Belgium's holidays that have a date of their own, month and day. */
const HOLIDAYS = ['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25'];

/** The policies by what the demonstration calls them; `standard` is the default. */
export type DemoPolicies = Readonly<Record<'standard' | 'gold' | 'office', SlaPolicy>>;

/** The policies; the default has the minutes that hold where there is none. */
export function demoPolicies(nowMs: number): DemoPolicies {
  const year = new Date(nowMs).getUTCFullYear();
  const named = (name: string): SlaPolicy => ({
    ...BUILT_IN_POLICY,
    id: randomUUID(),
    name,
    pauses_in_maintenance: true,
  });
  const { critical, high, ...others } = BUILT_IN_POLICY.minutes;
  return {
    standard: named('Standard 24x7'),
    gold: {
      ...named('Gold 24x7'),
      minutes: {
        ...others,
        critical: { acknowledge_minutes: Math.round(critical.acknowledge_minutes / 3), resolve_minutes: 45 },
        high: { acknowledge_minutes: Math.round(high.acknowledge_minutes / 2), resolve_minutes: 180 },
      },
    },
    office: {
      ...named('Office hours Brussels'),
      calendar: {
        kind: 'business_hours',
        time_zone: 'Europe/Brussels',
        weekly_hours: Object.fromEntries(WEEKDAYS.slice(0, 5).map((day) => [day, [{ from: '08:30', until: '17:30' }]])),
        holidays: [year, year + 1].flatMap((each) => HOLIDAYS.map((day) => `${each}-${day}`)),
      },
    },
  };
}

/** The rows of the policies. */
export function policyRows(mspId: string, policies: DemoPolicies): DemoRow[] {
  return Object.values(policies).map((policy) => ({
    ...(policy as DemoRow),
    msp_id: mspId,
    is_default: policy === policies.standard,
  }));
}
