/** Who is on call in the demonstration, and who is told when nobody answers. It holds for alerts that open later on. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import type { EscalationLevel } from '../../domain/escalation.ts';
import type { OnCallLayer } from '../../domain/onCall.ts';
import type { DemoFile } from './file.ts';
import { DAY_MS, HOUR_MS, iso } from './moments.ts';

/** Schedules and policies by what the demonstration calls them, and their rows. */
export type DemoOnCall = {
  readonly scheduleIds: Readonly<Record<'primary' | 'secondary' | 'desk', string>>;
  readonly policyIds: Readonly<Record<'default' | 'databases', string>>;
  readonly schedules: readonly DemoRow[];
  readonly overrides: readonly DemoRow[];
  readonly policies: readonly DemoRow[];
};

/** Of weekly turns: Mondays at nine. */
const WEEKLY = {
  name: 'Week by week',
  rotation: 'weekly',
  handover_time: '09:00',
  handover_weekday: 1,
  starts_on: '2025-01-06',
  restrictions: [],
} as const;

/**
 * Three people by the week, two behind them, and the desk by the day in office hours; the default policy (the one on
 * call, then every admin, twice), and a shorter one for databases.
 */
export function demoOnCall(file: DemoFile, nowMs: number): DemoOnCall {
  const idOf = (name: string): string => file.users.find(({ email }) => email.startsWith(`${name}@`))?.id as string;
  const members = (...names: readonly string[]): string[] => names.map(idOf);
  const scheduleIds = { primary: randomUUID(), secondary: randomUUID(), desk: randomUUID() };
  const policyIds = { default: randomUUID(), databases: randomUUID() };
  const told = (minutes: number, rota: keyof typeof scheduleIds): EscalationLevel => ({
    targets: [{ kind: 'schedule', schedule_id: scheduleIds[rota] }],
    wait_minutes: minutes,
  });
  const admins: EscalationLevel = { targets: [{ kind: 'admins' }], wait_minutes: 30 };
  const desk: OnCallLayer = {
    name: 'Day by day',
    members: members('erin', 'dave'),
    rotation: 'daily',
    handover_time: '08:30',
    handover_weekday: null,
    starts_on: '2025-01-06',
    restrictions: [{ weekdays: [1, 2, 3, 4, 5], from: '08:30', until: '17:30' }],
  };
  const schedule = (rota: keyof typeof scheduleIds, name: string, layer: OnCallLayer): DemoRow => ({
    id: scheduleIds[rota],
    msp_id: file.msp.id,
    name,
    time_zone: 'Europe/Brussels',
    layers: [layer],
    is_default: rota === 'primary',
  });
  const policy = (which: keyof typeof policyIds, rest: DemoRow): DemoRow => ({
    id: policyIds[which],
    msp_id: file.msp.id,
    is_default: which === 'default',
    ...rest,
  });
  const awayMs = Math.floor(nowMs / DAY_MS) * DAY_MS + 4 * DAY_MS + 8 * HOUR_MS;
  return {
    scheduleIds,
    policyIds,
    schedules: [
      schedule('primary', 'Primary on-call', {
        ...WEEKLY,
        restrictions: [],
        members: members('carol', 'dave', 'erin'),
      }),
      schedule('secondary', 'Secondary on-call', { ...WEEKLY, restrictions: [], members: members('bob', 'alice') }),
      schedule('desk', 'Office desk', desk),
    ],
    overrides: [
      {
        msp_id: file.msp.id,
        schedule_id: scheduleIds.primary,
        user_id: idOf('bob'),
        from_at: iso(awayMs),
        until_at: iso(awayMs + 2 * DAY_MS),
        note: 'Swapped: a wedding in the family.',
        created_by: idOf('carol'),
        created_at: iso(nowMs - 3 * DAY_MS),
      },
    ],
    policies: [
      policy('default', {
        name: 'Default',
        minimum_severity: 'critical',
        levels: [told(15, 'primary'), admins],
        repeats: 1,
      }),
      policy('databases', {
        name: 'Databases',
        minimum_severity: 'high',
        levels: [told(5, 'primary'), told(10, 'secondary'), admins],
        repeats: 2,
      }),
    ],
  };
}
