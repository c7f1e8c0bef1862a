/** The MSP's two SLA policies: one that holds for everybody, and one for clients who pay for office hours. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { WEEKDAYS } from '../../domain/localTime.ts';
import { BUILT_IN_POLICY, type SlaPolicy } from '../../domain/slaPolicy.ts';

/** Belgium's holidays that have a date of their own, month and day. */
const HOLIDAYS = ['01-01', '05-01', '07-21', '08-15', '11-01', '11-11', '12-25'];

/** The policies; the first one is the default, with the minutes that hold where there is none. */
export function demoPolicies(nowMs: number): { readonly standard: SlaPolicy; readonly office: SlaPolicy } {
  const year = new Date(nowMs).getUTCFullYear();
  return {
    standard: { ...BUILT_IN_POLICY, id: randomUUID(), name: 'Standard 24x7', pauses_in_maintenance: true },
    office: {
      ...BUILT_IN_POLICY,
      id: randomUUID(),
      name: 'Office hours Brussels',
      calendar: {
        kind: 'business_hours',
        time_zone: 'Europe/Brussels',
        weekly_hours: Object.fromEntries(WEEKDAYS.slice(0, 5).map((day) => [day, [{ from: '08:30', until: '17:30' }]])),
        holidays: [year, year + 1].flatMap((each) => HOLIDAYS.map((day) => `${each}-${day}`)),
      },
      pauses_in_maintenance: true,
    },
  };
}

/** The rows of the policies. */
export function policyRows(mspId: string, policies: ReturnType<typeof demoPolicies>): DemoRow[] {
  return [policies.standard, policies.office].map((policy) => ({
    ...(policy as DemoRow),
    msp_id: mspId,
    is_default: policy === policies.standard,
  }));
}
