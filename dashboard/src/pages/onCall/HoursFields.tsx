/** Hours in which a layer is active; without any it always is. */

import { Plus, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/classNames.ts';
import { TextField } from '../../ui/Field.tsx';
import { emptyHours, type HoursDraft } from './draft.ts';
import { useWeekdays } from './weekdays.ts';

const MAX_HOURS = 10;

/** Days on which the hours begin, and from when until when; an end before the beginning is on the next day. */
export function HoursFields({
  hours,
  fault,
  onChange,
}: {
  readonly hours: readonly HoursDraft[];
  readonly fault: (...path: (string | number)[]) => string | undefined;
  readonly onChange: (hours: readonly HoursDraft[]) => void;
}) {
  const { t } = useTranslation('onCall');
  const set = (key: string, change: Partial<HoursDraft>): void =>
    onChange(hours.map((each) => (each.key === key ? { ...each, ...change } : each)));
  return (
    <div className="space-y-3">
      {hours.map((each, index) => (
        <fieldset key={each.key} className="rounded-md border border-line p-3">
          <legend className="px-1 text-xs font-medium text-ink-soft">
            {t('form.hoursTitle', { number: index + 1 })}
          </legend>
          <div className="space-y-3">
            <WeekdayChoice
              value={each.weekdays}
              fault={fault('restrictions', index, 'weekdays')}
              onChange={(weekdays) => set(each.key, { weekdays })}
            />
            <div className="flex flex-wrap items-start gap-3">
              <TextField
                label={t('form.hoursFrom')}
                type="time"
                required
                value={each.from}
                className="w-36"
                fault={fault('restrictions', index, 'from')}
                onChange={({ target }) => set(each.key, { from: target.value })}
              />
              <TextField
                label={t('form.hoursUntil')}
                type="time"
                required
                value={each.until}
                className="w-36"
                {...(each.until <= each.from && { hint: t('form.nextDay') })}
                fault={fault('restrictions', index, 'until')}
                onChange={({ target }) => set(each.key, { until: target.value })}
              />
              <Button
                kind="quiet"
                aria-label={t('form.hoursRemove', { number: index + 1 })}
                className="mt-5 ml-auto"
                onClick={() => onChange(hours.filter(({ key }) => key !== each.key))}
              >
                <Trash2 aria-hidden="true" />
              </Button>
            </div>
          </div>
        </fieldset>
      ))}
      {hours.length < MAX_HOURS && (
        <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
          <Button size="sm" onClick={() => onChange([...hours, emptyHours()])}>
            <Plus aria-hidden="true" /> {t('form.addHours')}
          </Button>
          {hours.length === 0 && <span className="text-xs text-ink-faint">{t('form.allHours')}</span>}
        </div>
      )}
    </div>
  );
}

function WeekdayChoice({
  value,
  fault,
  onChange,
}: {
  readonly value: readonly number[];
  readonly fault: string | undefined;
  readonly onChange: (value: number[]) => void;
}) {
  const { t } = useTranslation('onCall');
  const [short, long] = [useWeekdays('short'), useWeekdays('long')];
  const given = value.length === 0 ? t('form.noDays') : fault;
  return (
    <fieldset className="space-y-1">
      <legend className="text-xs font-medium text-ink-soft">{t('form.days')}</legend>
      <div className="flex flex-wrap gap-1">
        {short.map((name, index) => {
          const day = index + 1;
          const isOn = value.includes(day);
          return (
            <button
              key={name}
              type="button"
              aria-pressed={isOn}
              onClick={() =>
                onChange(isOn ? value.filter((each) => each !== day) : [...value, day].toSorted((a, b) => a - b))
              }
              className={cx(
                'h-9 min-w-9 rounded-md border px-1.5 text-xs font-medium pointer-coarse:h-11 pointer-coarse:min-w-10',
                isOn
                  ? 'border-accent bg-accent-wash text-accent'
                  : 'border-line-strong/60 text-ink-soft hover:text-ink',
              )}
            >
              <span aria-hidden="true">{name}</span>
              <span className="sr-only">{long[index]}</span>
            </button>
          );
        })}
      </div>
      {given !== undefined && (
        <p role="alert" className="text-xs font-medium text-critical">
          {given}
        </p>
      )}
    </fieldset>
  );
}
