/** Who is on call in the demonstration, and who is told when nobody answers. It holds for alerts that open later on. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import type { EscalationLevel } from '../../domain/escalation.ts';
import type { OnCallLayer } from '../../domain/onCall.ts';
import type { DemoFile } from './file.ts';

const ROTA: ReadonlySet<string> = new Set(['carol@yourmsp.com', 'dave@yourmsp.com', 'erin@yourmsp.com']);

/** One schedule of three people by the week, and the default policy: the one on call, then every admin, twice. */
export function onCallRows(file: DemoFile): {
  readonly schedules: readonly DemoRow[];
  readonly policies: readonly DemoRow[];
} {
  const scheduleId = randomUUID();
  const layer: OnCallLayer = {
    name: 'Week by week',
    members: file.users.filter(({ email }) => ROTA.has(email)).map(({ id }) => id),
    rotation: 'weekly',
    handover_time: '09:00',
    handover_weekday: 1,
    starts_on: '2025-01-06',
    restrictions: [],
  };
  const levels: EscalationLevel[] = [
    { targets: [{ kind: 'schedule', schedule_id: scheduleId }], wait_minutes: 15 },
    { targets: [{ kind: 'admins' }], wait_minutes: 30 },
  ];
  return {
    schedules: [
      {
        id: scheduleId,
        msp_id: file.msp.id,
        name: 'Primary on-call',
        time_zone: 'Europe/Brussels',
        layers: [layer],
        is_default: true,
      },
    ],
    policies: [
      { msp_id: file.msp.id, name: 'Default', minimum_severity: 'critical', levels, repeats: 1, is_default: true },
    ],
  };
}
