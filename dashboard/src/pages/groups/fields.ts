/** The fields of a group's form, and how they become what the hub takes. */

import { SEVERITIES, type Severity } from '../../../../src/domain/severity.ts';
import type { Group, GroupDefinition } from './data.ts';
import { type DraftBlock, toRule } from './rule/draft.ts';

/** As they stand in the form: texts; empty means not set. */
export type GroupFields = {
  readonly name: string;
  readonly priority: string;
  readonly sla_policy_id: string;
  readonly minutes: Readonly<Record<Severity, string>>;
  readonly on_call_schedule_id: string;
  readonly on_call_name: string;
  readonly on_call_contact: string;
  readonly escalation_policy_id: string;
  readonly runbook_md: string;
};

const DEFAULT_PRIORITY = 100;

/** The fields of a group, or those of a new one. */
export function fieldsOf(group: Group | null): GroupFields {
  return {
    name: group?.name ?? '',
    priority: String(group?.priority ?? DEFAULT_PRIORITY),
    sla_policy_id: group?.sla_policy_id ?? '',
    minutes: Object.fromEntries(
      SEVERITIES.map((severity) => [severity, String(group?.sla_resolve_minutes[severity] ?? '')]),
    ) as Record<Severity, string>,
    on_call_schedule_id: group?.on_call_schedule_id ?? '',
    on_call_name: group?.on_call?.name ?? '',
    on_call_contact: group?.on_call?.contact ?? '',
    escalation_policy_id: group?.escalation_policy_id ?? '',
    runbook_md: '',
  };
}

const orNull = (id: string): string | null => (id === '' ? null : id);

/** What is sent; the hub says what is wrong with it. */
export function toDefinition(fields: GroupFields, draft: DraftBlock): Omit<GroupDefinition, 'runbook_md'> {
  const name = fields.on_call_name.trim();
  const contact = fields.on_call_contact.trim();
  return {
    name: fields.name.trim(),
    rule: toRule(draft),
    priority: Number(fields.priority),
    sla_policy_id: orNull(fields.sla_policy_id),
    sla_resolve_minutes: Object.fromEntries(
      SEVERITIES.filter((severity) => fields.minutes[severity].trim() !== '').map((severity) => [
        severity,
        Number(fields.minutes[severity]),
      ]),
    ),
    on_call: name === '' && contact === '' ? null : { name, contact },
    on_call_schedule_id: orNull(fields.on_call_schedule_id),
    escalation_policy_id: orNull(fields.escalation_policy_id),
  };
}
