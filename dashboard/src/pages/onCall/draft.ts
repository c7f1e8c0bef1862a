/** A schedule while it is edited: what the fields hold, and how that becomes what the hub takes. */

import { dateAt } from '../../../../src/domain/localTime.ts';
import { type OnCallLayer, onCallLayer } from '../../../../src/domain/onCall.ts';
import { viewerZone } from './period.ts';
import type { Schedule, ScheduleBody } from './queries.ts';

/** How a rotation is chosen; the last two with a number. */
export const ROTATIONS = ['daily', 'weekly', 'days', 'weeks'] as const;
export type RotationKind = (typeof ROTATIONS)[number];

/** Hours in which a layer is active. */
export type HoursDraft = OnCallLayer['restrictions'][number] & { readonly key: string };

/** A layer in fields. `key` stays while it is moved. */
export type LayerDraft = Pick<OnCallLayer, 'name' | 'members' | 'handover_time' | 'starts_on'> & {
  readonly key: string;
  readonly rotation: RotationKind;
  /** Of `days` and `weeks`. */
  readonly every: number;
  /** Of rotations by weeks; Monday is 1. */
  readonly weekday: number;
  readonly hours: readonly HoursDraft[];
};

/** A schedule in fields; layers bottom to top. */
export type ScheduleDraft = {
  readonly name: string;
  readonly timeZone: string;
  readonly isDefault: boolean;
  readonly layers: readonly LayerDraft[];
};

/** A layer to begin with: weeks from this Monday or today on. */
export function emptyLayer(name: string, timeZone: string): LayerDraft {
  return {
    key: crypto.randomUUID(),
    name,
    members: [],
    rotation: 'weekly',
    every: 2,
    weekday: 1,
    handover_time: '09:00',
    starts_on: dateAt(Date.now(), timeZone).toString(),
    hours: [],
  };
}

/** Hours to begin with: those outside an office. */
export function emptyHours(): HoursDraft {
  return { key: crypto.randomUUID(), weekdays: [1, 2, 3, 4, 5], from: '17:00', until: '09:00' };
}

/** A schedule of one empty layer, in the viewer's zone. */
export function emptySchedule(layerName: string): ScheduleDraft {
  const timeZone = viewerZone();
  return { name: '', timeZone, isDefault: false, layers: [emptyLayer(layerName, timeZone)] };
}

/** The fields of a schedule that is there. */
export function draftOf(schedule: Schedule): ScheduleDraft {
  return {
    name: schedule.name,
    timeZone: schedule.time_zone,
    isDefault: schedule.is_default,
    layers: schedule.layers.map((layer) => ({
      key: crypto.randomUUID(),
      name: layer.name,
      members: layer.members,
      rotation: typeof layer.rotation === 'string' ? layer.rotation : layer.rotation.unit,
      every: typeof layer.rotation === 'string' ? 2 : layer.rotation.every,
      weekday: layer.handover_weekday ?? 1,
      handover_time: layer.handover_time,
      starts_on: layer.starts_on,
      hours: layer.restrictions.map((hours) => ({ ...hours, key: crypto.randomUUID() })),
    })),
  };
}

/** Whether turns are counted in weeks, so that a weekday is asked for. */
export function isByWeeks(kind: RotationKind): boolean {
  return kind === 'weekly' || kind === 'weeks';
}

/** A layer as the hub takes it. */
function layerOf(draft: LayerDraft): ScheduleBody['layers'][number] {
  const { name, members, handover_time, starts_on, rotation, every, weekday, hours } = draft;
  return {
    name,
    members: [...members],
    rotation: rotation === 'days' || rotation === 'weeks' ? { every, unit: rotation } : rotation,
    handover_time,
    handover_weekday: isByWeeks(rotation) ? weekday : null,
    starts_on,
    restrictions: hours.map(({ weekdays, from, until }) => ({ weekdays: [...weekdays], from, until })),
  };
}

/** What is sent. */
export function bodyOf(draft: ScheduleDraft): ScheduleBody {
  return {
    name: draft.name,
    time_zone: draft.timeZone,
    is_default: draft.isDefault,
    layers: draft.layers.map(layerOf),
  };
}

/** The layers by the hub's own rule; null while one of them is not whole. */
export function wholeLayers(draft: ScheduleDraft): readonly OnCallLayer[] | null {
  // A name is no part of who is on call when.
  const parsed = draft.layers.map((layer) => onCallLayer.safeParse({ ...layerOf(layer), name: '-' }));
  const whole = parsed.flatMap(({ data }) => data ?? []);
  return whole.length === parsed.length ? whole : null;
}

/** The list with one of its items a place further (1) or nearer (-1); as it was at the ends. */
export function moved<T>(list: readonly T[], index: number, step: -1 | 1): readonly T[] {
  const [item, other] = [list[index], list[index + step]];
  if (item === undefined || other === undefined) return list;
  return list.with(index, other).with(index + step, item);
}
