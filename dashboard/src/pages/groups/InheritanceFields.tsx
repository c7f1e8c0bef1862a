/** What members of a group inherit: times, who is on call, how alerts are escalated. */

import { useQuery } from '@tanstack/react-query';
import { useFormContext } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import type { ProblemError } from '../../api/problem.ts';
import { useCan } from '../../session.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Card } from '../../ui/Layout.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { escalationsQuery, schedulesQuery, slaPoliciesQuery } from './data.ts';
import type { GroupFields } from './fields.ts';

/** Within the form of a group. */
export function InheritanceFields({ problem }: { readonly problem: ProblemError | undefined }) {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const can = useCan();
  const { register } = useFormContext<GroupFields>();
  const policies = useQuery({ ...slaPoliciesQuery, enabled: can('sla.read') });
  const schedules = useQuery({ ...schedulesQuery, enabled: can('on_call.read') });
  const escalations = useQuery({ ...escalationsQuery, enabled: can('on_call.read') });
  const choices = [
    ['sla_policy_id', t('inherit.slaPolicy'), t('inherit.slaPolicyNone'), policies],
    ['escalation_policy_id', t('inherit.escalation'), t('inherit.escalationNone'), escalations],
    ['on_call_schedule_id', t('inherit.schedule'), t('inherit.scheduleNone'), schedules],
  ] as const;
  return (
    <Card title={t('inherit.title')}>
      <div className="grid gap-3 sm:grid-cols-2">
        {choices.map(([field, label, none, query]) => (
          // A choice that has not come yet must not turn into "not set": the field waits for its list.
          <SelectField
            key={`${field}${query.isSuccess}`}
            label={label}
            fault={problem?.fault(field)}
            disabled={query.isLoading}
            {...register(field)}
          >
            <option value="">{none}</option>
            <NamedOptions of={query.data} />
          </SelectField>
        ))}
        <span className="max-sm:hidden" />
        <TextField
          label={t('inherit.contactName')}
          hint={t('inherit.contactHint')}
          maxLength={200}
          fault={problem?.fault('on_call', 'name')}
          {...register('on_call_name')}
        />
        <TextField
          label={t('inherit.contact')}
          maxLength={200}
          fault={problem?.fault('on_call', 'contact')}
          {...register('on_call_contact')}
        />
        <fieldset className="min-w-0 sm:col-span-2">
          <legend className="text-xs font-medium text-ink-soft">{t('inherit.minutes')}</legend>
          <div className="mt-1 grid grid-cols-2 gap-2 sm:grid-cols-5">
            {SEVERITIES.map((severity) => (
              <TextField
                key={severity}
                label={common(`severity.${severity}`)}
                inputMode="numeric"
                fault={problem?.fault('sla_resolve_minutes', severity)}
                {...register(`minutes.${severity}`)}
              />
            ))}
          </div>
          <p className="mt-1 text-xs text-ink-faint">{t('inherit.minutesHint')}</p>
        </fieldset>
      </div>
    </Card>
  );
}
