/** One layer of a schedule: whose turns, how long, from when, and in which hours. */

import { Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { Card } from '../../ui/Layout.tsx';
import { isByWeeks, type LayerDraft, ROTATIONS, type RotationKind } from './draft.ts';
import { HoursFields } from './HoursFields.tsx';
import { MemberList } from './MemberList.tsx';
import { MoveButtons } from './MoveButtons.tsx';
import { useWeekdays } from './weekdays.ts';
import { zoneName } from './when.ts';

const MAX_EVERY = { days: 84, weeks: 12 } as const;

/** `fault` tells what is wrong with a part of it. */
export function LayerFields({
  layer,
  index,
  count,
  timeZone,
  fault,
  onChange,
  onMove,
  onRemove,
}: {
  readonly layer: LayerDraft;
  readonly index: number;
  readonly count: number;
  readonly timeZone: string;
  readonly fault: (...path: (string | number)[]) => string | undefined;
  readonly onChange: (change: Partial<LayerDraft>) => void;
  readonly onMove: (step: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation('onCall');
  const weekdays = useWeekdays('long');
  const title = t('form.layerTitle', { number: index + 1 });
  return (
    <Card
      title={title}
      actions={
        count > 1 && (
          <>
            <MoveButtons
              up={t('form.layerUp', { name: title })}
              down={t('form.layerDown', { name: title })}
              index={index}
              count={count}
              onMove={onMove}
              size="sm"
            />
            <Button kind="quiet" size="sm" aria-label={t('form.layerRemove', { name: title })} onClick={onRemove}>
              <Trash2 aria-hidden="true" />
            </Button>
          </>
        )
      }
    >
      <div className="space-y-4">
        <div className="grid grid-cols-2 gap-3 lg:grid-cols-3">
          <TextField
            label={t('form.layerNameLabel')}
            className="max-lg:col-span-2"
            required
            maxLength={100}
            value={layer.name}
            fault={fault('name')}
            onChange={({ target }) => onChange({ name: target.value })}
          />
          <SelectField
            label={t('form.rotation')}
            value={layer.rotation}
            fault={fault('rotation')}
            onChange={({ target }) => onChange({ rotation: target.value as RotationKind })}
          >
            {ROTATIONS.map((each) => (
              <option key={each} value={each}>
                {t(`form.rotations.${each}`)}
              </option>
            ))}
          </SelectField>
          {(layer.rotation === 'days' || layer.rotation === 'weeks') && (
            <TextField
              label={t(`form.every.${layer.rotation}`)}
              type="number"
              required
              min={1}
              max={MAX_EVERY[layer.rotation]}
              value={Number.isNaN(layer.every) ? '' : layer.every}
              fault={fault('rotation', 'every')}
              onChange={({ target }) => onChange({ every: target.valueAsNumber })}
            />
          )}
          {isByWeeks(layer.rotation) && (
            <SelectField
              label={t('form.weekday')}
              value={layer.weekday}
              fault={fault('handover_weekday')}
              onChange={({ target }) => onChange({ weekday: Number(target.value) })}
            >
              {weekdays.map((name, day) => (
                <option key={name} value={day + 1}>
                  {name}
                </option>
              ))}
            </SelectField>
          )}
          <TextField
            label={t('form.handover')}
            hint={t('form.handoverHint', { zone: zoneName(timeZone) })}
            type="time"
            required
            value={layer.handover_time}
            fault={fault('handover_time')}
            onChange={({ target }) => onChange({ handover_time: target.value })}
          />
          <TextField
            label={t('form.startsOn')}
            type="date"
            required
            value={layer.starts_on}
            fault={fault('starts_on')}
            onChange={({ target }) => onChange({ starts_on: target.value })}
          />
        </div>
        <MemberList
          layerName={title}
          members={layer.members}
          fault={fault('members')}
          onChange={(members) => onChange({ members })}
        />
        <HoursFields hours={layer.hours} fault={fault} onChange={(hours) => onChange({ hours })} />
      </div>
    </Card>
  );
}
