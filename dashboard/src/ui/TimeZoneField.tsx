/** Choosing a time zone from those that the machine knows. */

import type { ReactNode } from 'react';
import { SelectField } from './Field.tsx';

/** Zones by name, UTC first. One that the browser does not list, but is in force, stays. */
export function TimeZoneField({
  value,
  onChange,
  ...around
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly fault?: string | undefined;
  readonly value: string;
  readonly onChange: (zone: string) => void;
}) {
  const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), value])];
  return (
    <SelectField {...around} value={value} onChange={({ target }) => onChange(target.value)}>
      {zones.map((zone) => (
        <option key={zone} value={zone}>
          {zone.replaceAll('_', ' ')}
        </option>
      ))}
    </SelectField>
  );
}
