/** The open hours of a week, the zone they are meant in, and the days on which all is closed. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WEEKDAYS, type Weekday } from '../../../../src/domain/localTime.ts';
import { TextArea, TextField } from '../../ui/Field.tsx';
import { TimeZoneField } from '../../ui/TimeZoneField.tsx';
import type { Hours } from './SlaPolicyForm.tsx';

type Interval = NonNullable<Hours['weekly_hours'][Weekday]>[number];

const SPAN = /^(\d{2}:\d{2})\s*[-–]\s*(\d{2}:\d{2})$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** "09:00-12:30, 13:00-17:00" as intervals; null when it is no such text. Order and overlaps are the hub's to judge. */
function readHours(text: string): Interval[] | null {
  if (text.trim() === '') return [];
  const parts = text.split(',').map((part) => SPAN.exec(part.trim()));
  return parts.every((part) => part !== null)
    ? parts.map((part) => ({ from: part[1] ?? '', until: part[2] ?? '' }))
    : null;
}

/** The fields; `onChange` hears of hours that can be read. */
export function BusinessHours({
  value,
  onChange,
}: {
  readonly value: Hours;
  readonly onChange: (hours: Hours) => void;
}) {
  const { t } = useTranslation('settings');
  const [texts, setTexts] = useState(
    () =>
      Object.fromEntries(
        WEEKDAYS.map((day) => [
          day,
          (value.weekly_hours[day] ?? []).map(({ from, until }) => `${from}-${until}`).join(', '),
        ]),
      ) as Record<Weekday, string>,
  );
  const [holidays, setHolidays] = useState((value.holidays ?? []).join(' '));
  return (
    <div className="space-y-3 rounded-md border border-line p-3">
      <TimeZoneField
        label={t('sla.zone')}
        value={value.time_zone}
        onChange={(zone) => onChange({ ...value, time_zone: zone })}
      />
      <div className="grid gap-2 sm:grid-cols-2">
        {WEEKDAYS.map((day) => (
          <TextField
            key={day}
            label={t(`sla.weekdays.${day}`)}
            placeholder={t('sla.closed')}
            value={texts[day]}
            fault={readHours(texts[day]) === null ? t('sla.hoursFault') : undefined}
            onChange={({ target }) => {
              setTexts((old) => ({ ...old, [day]: target.value }));
              const hours = readHours(target.value);
              if (hours !== null) onChange({ ...value, weekly_hours: { ...value.weekly_hours, [day]: hours } });
            }}
          />
        ))}
      </div>
      <TextArea
        label={t('sla.holidays')}
        hint={t('sla.holidaysHint')}
        value={holidays}
        onChange={({ target }) => {
          setHolidays(target.value);
          const days = target.value.split(/[\s,]+/).filter((day) => DAY.test(day));
          onChange({ ...value, holidays: [...new Set(days)] });
        }}
      />
    </div>
  );
}
