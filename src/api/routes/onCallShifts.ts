/** Who is on call: the final shifts of a schedule, now in every one, and as a calendar (docs/on-call.md). */

import ical from 'ical-generator';
import { z } from 'zod';
import {
  listSchedules,
  mapOnCallPeople,
  type OnCallPerson,
  type ScheduleRow,
  toOnCallSchedule,
} from '../../db/onCall.ts';
import { withMsp } from '../../db/scope.ts';
import {
  DAY_MS,
  MAX_PERIOD_DAYS,
  type OnCallShift,
  onCallNow,
  shiftsBetween,
  wholeShiftsBetween,
} from '../../domain/onCall.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { duty, existingSchedule, iso, MAX_SCHEDULES, presentDuty } from '../onCallSchedule.ts';
import { inTenant } from '../reach.ts';
import { defineRoute } from '../route.ts';

const CALENDAR_DAYS = 90;
/** How often a calendar program may ask again. */
const CALENDAR_TTL_SECONDS = 3600;
const params = z.object({ id: z.uuid() });

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
      const row = await existingSchedule(tx, id);
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
      if (query.schedule_id !== undefined) await existingSchedule(tx, query.schedule_id);
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
      const row = await existingSchedule(tx, id);
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

/** Routes that tell who is on call. */
export const onCallShiftRoutes = [now, shifts, calendar];
