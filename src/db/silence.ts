/**
 * Whether anybody is told of an alert now. Alerts that open inside a maintenance window are silent until it ends, a
 * snoozed one until its time is over; whoever tells people asks here before each message, and again when the silence ends.
 */

import { z } from 'zod';
import { sql } from './pool.ts';
import type { AnyTx } from './scope.ts';

const silenceRow = z.object({
  reason: z.enum(['maintenance', 'snoozed']),
  window_id: z.uuid().nullable(),
  until: z.string().nullable(),
});

/** Why nobody is told of an alert. `until` is ISO 8601, null: until it is resolved. A change of the window may move it. */
export type Silence = z.infer<typeof silenceRow>;

/** The silence of an alert at a moment (ISO 8601), the longest of several; null when people are to be told. */
export async function findSilence(
  tx: AnyTx,
  alert: { readonly tenantId: string; readonly alertId: string },
  at: string,
): Promise<Silence | null> {
  return tx.maybeOne(sql.type(silenceRow)`
    select reason, window_id, case when isfinite(until) then until end as until
    from alerts al cross join lateral (values
      ('maintenance', al.silenced_by_maintenance, al.silenced_until), ('snoozed', null::uuid, al.snoozed_until)
    ) s (reason, window_id, until)
    where al.tenant_id = ${alert.tenantId}::uuid and al.id = ${alert.alertId}::uuid and al.status <> 'resolved' and s.until > ${at}::timestamptz
    order by s.until desc limit 1`);
}
