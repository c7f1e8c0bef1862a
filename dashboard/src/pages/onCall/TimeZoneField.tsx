/** Choosing a time zone from those that the machine knows. */

import { useTranslation } from 'react-i18next';
import { isTimeZone } from '../../../../src/domain/onCall.ts';
import { SelectField } from '../../ui/Field.tsx';

/** Zones by name, UTC first. One that the browser does not list, but the schedule has, stays. */
export function TimeZoneField({
  value,
  fault,
  onChange,
}: {
  readonly value: string;
  readonly fault: string | undefined;
  readonly onChange: (zone: string) => void;
}) {
  const { t } = useTranslation('onCall');
  const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), value])].filter(isTimeZone);
  return (
    <SelectField
      label={t('form.timeZone')}
      hint={t('form.timeZoneHint')}
      value={value}
      fault={fault}
      onChange={({ target }) => onChange(target.value)}
    >
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </SelectField>
  );
}
