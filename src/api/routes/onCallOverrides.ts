/** Overrides: somebody is on call for a while, above every layer (docs/on-call.md). */

import { z } from 'zod';
import {
  countLiveOverrides,
  deleteOverride,
  findOverride,
  insertOverride,
  lockOnCall,
  mapOnCallPeople,
  overrideRow,
} from '../../db/onCall.ts';
import { withMsp } from '../../db/scope.ts';
import { DAY_MS, MAX_PERIOD_DAYS } from '../../domain/onCall.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { existingSchedule, iso } from '../onCallSchedule.ts';
import type { UserPrincipal } from '../principal.ts';
import { recordAct } from '../recordAct.ts';
import { defineRoute } from '../route.ts';

const MAX_LIVE_OVERRIDES = 200;
const params = z.object({ id: z.uuid() });

const override = overrideRow.extend({ schedule_id: z.uuid() });

/** Whether the caller arranges for others; an operator does so for themselves alone. */
const arrangesForOthers = (principal: UserPrincipal): boolean =>
  isAllowed('on_call.write', principal.role, principal.scopes);

const addOverride = defineRoute({
  method: 'post',
  path: '/on-call/schedules/:id/overrides',
  tag: 'On call',
  summary: 'Put somebody on call for a while, above every layer',
  description: 'Operators put themselves; admins anybody. Of two that overlap the newer one counts.',
  auth: { kind: 'user', permission: 'on_call.override' },
  tenantScoped: false,
  params,
  body: z.strictObject({
    user_id: z.uuid(),
    from: z.iso.datetime({ offset: true }),
    until: z.iso.datetime({ offset: true }).describe(`at most ${MAX_PERIOD_DAYS} days after from`),
    note: z.string().trim().max(500).default(''),
  }),
  output: override,
  status: 201,
  refusals: ['not_found', 'conflict'],
  handle: async ({ deps, principal, params: { id }, body: wanted }) => {
    const [fromMs, untilMs] = [Date.parse(wanted.from), Date.parse(wanted.until)];
    if (untilMs <= fromMs || untilMs - fromMs > MAX_PERIOD_DAYS * DAY_MS || untilMs <= deps.now())
      throw new RefusedError(
        'invalid_request',
        `An override ends after it begins and in the future, and is at most ${MAX_PERIOD_DAYS} days long.`,
      );
    if (wanted.user_id !== principal.userId && !arrangesForOthers(principal))
      throw new RefusedError('forbidden', 'You may put yourself on call; an admin puts others.', {
        permission: 'on_call.write',
      });
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const row = await existingSchedule(tx, id);
      const found = (await mapOnCallPeople(tx, principal.mspId)).get(wanted.user_id);
      if (found === undefined || !found.mayBeOnCall)
        throw new RefusedError('invalid_request', 'Only an active operator, admin or owner of the MSP can be on call.');
      if ((await countLiveOverrides(tx, id)) >= MAX_LIVE_OVERRIDES)
        throw new RefusedError('conflict', `A schedule has at most ${MAX_LIVE_OVERRIDES} overrides that are not over.`);
      const made = await insertOverride(tx, principal.mspId, {
        ...wanted,
        schedule_id: id,
        created_by: principal.userId,
      });
      await recordAct(tx, principal, null, 'on_call_override_created', {
        schedule_id: id,
        schedule: row.name,
        override_id: made,
        user_id: found.id,
        email: found.email,
        from: iso(fromMs),
        until: iso(untilMs),
        note: wanted.note,
      });
      return { id: made, schedule_id: id, ...wanted, from: iso(fromMs), until: iso(untilMs) };
    });
  },
});

const removeOverride = defineRoute({
  method: 'delete',
  path: '/on-call/overrides/:id',
  tag: 'On call',
  summary: 'Take an override back',
  description: 'Operators take back those that they made for themselves; admins any.',
  auth: { kind: 'user', permission: 'on_call.override' },
  tenantScoped: false,
  params,
  status: 204,
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: { id } }) => {
    await withMsp(deps.pool, principal.mspId, async (tx) => {
      await lockOnCall(tx, principal.mspId);
      const found = await findOverride(tx, id);
      if (found === null) throw new RefusedError('not_found');
      const isOwn = found.user_id === principal.userId && found.created_by === principal.userId;
      if (!isOwn && !arrangesForOthers(principal))
        throw new RefusedError('forbidden', 'An admin takes back what others arranged.', {
          permission: 'on_call.write',
        });
      await deleteOverride(tx, id);
      await recordAct(tx, principal, null, 'on_call_override_deleted', {
        schedule_id: found.schedule_id,
        override_id: id,
        user_id: found.user_id,
        from: found.from,
        until: found.until,
      });
    });
    return undefined;
  },
});

/** Routes of overrides. */
export const onCallOverrideRoutes = [addOverride, removeOverride];
