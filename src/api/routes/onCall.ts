/** On-call schedules: layers, overrides, shifts, who is on call now, and the calendar (docs/on-call.md). */

import ical from 'ical-generator';
import { z } from 'zod';
import { appendAudit } from '../../db/audit.ts';
import {
  countLiveOverrides,
  deleteOverride,
  deleteSchedule,
  findOverride,
  findSchedule,
  insertOverride,
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
  toOnCallSchedule,
  updateSchedule,
} from '../../db/onCall.ts';
import { type AnyTx, type MspTx, withMsp } from '../../db/scope.ts';
import type { Json } from '../../domain/canonicalJson.ts';
import {
  DAY_MS,
  isTimeZone,
  MAX_LAYERS,
  MAX_PERIOD_DAYS,
  type OnCallDuty,
  type OnCallShift,
  onCallLayer,
  onCallNow,
  shiftsBetween,
  wholeShiftsBetween,
} from '../../domain/onCall.ts';
import { isAllowed } from '../../domain/permissions.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { decodeCursor, encodeCursor, page, pageQuery } from '../cursor.ts';
import type { UserPrincipal } from '../principal.ts';
import { inTenant } from '../reach.ts';
import { auditActor, defineRoute } from '../route.ts';

const MAX_SCHEDULES = 100;
const MAX_LIVE_OVERRIDES = 200;
const CALENDAR_DAYS = 90;
/** How often a calendar program may ask again. */
const CALENDAR_TTL_SECONDS = 3600;

const params = z.object({ id: z.uuid() });
const cursorKey = z.object({ name: z.string(), id: z.uuid() });

const body = z.strictObject({
  name: z.string().trim().min(1).max(200),
  time_zone: z.string().max(64).refine(isTimeZone, 'the name of a time zone: Europe/Brussels'),
  layers: z.array(onCallLayer).min(1).max(MAX_LAYERS).describe('bottom to top: a higher one covers a lower one'),
  is_default: z.boolean().default(false).describe('holds where no group names a schedule; one an MSP'),
});

const person = z.object({ id: z.uuid(), name: z.string(), email: z.string() });
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

const source = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('layer'), layer: z.int().describe('from 0, bottom to top'), name: z.string() }),
  z.object({ kind: z.literal('override'), override_id: z.uuid() }),
]);
const duty = z.object({ user: person, source });

function presentDuty(
  row: ScheduleRow,
  of: OnCallDuty,
  people: ReadonlyMap<string, OnCallPerson>,
): z.input<typeof duty> {
  const { id = of.userId, name = '', email = '' } = people.get(of.userId) ?? {};
  return {
    user: { id, name, email },
    source:
      of.source.kind === 'override'
        ? { kind: 'override', override_id: of.source.overrideId }
        : { kind: 'layer', layer: of.source.layer, name: row.layers[of.source.layer]?.name ?? '' },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

async function existing(tx: AnyTx, id: string): Promise<ScheduleRow> {
  const row = await findSchedule(tx, id);
  if (row === null) throw new RefusedError('not_found');
  return row;
}

function record(
  tx: MspTx,
  principal: UserPrincipal,
  event_type: string,
  event_data: { [key: string]: Json },
): Promise<void> {
  return appendAudit(tx, {
    msp_id: principal.mspId,
    tenant_id: null,
    event_type,
    actor: auditActor(principal),
    event_data,
  });
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
      const after = decodeCursor(query.cursor, cursorKey);
      const rows = await listSchedules(tx, { ids: null, tenantId: null, after, limit: query.limit + 1 });
      const people = await mapOnCallPeople(tx, principal.mspId);
      const last = rows.length > query.limit ? rows[query.limit - 1] : undefined;
      return {
        items: rows.slice(0, query.limit).map((row) => present(row, people)),
        next_cursor: last ? encodeCursor({ name: last.name, id: last.id }) : null,
      };
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
      await record(tx, principal, 'on_call_schedule_created', {
        schedule_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return present(await existing(tx, id), await mapOnCallPeople(tx, principal.mspId));
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
      present(await existing(tx, id), await mapOnCallPeople(tx, principal.mspId)),
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
      const before = await existing(tx, id);
      if (await isScheduleNameTaken(tx, principal.mspId, wanted.name, id)) throw nameTaken(wanted.name);
      await checkMembers(tx, principal, wanted, before);
      await updateSchedule(tx, principal.mspId, id, wanted);
      await record(tx, principal, 'on_call_schedule_changed', {
        schedule_id: id,
        ...(wanted as unknown as { [key: string]: Json }),
      });
      return present(await existing(tx, id), await mapOnCallPeople(tx, principal.mspId));
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
      const before = await existing(tx, id);
      const { groups, policies } = await listScheduleUses(tx, id);
      if (groups.length + policies.length > 0)
        throw new RefusedError('conflict', `It is used by ${[...groups, ...policies].join(', ')}.`, {
          groups,
          policies,
        });
      await deleteSchedule(tx, principal.mspId, id);
      await record(tx, principal, 'on_call_schedule_deleted', { schedule_id: id, name: before.name });
    });
    return undefined;
  },
});

const shift = z.object({ from: z.iso.datetime(), until: z.iso.datetime(), duty: duty.nullable() });

/** An interval that a caller asks for; refused where it is none, too long, or further back than overrides are kept for. */
function intervalOf(
  query: { readonly from?: string | undefined; readonly until?: string | undefined },
  nowMs: number,
): readonly [number, number] {
  const fromMs = query.from === undefined ? nowMs : Date.parse(query.from);
  const untilMs = query.until === undefined ? fromMs + 28 * DAY_MS : Date.parse(query.until);
  if (untilMs <= fromMs || untilMs - fromMs > MAX_PERIOD_DAYS * DAY_MS)
    throw new RefusedError(
      'invalid_request',
      `An interval ends after it begins, and is at most ${MAX_PERIOD_DAYS} days.`,
    );
  if (fromMs < nowMs - MAX_PERIOD_DAYS * DAY_MS)
    throw new RefusedError('invalid_request', `from is at most ${MAX_PERIOD_DAYS} days ago.`);
  return [fromMs, untilMs];
}

const shifts = defineRoute({
  method: 'get',
  path: '/on-call/schedules/:id/shifts',
  tag: 'On call',
  summary: 'The final shifts of an interval, layers and overrides merged',
  description:
    'They tile the interval; `duty` is null where nobody is on call. Past shifts are told by the schedule as it is now.',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: false,
  params,
  query: z.object({
    from: z.iso.datetime({ offset: true }).optional().describe('default: now'),
    until: z.iso
      .datetime({ offset: true })
      .optional()
      .describe(`default: 28 days later; at most ${MAX_PERIOD_DAYS} days`),
  }),
  output: z.object({ time_zone: z.string(), items: z.array(shift) }),
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: { id }, query }) => {
    const [fromMs, untilMs] = intervalOf(query, deps.now());
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await existing(tx, id);
      const people = await mapOnCallPeople(tx, principal.mspId);
      return {
        time_zone: row.time_zone,
        items: shiftsBetween(toOnCallSchedule(row, people), fromMs, untilMs).map((each) => ({
          from: iso(each.fromMs),
          until: iso(each.untilMs),
          duty: each.duty && presentDuty(row, each.duty, people),
        })),
      };
    });
  },
});

const now = defineRoute({
  method: 'get',
  path: '/on-call/now',
  tag: 'On call',
  summary: 'Who is on call now, until when, and who is next, in every schedule',
  description: 'With `tenant_id`: the schedules that the tenant’s groups name, and the default one.',
  auth: { kind: 'user', permission: 'on_call.read' },
  tenantScoped: true,
  query: z.object({ tenant_id: z.uuid().optional(), schedule_id: z.uuid().optional() }),
  output: z.object({
    at: z.iso.datetime(),
    items: z.array(
      z.object({
        schedule: z.object({ id: z.uuid(), name: z.string(), time_zone: z.string(), is_default: z.boolean() }),
        now: duty.nullable(),
        until: z.iso.datetime().nullable().describe('null: not within 92 days'),
        next: duty.extend({ from: z.iso.datetime() }).nullable(),
      }),
    ),
  }),
  refusals: ['not_found'],
  handle: async (ctx) => {
    const { deps, principal, query } = ctx;
    // Refuses a tenant that is not in reach; what follows is the MSP's.
    if (query.tenant_id !== undefined) await inTenant(ctx, query.tenant_id, () => Promise.resolve());
    const nowMs = deps.now();
    return withMsp(deps.pool, principal.mspId, async (tx) => {
      if (query.schedule_id !== undefined) await existing(tx, query.schedule_id);
      const rows = await listSchedules(tx, {
        ids: query.schedule_id === undefined ? null : [query.schedule_id],
        tenantId: query.tenant_id ?? null,
        after: null,
        limit: MAX_SCHEDULES,
      });
      const people = await mapOnCallPeople(tx, principal.mspId);
      return {
        at: iso(nowMs),
        items: rows.map((row) => {
          const found = onCallNow(toOnCallSchedule(row, people), nowMs);
          const { id, name, time_zone, is_default } = row;
          return {
            schedule: { id, name, time_zone, is_default },
            now: found.duty && presentDuty(row, found.duty, people),
            until: found.untilMs === null ? null : iso(found.untilMs),
            next: found.next && { ...presentDuty(row, found.next.duty, people), from: iso(found.next.fromMs) },
          };
        }),
      };
    });
  },
});

const override = schedule.shape.overrides.element.extend({ schedule_id: z.uuid() });

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
      const row = await existing(tx, id);
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
      await record(tx, principal, 'on_call_override_created', {
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
      const found = await findOverride(tx, id);
      if (found === null) throw new RefusedError('not_found');
      const isOwn = found.user_id === principal.userId && found.created_by === principal.userId;
      if (!isOwn && !arrangesForOthers(principal))
        throw new RefusedError('forbidden', 'An admin takes back what others arranged.', {
          permission: 'on_call.write',
        });
      await deleteOverride(tx, id);
      await record(tx, principal, 'on_call_override_deleted', {
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

const calendar = defineRoute({
  method: 'get',
  path: '/on-call/schedules/:id/calendar.ics',
  tag: 'On call',
  summary: 'The shifts of the next 90 days as iCalendar (RFC 5545)',
  description:
    'For subscribing in a calendar program: HTTP Basic with any name and an API token of scope `on_call.read` as the password. ' +
    'Times are UTC instants, and a shift keeps its UID.',
  auth: { kind: 'user', permission: 'on_call.read', basic: true },
  tenantScoped: false,
  params,
  produces: 'text/calendar',
  refusals: ['not_found'],
  handle: async ({ deps, principal, params: { id } }) => {
    const nowMs = deps.now();
    const text = await withMsp(deps.pool, principal.mspId, async (tx) => {
      const row = await existing(tx, id);
      const people = await mapOnCallPeople(tx, principal.mspId);
      const of = toOnCallSchedule(row, people);
      return calendarText(row, people, wholeShiftsBetween(of, nowMs, nowMs + CALENDAR_DAYS * DAY_MS));
    });
    return new Response(text, {
      headers: { 'content-type': 'text/calendar; charset=utf-8', 'cache-control': 'private, no-cache' },
    });
  },
});

/** A shift is known again by its schedule, its source and its true beginning, whenever the calendar is read. */
function calendarText(
  row: ScheduleRow,
  people: ReadonlyMap<string, OnCallPerson>,
  items: readonly OnCallShift[],
): string {
  const made = ical({
    name: row.name,
    prodId: { company: 'monsys', product: 'monsys-msp', language: 'EN' },
    ttl: CALENDAR_TTL_SECONDS,
  });
  for (const { duty: of, fromMs, untilMs } of items) {
    if (of === null) continue;
    const origin = of.source.kind === 'override' ? of.source.overrideId : `layer-${of.source.layer}`;
    const who = people.get(of.userId);
    made.createEvent({
      id: `${row.id}-${origin}-${fromMs / 1000}@monsys-msp`,
      // Of the schedule, not of this reading: an unchanged calendar is the same bytes.
      stamp: new Date(row.updated_at),
      start: new Date(fromMs),
      end: new Date(untilMs),
      summary: `${who?.name ?? 'Somebody'} on call: ${row.name}`,
      description: who?.email ?? '',
    });
  }
  return made.toString();
}

/** Routes of on-call schedules. */
export const onCallRoutes = [list, create, now, get, replace, shifts, addOverride, calendar, removeOverride, remove];
