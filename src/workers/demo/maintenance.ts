/** Maintenance windows: one gone by, one every week, one to come, one that was called off. None of them hides trouble. */

import { randomUUID } from 'node:crypto';
import type { DemoRow } from '../../db/demo.ts';
import { dateAt } from '../../domain/localTime.ts';
import { type MaintenanceSchedule, maintenancePeriods } from '../../domain/maintenanceSchedule.ts';
import type { DemoEvent } from './audit.ts';
import type { DemoFile } from './file.ts';
import type { DemoGroup } from './groups.ts';
import { DAY_MS, HOUR_MS, iso } from './moments.ts';

type Window = {
  readonly id: string;
  readonly tenantId: string;
  readonly title: string;
  readonly reason: string;
  /** Of a group, of some hosts, or of the whole tenant. */
  readonly groupId?: string;
  readonly agentIds?: readonly string[];
  readonly schedule: MaintenanceSchedule;
  readonly createdMs: number;
  readonly cancelledMs: number | null;
  /** Place of a person. */
  readonly author: number;
};

/** The windows with their periods, and what the audit log says of them. */
export function maintenanceRows(
  file: DemoFile,
  groups: readonly DemoGroup[],
  nowMs: number,
): {
  readonly windows: readonly DemoRow[];
  readonly periods: readonly DemoRow[];
  readonly events: readonly DemoEvent[];
} {
  const windows = demoWindows(file, groups, nowMs);
  return {
    windows: windows.map((window) => ({
      id: window.id,
      tenant_id: window.tenantId,
      title: window.title,
      reason: window.reason,
      scope: window.groupId !== undefined ? 'group' : window.agentIds !== undefined ? 'agents' : 'tenant',
      group_id: window.groupId ?? null,
      agent_ids: window.agentIds ?? null,
      schedule: window.schedule,
      created_by_email: emailOf(file, window),
      created_at: iso(window.createdMs),
      updated_at: iso(window.cancelledMs ?? window.createdMs),
      cancelled_at: window.cancelledMs === null ? null : iso(window.cancelledMs),
      cancelled_by_email: window.cancelledMs === null ? null : emailOf(file, window),
    })),
    periods: windows.flatMap((window) =>
      // What was planned as the window was made, but for what was to come when it was called off.
      maintenancePeriods(window.schedule, window.createdMs)
        .filter(({ fromMs }) => window.cancelledMs === null || fromMs < window.cancelledMs)
        .map(({ fromMs, untilMs }) => ({
          tenant_id: window.tenantId,
          window_id: window.id,
          starts_at: iso(fromMs),
          ends_at: iso(untilMs),
        })),
    ),
    events: windows.flatMap((window): DemoEvent[] => {
      const event = (atMs: number, type: string): DemoEvent => ({
        atMs,
        tenantId: window.tenantId,
        type,
        actor: window.author,
        data: { window_id: window.id, title: window.title, reason: window.reason, schedule: window.schedule },
      });
      return [
        event(window.createdMs, 'maintenance_window_created'),
        ...(window.cancelledMs === null ? [] : [event(window.cancelledMs, 'maintenance_window_cancelled')]),
      ];
    }),
  };
}

function emailOf(file: DemoFile, window: Window): string {
  return file.users[window.author]?.email as string;
}

function demoWindows(file: DemoFile, groups: readonly DemoGroup[], nowMs: number): readonly Window[] {
  const tenantId = (slug: string): string => file.tenants.find((tenant) => tenant.slug === slug)?.id as string;
  const agentId = (slug: string, hostname: string): string =>
    file.agents.find((agent) => agent.tenant_id === tenantId(slug) && agent.hostname === hostname)?.id as string;
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS;
  const once = (inDays: number, hour: number, hours: number): MaintenanceSchedule => {
    const fromMs = today + inDays * DAY_MS + hour * HOUR_MS;
    return { kind: 'once', from: iso(fromMs), until: iso(fromMs + hours * HOUR_MS) };
  };
  return [
    {
      id: randomUUID(),
      tenantId: tenantId('acme'),
      title: 'Firmware of the storage controller',
      reason: 'The maker’s notice on lost writes; the ticket has the steps back.',
      agentIds: [agentId('acme', 'db-prod-01')],
      schedule: once(-12, 21, 2),
      createdMs: nowMs - 16 * DAY_MS,
      cancelledMs: null,
      author: 2,
    },
    {
      id: randomUUID(),
      tenantId: tenantId('harbour'),
      title: 'Weekly patches',
      reason: 'Agreed with the client: Sunday nights.',
      groupId: groups.find((group) => group.of === 'harbour')?.id as string,
      schedule: {
        kind: 'weekly',
        weekdays: ['sunday'],
        start: '02:00',
        duration_minutes: 120,
        time_zone: 'Europe/Brussels',
        until: dateAt(nowMs + 120 * DAY_MS, 'Europe/Brussels').toString(),
      },
      createdMs: nowMs - 70 * DAY_MS,
      cancelledMs: null,
      author: 1,
    },
    {
      id: randomUUID(),
      tenantId: tenantId('northwind'),
      title: 'Power test of the data centre',
      reason: 'The provider switches feed A off for an hour; hosts may go silent.',
      schedule: once(3, 20, 4),
      createdMs: nowMs - 2 * DAY_MS,
      cancelledMs: null,
      author: 3,
    },
    {
      id: randomUUID(),
      tenantId: tenantId('contoso'),
      title: 'Move to the new backup target',
      reason: 'The last full copy runs while nobody works.',
      agentIds: [agentId('contoso', 'backup-01')],
      schedule: once(5, 19, 3),
      createdMs: nowMs - 6 * DAY_MS,
      cancelledMs: nowMs - DAY_MS,
      author: 3,
    },
  ];
}
