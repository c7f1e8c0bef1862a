/** Making or changing an SLA policy. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { SEVERITIES, type Severity } from '../../../../src/domain/severity.ts';
import { api, ask, type paths } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, SelectField, TextField } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { BusinessHours } from './BusinessHours.tsx';
import type { SlaPolicyRow } from './SlaPolicies.tsx';

/** What a person decides about a policy. */
export type SlaPolicyDraft = paths['/sla-policies']['post']['requestBody']['content']['application/json'];
/** Business hours, as the API takes them. */
export type Hours = Extract<SlaPolicyDraft['calendar'], { kind: 'business_hours' }>;

const WORKDAY = [{ from: '09:00', until: '17:00' }];
const OFFICE: Hours = {
  kind: 'business_hours',
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  weekly_hours: { monday: WORKDAY, tuesday: WORKDAY, wednesday: WORKDAY, thursday: WORKDAY, friday: WORKDAY },
  holidays: [],
};

const BLANK: SlaPolicyDraft = {
  name: '',
  minutes: {
    critical: { acknowledge_minutes: 15, resolve_minutes: 60 },
    high: { acknowledge_minutes: 60, resolve_minutes: 240 },
    medium: { acknowledge_minutes: 240, resolve_minutes: 1_440 },
    low: { acknowledge_minutes: 1_440, resolve_minutes: 4_320 },
    info: { acknowledge_minutes: 4_320, resolve_minutes: 10_080 },
  },
  calendar: { kind: '24x7' },
  pauses_in_maintenance: true,
  is_default: false,
};

/** The dialog; without a policy it makes one. */
export function SlaPolicyForm({
  policy,
  onClose,
  onSaved,
}: {
  readonly policy: SlaPolicyRow | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}) {
  const { t } = useTranslation('settings');
  const [draft, setDraft] = useState<SlaPolicyDraft>(policy === null ? BLANK : draftOf(policy));
  const set = (change: Partial<SlaPolicyDraft>): void => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: async () => {
      if (policy === null) await ask(api.POST('/sla-policies', { body: draft }));
      else await ask(api.PUT('/sla-policies/{id}', { params: { path: { id: policy.id } }, body: draft }));
    },
    onSuccess: onSaved,
  });
  const fault = (...path: string[]): string | undefined => problemOf(save.error)?.fault(...path);
  const { calendar } = draft;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={policy === null ? t('sla.new') : policy.name}
      description={t('sla.holds')}
      wide
    >
      <WriteForm write={save}>
        <TextField
          label={t('name')}
          value={draft.name}
          required
          maxLength={200}
          onChange={({ target }) => set({ name: target.value })}
        />
        <fieldset>
          <legend className="pb-1 text-xs font-medium text-ink-soft">{t('sla.minutes')}</legend>
          <div className="grid grid-cols-[minmax(5rem,auto)_1fr_1fr] items-center gap-x-3 gap-y-2">
            <span />
            <span className="text-xs text-ink-faint">{t('sla.acknowledge')}</span>
            <span className="text-xs text-ink-faint">{t('sla.resolve')}</span>
            {SEVERITIES.map((severity) => (
              <MinutesRow
                key={severity}
                severity={severity}
                value={draft.minutes[severity]}
                fault={fault('minutes', severity, 'acknowledge_minutes')}
                onChange={(value) => set({ minutes: { ...draft.minutes, [severity]: value } })}
              />
            ))}
          </div>
        </fieldset>
        <SelectField
          label={t('sla.calendar')}
          value={calendar.kind}
          onChange={({ target }) => set({ calendar: target.value === '24x7' ? { kind: '24x7' } : OFFICE })}
        >
          <option value="24x7">{t('sla.always')}</option>
          <option value="business_hours">{t('sla.businessHours')}</option>
        </SelectField>
        {calendar.kind === 'business_hours' && (
          <BusinessHours value={calendar} onChange={(hours) => set({ calendar: hours })} />
        )}
        <Checkbox
          label={t('sla.pausesLabel')}
          hint={t('sla.pausesHint')}
          checked={draft.pauses_in_maintenance ?? true}
          onChange={({ target }) => set({ pauses_in_maintenance: target.checked })}
        />
        <Checkbox
          label={t('sla.defaultLabel')}
          hint={t('sla.defaultHint')}
          checked={draft.is_default ?? false}
          onChange={({ target }) => set({ is_default: target.checked })}
        />
        <FormActions onCancel={onClose} busy={save.isPending} />
      </WriteForm>
    </Dialog>
  );
}

function MinutesRow({
  severity,
  value,
  fault,
  onChange,
}: {
  readonly severity: Severity;
  readonly value: { readonly acknowledge_minutes: number; readonly resolve_minutes: number };
  readonly fault: string | undefined;
  readonly onChange: (value: { acknowledge_minutes: number; resolve_minutes: number }) => void;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const name = common(`severity.${severity}`);
  return (
    <>
      <span>{name}</span>
      <TextField
        label={`${name}: ${t('sla.acknowledge')}`}
        hideLabel
        type="number"
        min={1}
        required
        fault={fault}
        value={value.acknowledge_minutes}
        onChange={({ target }) => onChange({ ...value, acknowledge_minutes: target.valueAsNumber || 0 })}
      />
      <TextField
        label={`${name}: ${t('sla.resolve')}`}
        hideLabel
        type="number"
        min={1}
        required
        value={value.resolve_minutes}
        onChange={({ target }) => onChange({ ...value, resolve_minutes: target.valueAsNumber || 0 })}
      />
    </>
  );
}

function draftOf({ name, minutes, calendar, pauses_in_maintenance, is_default }: SlaPolicyRow): SlaPolicyDraft {
  return { name, minutes, calendar, pauses_in_maintenance, is_default };
}
