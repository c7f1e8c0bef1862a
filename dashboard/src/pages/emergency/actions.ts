/** What a person fills in for each kind of action, and the action as the API takes it. */

import { ACTION_KINDS, type ActionKind, type Level } from '../../../../src/domain/eatLevels.ts';
import type { Item } from '../../api/client.ts';

/** A playbook of the list. */
export type Playbook = Item<'/playbooks'>;

/** A field of a single step. Words of each are in the catalogue under `field`. */
export type StepField = {
  readonly name: 'pid' | 'start_time' | 'service' | 'path' | 'package' | 'version' | 'dead_man_seconds';
  readonly type: 'integer' | 'text';
  readonly required: boolean;
};

const integer = (name: StepField['name'], required = true): StepField => ({ name, type: 'integer', required });
const line = (name: StepField['name'], required = true): StepField => ({ name, type: 'text', required });

/** Fields by kind of step. */
export const STEP_FIELDS: Readonly<Record<Exclude<ActionKind, 'run_playbook'>, readonly StepField[]>> = {
  isolate_network: [integer('dead_man_seconds', false)],
  restore_network: [],
  kill_process: [integer('pid'), integer('start_time')],
  memory_dump: [integer('pid')],
  stop_service: [line('service')],
  restart_service: [line('service')],
  quarantine_file: [line('path')],
  restore_file: [line('path')],
  install_package: [line('package'), line('version', false)],
  reboot: [],
};

/** Kinds of some levels, in the order of the domain's table. */
export function kindsOf(levels: readonly Level[]): readonly ActionKind[] {
  return (Object.keys(ACTION_KINDS) as ActionKind[]).filter((kind) => levels.includes(ACTION_KINDS[kind].level));
}

/** An action while somebody fills it in; what was typed is text until it is sent. */
export type ActionDraft = {
  readonly kind: ActionKind;
  /** Id of the playbook, for `run_playbook`. */
  readonly playbookId: string;
  readonly fields: Readonly<Record<string, string>>;
};

/** Nothing filled in yet. */
export function emptyDraft(kind: ActionKind, playbookId = ''): ActionDraft {
  return { kind, playbookId, fields: {} };
}

/** Parameters of a playbook as their types ask for; what was left empty takes its default. */
export function parametersOf(
  playbook: Pick<Playbook, 'parameters'> | undefined,
  fields: ActionDraft['fields'],
): Record<string, string | number | boolean> {
  const values: Record<string, string | number | boolean> = {};
  for (const { name, type } of playbook?.parameters ?? []) {
    const typed = fields[name] ?? '';
    if (typed === '') continue;
    values[name] = type === 'integer' ? Number(typed) : type === 'boolean' ? typed === 'true' : typed;
  }
  return values;
}

/** The action as `POST /emergency/quorum` and `POST /agents/:id/emergency` take it. */
export function toNamedAction(draft: ActionDraft, playbook: Playbook | undefined) {
  if (draft.kind === 'run_playbook')
    return { kind: draft.kind, id: draft.playbookId, parameters: parametersOf(playbook, draft.fields) };
  const step: Record<string, unknown> = {};
  for (const { name, type } of STEP_FIELDS[draft.kind]) {
    const typed = draft.fields[name] ?? '';
    if (typed !== '') step[name] = type === 'integer' ? Number(typed) : typed;
  }
  return { kind: draft.kind, ...step };
}

/** `RunPlaybook: db-restore`, `StopService: nginx.service`; null while it is not chosen. */
export function draftLabel(draft: ActionDraft, playbook: Playbook | undefined): string | null {
  const { label } = ACTION_KINDS[draft.kind];
  if (draft.kind === 'run_playbook') return playbook === undefined ? null : `${label}: ${playbook.slug}`;
  const { service, path, pid } = draft.fields;
  const subject = service || path || draft.fields['package'] || (pid && `pid ${pid}`) || '';
  return subject === '' ? label : `${label}: ${subject}`;
}
