/** A maintenance window while it is planned: what the fields hold, and how that becomes what the hub takes. */

import type { Weekday } from '../../../../src/domain/localTime.ts';
import type { paths } from '../../api/client.ts';
import type { Host } from '../../ui/HostPicker.tsx';
import { localTime } from '../../ui/localTime.ts';

type Body = paths['/maintenance-windows']['post']['requestBody']['content']['application/json'];

const HOUR_MS = 3_600_000;
/** How long a weekly window is planned for at first, in hours: about a quarter of a year. */
const WEEKLY_HOURS = 90 * 24;

/** A window in fields; those of the scope or schedule that is not chosen are kept, and not sent. */
export type MaintenanceDraft = {
  readonly title: string;
  readonly reason: string;
  readonly scope: 'tenant' | 'group' | 'agents';
  readonly groupId: string;
  readonly hosts: readonly Pick<Host, 'id' | 'hostname'>[];
  readonly kind: 'once' | 'weekly';
  /** Of `once`: as the browser's field writes moments. */
  readonly from: string;
  readonly until: string;
  /** Of `weekly`: on these days, from this time on, for so many minutes, up to and with this date. */
  readonly weekdays: readonly Weekday[];
  readonly start: string;
  readonly minutes: number;
  readonly lastDay: string;
};

/** Two hours from the next full hour on, for the whole client. */
export function emptyMaintenance(): MaintenanceDraft {
  const begins = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  return {
    title: '',
    reason: '',
    scope: 'tenant',
    groupId: '',
    hosts: [],
    kind: 'once',
    from: localTime(begins),
    until: localTime(begins + 2 * HOUR_MS),
    weekdays: ['sunday'],
    start: '02:00',
    minutes: 120,
    lastDay: localTime(begins + WEEKLY_HOURS * HOUR_MS).slice(0, 10),
  };
}

/** What is sent; times of a weekly window are those of the viewer's zone. */
export function bodyOf(draft: MaintenanceDraft, tenantId: string): Body {
  return {
    tenant_id: tenantId,
    title: draft.title,
    reason: draft.reason,
    scope: scopeOf(draft),
    schedule: scheduleOf(draft),
  };
}

function scopeOf({ scope, groupId, hosts }: MaintenanceDraft): Body['scope'] {
  if (scope === 'group') return { kind: 'group', group_id: groupId };
  if (scope === 'agents') return { kind: 'agents', agent_ids: hosts.map(({ id }) => id) };
  return { kind: 'tenant' };
}

function scheduleOf(draft: MaintenanceDraft): Body['schedule'] {
  if (draft.kind === 'once')
    return { kind: 'once', from: new Date(draft.from).toISOString(), until: new Date(draft.until).toISOString() };
  return {
    kind: 'weekly',
    weekdays: [...draft.weekdays],
    start: draft.start,
    duration_minutes: draft.minutes,
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    until: draft.lastDay,
  };
}
