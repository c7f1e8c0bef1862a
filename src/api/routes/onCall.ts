/** On-call schedules and their layers (docs/on-call.md). */

import { z } from 'zod';
import {
  deleteSchedule,
  insertSchedule,
  isScheduleNameTaken,
  listSchedules,
  listScheduleUses,
  lockOnCall,
  mapOnCallPeople,
  type OnCallPerson,
  type ScheduleDefinition,
  type ScheduleRow,
  scheduleRow,
  updateSchedule,
} from '../../db/onCall.ts';
import { type MspTx, withMsp } from '../../db/scope.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import { timeZone } from '../../domain/localTime.ts';
import { MAX_LAYERS, onCallLayer } from '../../domain/onCall.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { keyOfName, nameKey, page, pageQuery, readPage } from '../cursor.ts';
import { existingSchedule, MAX_SCHEDULES, person } from '../onCallSchedule.ts';
import type { UserPrincipal } from '../principal.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const params = z.object({ id: z.uuid() });

const body = z.strictObject({
  name: z.string().trim().min(1).max(200),
  time_zone: timeZone,
  layers: z.array(onCallLayer).min(1).max(MAX_LAYERS).describe('bottom to top: a higher one covers a lower one'),
  is_default: z.boolean().default(false).describe('holds where no group names a schedule; one an MSP'),
});

const schedule = scheduleRow
  .omit({ msp_id: true })
  .extend({
    people: z
      .array(person.extend({ is_active: z.boolean(), is_skipped: z.boolean() }))
      .describe('everybody named; whoever is skipped is not active or below operator'),
  })
  .describe('overrides are those of the last months and of the future, oldest first');

function present(row: ScheduleRow, people: ReadonlyMap<string, OnCallPerson>): z.input<typeof schedule> {
  const named = new Set([
    ...row.layers.flatMap((layer) => layer.members),
    ...row.overrides.map((override) => override.user_id),
  ]);
  return {
    ...row,
    people: [...named].flatMap((id) => {
      const { mayBeOnCall, ...known } = people.get(id) ?? {
        id,
        name: '',
        email: '',
        is_active: false,
        mayBeOnCall: false,
      };
      return [{ ...known, is_skipped: !mayBeOnCall }];
    }),
  };
}

/** Refuses members that cannot be on call. Those who were members before may stay, so that a deactivated one blocks no change. */
async function checkMembers(
  tx: MspTx,
  principal: UserPrincipal,
  wanted: ScheduleDefinition,
  before: ScheduleRow | null,
): Promise<void> {
  const people = await mapOnCallPeople(tx, principal.mspId);
  const earlier = new Set(before?.layers.flatMap((layer) => layer.members));
  for (const id of wanted.layers.flatMap((layer) => layer.members)) {
    const found = people.get(id);
    if (found === undefined) throw new RefusedError('invalid_request', `The MSP has nobody with the id ${id}.`);
    if (!found.mayBeOnCall && !earlier.has(id))
      throw new RefusedError('invalid_request', `${found.email} is not active, or below operator.`);
  }
}

function nameTaken(name: string): RefusedError {
  return new RefusedError('conflict', `There is an on-call schedule called "${name}" already.`);
}

const list = defineRoute({
  method: 'get',
  path: '/on-call/schedules',
  tag: 'On call',
  summary: 'On-call schedules by name',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: false,
  query: pageQuery,
  output: page(schedule),
  refusals: [],
  handle: ({ deps, principal, query }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      const { items, next_cursor } = await readPage(
        query,
        nameKey,
        (slice) => listSchedules(tx, { ids: null, tenantId: null, ...slice }),
        keyOfName,
      );
      const people = await mapOnCallPeople(tx, principal.mspId);
      return { items: items.map((row) => present(row, people)), next_cursor };
    }),
});

const create = defineRoute({
  method: 'post',
  path: '/on-call/schedules',
  tag: 'On call',
  summary: 'Make an on-call schedule',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  body,
  output: schedule,
  status: 201,
  refusals: ['conflict'],
  handle: ({ deps, principal, body: wanted }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const rows = await listSchedules(tx, { ids: null, tenantId: null, after: null, limit: MAX_SCHEDULES });
      if (rows.length >= MAX_SCHEDULES)
        throw new RefusedError('conflict', `An MSP has at most ${MAX_SCHEDULES} schedules.`);
      if (await isScheduleNameTaken(tx, principal.mspId, wanted.name, null)) throw nameTaken(wanted.name);
      await checkMembers(tx, principal, wanted, null);
      const id = await insertSchedule(tx, principal.mspId, wanted);
      await recordAct(tx, principal, null, 'on_call_schedule_created', {
        schedule_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return present(await existingSchedule(tx, id), await mapOnCallPeople(tx, principal.mspId));
    }),
});

const get = defineRoute({
  method: 'get',
  path: '/on-call/schedules/:id',
  tag: 'On call',
  summary: 'One on-call schedule',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: false,
  params,
  output: schedule,
  refusals: ['not_found'],
  handle: ({ deps, principal, params: { id } }) =>
    withMsp(deps.pool, principal.mspId, async (tx) =>
      present(await existingSchedule(tx, id), await mapOnCallPeople(tx, principal.mspId)),
    ),
});

const replace = defineRoute({
  method: 'put',
  path: '/on-call/schedules/:id',
  tag: 'On call',
  summary: 'Replace an on-call schedule; its overrides stay',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  params,
  body,
  output: schedule,
  refusals: ['not_found', 'conflict'],
  handle: ({ deps, principal, params: { id }, body: wanted }) =>
    withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const before = await existingSchedule(tx, id);
      if (await isScheduleNameTaken(tx, principal.mspId, wanted.name, id)) throw nameTaken(wanted.name);
      await checkMembers(tx, principal, wanted, before);
      await updateSchedule(tx, principal.mspId, id, wanted);
      await recordAct(tx, principal, null, 'on_call_schedule_changed', {
        schedule_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return present(await existingSchedule(tx, id), await mapOnCallPeople(tx, principal.mspId));
    }),
});

const remove = defineRoute({
  method: 'delete',
  path: '/on-call/schedules/:id',
  tag: 'On call',
  summary: 'Delete an on-call schedule that nothing uses',
  auth: { kind: 'user', permission: 'on_call.write' },
  tenantScoped: false,
  params,
  status: 204,
  refusals: ['not_found', 'conflict'],
  handle: async ({ deps, principal, params: { id } }) => {
    await withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const before = await existingSchedule(tx, id);
      const { groups, policies } = await listScheduleUses(tx, id);
      if (groups.length + policies.length > 0)
        throw new RefusedError('conflict', `It is used by ${[...groups, ...policies].join(', ')}.`, {
          groups,
          policies,
        });
      if (!(await deleteSchedule(tx, principal.mspId, id)))
        throw new RefusedError('conflict', 'A group has begun to use it.');
      await recordAct(tx, principal, null, 'on_call_schedule_deleted', { schedule_id: id, name: before.name });
    });
    return undefined;
  },
});

/** Routes of on-call schedules; what ends one comes last. */
export const onCallRoutes = [list, create, get, replace, remove];
