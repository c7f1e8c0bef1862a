/** Changes of maintenance windows: each with its audit row, and with the clocks and silences that follow it, in one transaction. */

import { lockTenantAlerts } from '../db/alertLock.ts';
import {
  cancelWindow,
  findHostWindow,
  findWindow,
  insertWindow,
  replacePeriods,
  transactionMs,
  updateWindow,
  type WindowDefinition,
  type WindowRow,
} from '../db/maintenance.ts';
import type { TenantTx } from '../db/scope.ts';
import { followMaintenance } from '../db/slaClocks.ts';
import { type MaintenanceSchedule, maintenancePeriods, scheduleFault } from '../domain/maintenanceSchedule.ts';
import { RefusedError } from '../domain/refusal.ts';
import type { UserPrincipal } from './principal.ts';
import { recordAct } from './recordAct.ts';

type Caller = { readonly principal: UserPrincipal };

function refuseFaulty(schedule: MaintenanceSchedule, nowMs: number): void {
  const fault = scheduleFault(schedule, nowMs);
  if (fault !== null) throw new RefusedError('maintenance_schedule_invalid', fault);
}

/** Ends a change: what follows from it, its audit row, and the window as it is now. */
async function finish(
  tx: TenantTx,
  caller: Caller,
  ref: { readonly tenantId: string; readonly id: string },
  event_type: string,
  nowMs: number,
): Promise<WindowRow> {
  await followMaintenance(tx, ref.tenantId, new Date(nowMs).toISOString());
  const row = await findWindow(tx, ref.id);
  if (row === null) throw new RefusedError('not_found');
  await recordAct(tx, caller.principal, ref.tenantId, event_type, {
    window_id: row.id,
    title: row.title,
    reason: row.reason,
    scope: row.scope,
    group_id: row.group_id,
    agent_ids: row.agent_ids,
    schedule: row.schedule,
  });
  return row;
}

/** Plans a window. */
export async function createMaintenance(
  tx: TenantTx,
  caller: Caller,
  tenantId: string,
  window: WindowDefinition,
): Promise<WindowRow> {
  const nowMs = await transactionMs(tx);
  refuseFaulty(window.schedule, nowMs);
  // Alerts that open meanwhile wait, and then see the window.
  await lockTenantAlerts(tx, tenantId);
  const id = await insertWindow(tx, tenantId, {
    ...window,
    periods: maintenancePeriods(window.schedule, nowMs),
    created_by_email: caller.principal.email,
  });
  return finish(tx, caller, { tenantId, id }, 'maintenance_window_created', nowMs);
}

/** A window that may still change; read after the lock, so that two changes come one after the other. */
async function lockLive(tx: TenantTx, tenantId: string, id: string): Promise<WindowRow> {
  await lockTenantAlerts(tx, tenantId);
  const row = await findWindow(tx, id);
  if (row === null) throw new RefusedError('not_found');
  if (row.state === 'cancelled' || row.state === 'ended') throw new RefusedError('maintenance_over');
  return row;
}

/** Changes words or times of a window; its periods follow from now on. */
export async function changeMaintenance(
  tx: TenantTx,
  caller: Caller,
  ref: { readonly tenantId: string; readonly id: string },
  change: {
    readonly title?: string | undefined;
    readonly reason?: string | undefined;
    readonly schedule?: MaintenanceSchedule | undefined;
  },
): Promise<WindowRow> {
  const nowMs = await transactionMs(tx);
  const before = await lockLive(tx, ref.tenantId, ref.id);
  const schedule = change.schedule ?? before.schedule;
  await updateWindow(tx, ref.tenantId, ref.id, {
    title: change.title ?? before.title,
    reason: change.reason ?? before.reason,
    schedule,
  });
  if (change.schedule !== undefined) {
    refuseFaulty(schedule, nowMs);
    await replacePeriods(tx, ref.tenantId, ref.id, maintenancePeriods(schedule, nowMs), nowMs);
  }
  return finish(tx, caller, ref, 'maintenance_window_changed', nowMs);
}

/** Cancels a window: one that is open ends now, and what it silenced is told. */
export async function cancelMaintenance(
  tx: TenantTx,
  caller: Caller,
  ref: { readonly tenantId: string; readonly id: string },
): Promise<WindowRow> {
  const nowMs = await transactionMs(tx);
  await lockLive(tx, ref.tenantId, ref.id);
  await cancelWindow(tx, ref.tenantId, ref.id, caller.principal.email);
  await replacePeriods(tx, ref.tenantId, ref.id, [], nowMs);
  return finish(tx, caller, ref, 'maintenance_window_cancelled', nowMs);
}

/** "Maintenance until", said of one host: makes its window, moves the end of the one that is open, or (null) cancels it. */
export async function setHostMaintenance(
  tx: TenantTx,
  caller: Caller,
  host: { readonly id: string; readonly tenant_id: string; readonly hostname: string },
  until: string | null,
): Promise<void> {
  const tenantId = host.tenant_id;
  await lockTenantAlerts(tx, tenantId);
  const open = await findHostWindow(tx, tenantId, host.id);
  if (until === null) {
    if (open !== null) await cancelMaintenance(tx, caller, { tenantId, id: open.id });
    return;
  }
  const schedule = { kind: 'once', from: new Date(await transactionMs(tx)).toISOString(), until } as const;
  if (open !== null) {
    await changeMaintenance(tx, caller, { tenantId, id: open.id }, { schedule });
    return;
  }
  await createMaintenance(tx, caller, tenantId, {
    title: `Maintenance of ${host.hostname}`.slice(0, 200),
    reason: 'Set on the host.',
    scope: { kind: 'agents', agent_ids: [host.id] },
    schedule,
  });
}
