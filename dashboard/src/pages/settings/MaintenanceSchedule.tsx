/** When a maintenance window is open. */

import { useTranslation } from 'react-i18next';
import { WEEKDAYS } from '../../../../src/domain/localTime.ts';
import { Checkbox, SelectField, TextField } from '../../ui/Field.tsx';
import type { MaintenanceDraft } from './maintenanceDraft.ts';

type Props = {
  readonly draft: MaintenanceDraft;
  readonly onChange: (changed: Partial<MaintenanceDraft>) => void;
};

/** Once, or every week. */
export function MaintenanceSchedule({ draft, onChange }: Props) {
  const { t } = useTranslation('settings');
  return (
    <>
      <SelectField
        label={t('maintenance.when')}
        value={draft.kind}
        onChange={({ target }) => onChange({ kind: target.value as MaintenanceDraft['kind'] })}
      >
        <option value="once">{t('maintenance.once')}</option>
        <option value="weekly">{t('maintenance.everyWeek')}</option>
      </SelectField>
      {draft.kind === 'once' ? (
        <Once draft={draft} onChange={onChange} />
      ) : (
        <Weekly draft={draft} onChange={onChange} />
      )}
    </>
  );
}

function Once({ draft, onChange }: Props) {
  const { t } = useTranslation('settings');
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <TextField
        label={t('maintenance.from')}
        type="datetime-local"
        value={draft.from}
        required
        onChange={({ target }) => onChange({ from: target.value })}
      />
      <TextField
        label={t('maintenance.until')}
        type="datetime-local"
        value={draft.until}
        required
        onChange={({ target }) => onChange({ until: target.value })}
      />
    </div>
  );
}

function Weekly({ draft, onChange }: Props) {
  const { t } = useTranslation('settings');
  const { weekdays } = draft;
  return (
    <>
      <fieldset className="flex flex-wrap gap-3">
        <legend className="sr-only">{t('maintenance.days')}</legend>
        {WEEKDAYS.map((day) => (
          <Checkbox
            key={day}
            label={t(`sla.weekdays.${day}`)}
            checked={weekdays.includes(day)}
            onChange={({ target }) =>
              onChange({ weekdays: target.checked ? [...weekdays, day] : weekdays.filter((other) => other !== day) })
            }
          />
        ))}
      </fieldset>
      <div className="grid gap-3 sm:grid-cols-3">
        <TextField
          label={t('maintenance.start')}
          type="time"
          value={draft.start}
          required
          onChange={({ target }) => onChange({ start: target.value })}
        />
        <TextField
          label={t('maintenance.minutes')}
          type="number"
          min={1}
          max={1_440}
          value={draft.minutes}
          required
          onChange={({ target }) => onChange({ minutes: target.valueAsNumber || 0 })}
        />
        <TextField
          label={t('maintenance.lastDay')}
          type="date"
          value={draft.lastDay}
          required
          onChange={({ target }) => onChange({ lastDay: target.value })}
        />
      </div>
    </>
  );
}
