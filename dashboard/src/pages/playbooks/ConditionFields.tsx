/** When a host activates a pre-issued token. */

import { useTranslation } from 'react-i18next';
import { Checkbox, TextField } from '../../ui/Field.tsx';

/** What is ticked; the minutes are text until they are sent. */
export type Conditions = { readonly heartbeat: boolean; readonly minutes: string; readonly critical: boolean };

/** The conditions as the API takes them; null when none is ticked. */
export function conditionsOf({ heartbeat, minutes, critical }: Conditions) {
  if (!heartbeat && !critical) return null;
  return {
    ...(heartbeat && { heartbeat_lost_minutes: Number(minutes) }),
    ...(critical && { or_severity_critical: true }),
  };
}

/** Any one of those ticked is enough. */
export function ConditionFields({
  value,
  onChange,
  fault,
}: {
  readonly value: Conditions;
  readonly onChange: (value: Conditions) => void;
  readonly fault: string | undefined;
}) {
  const { t } = useTranslation('playbooks');
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 text-xs font-medium text-ink-soft">{t('preIssue.conditions')}</legend>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <Checkbox
          label={t('preIssue.heartbeat')}
          checked={value.heartbeat}
          onChange={(event) => onChange({ ...value, heartbeat: event.target.checked })}
        />
        <TextField
          label={t('preIssue.heartbeatMinutes')}
          hideLabel
          type="number"
          min={1}
          max={1440}
          step={1}
          required={value.heartbeat}
          disabled={!value.heartbeat}
          className="w-20"
          value={value.minutes}
          onChange={(event) => onChange({ ...value, minutes: event.target.value })}
        />
        <span>{t('preIssue.minutes')}</span>
      </div>
      <Checkbox
        label={t('preIssue.critical')}
        checked={value.critical}
        onChange={(event) => onChange({ ...value, critical: event.target.checked })}
      />
      {fault !== undefined && (
        <p role="alert" className="text-xs font-medium text-critical">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
