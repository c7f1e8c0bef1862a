/** One level of an escalation policy: whom it tells, and how long it waits. */

import { useQuery } from '@tanstack/react-query';
import { Plus, Trash2, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { EscalationLevel, EscalationTarget } from '../../../../src/domain/escalation.ts';
import { Button } from '../../ui/Button.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { MoveButtons } from './MoveButtons.tsx';
import { schedulesQuery, useCandidates } from './queries.ts';

const KINDS = ['schedule', 'user', 'admins'] as const;
type Kind = (typeof KINDS)[number];
const DEFAULT_WAIT_MINUTES = 15;
const MAX_WAIT_MINUTES = 1440;
const MAX_TARGETS = 10;

type TargetDraft = { readonly key: string; readonly kind: Kind; readonly id: string };

/** A level in fields; `key` stays while it is moved. */
export type LevelDraft = {
  readonly key: string;
  readonly targets: readonly TargetDraft[];
  readonly wait: number;
};

const emptyTarget = (kind: Kind): TargetDraft => ({ key: crypto.randomUUID(), kind, id: '' });

/** A level to begin with. */
export function emptyLevel(kind: Kind): LevelDraft {
  return { key: crypto.randomUUID(), targets: [emptyTarget(kind)], wait: DEFAULT_WAIT_MINUTES };
}

/** The fields of a level that is there. */
export function levelDraft({ targets, wait_minutes }: EscalationLevel): LevelDraft {
  return {
    key: crypto.randomUUID(),
    wait: wait_minutes,
    targets: targets.map((target) => ({
      key: crypto.randomUUID(),
      kind: target.kind,
      id: target.kind === 'schedule' ? target.schedule_id : target.kind === 'user' ? target.user_id : '',
    })),
  };
}

/** A level as the hub takes it. */
export function levelOf({ targets, wait }: LevelDraft): EscalationLevel {
  return {
    wait_minutes: wait,
    targets: targets.map(
      ({ kind, id }): EscalationTarget =>
        kind === 'schedule' ? { kind, schedule_id: id } : kind === 'user' ? { kind, user_id: id } : { kind },
    ),
  };
}

/** `fault` tells what is wrong with a part of it. */
export function LevelFields({
  level,
  index,
  count,
  fault,
  onChange,
  onMove,
  onRemove,
}: {
  readonly level: LevelDraft;
  readonly index: number;
  readonly count: number;
  readonly fault: (...path: (string | number)[]) => string | undefined;
  readonly onChange: (level: LevelDraft) => void;
  readonly onMove: (step: -1 | 1) => void;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation('onCall');
  const name = t('policy.level', { number: index + 1 });
  const { targets } = level;
  return (
    <fieldset className="rounded-md border border-line p-3">
      <legend className="px-1 text-xs font-semibold text-ink-soft">{name}</legend>
      <div className="space-y-3">
        {targets.map((target, at) => (
          <TargetFields
            key={target.key}
            target={target}
            fault={fault('targets', at, target.kind === 'user' ? 'user_id' : 'schedule_id') ?? fault('targets', at)}
            onChange={(next) => onChange({ ...level, targets: targets.with(at, next) })}
            {...(targets.length > 1 && {
              onRemove: () => onChange({ ...level, targets: targets.filter(({ key }) => key !== target.key) }),
            })}
          />
        ))}
        <div className="flex flex-wrap items-end gap-2">
          <TextField
            label={t('policy.wait')}
            type="number"
            required
            min={1}
            max={MAX_WAIT_MINUTES}
            className="w-40"
            value={Number.isNaN(level.wait) ? '' : level.wait}
            fault={fault('wait_minutes')}
            onChange={({ target }) => onChange({ ...level, wait: target.valueAsNumber })}
          />
          {targets.length < MAX_TARGETS && (
            <Button onClick={() => onChange({ ...level, targets: [...targets, emptyTarget('user')] })}>
              <Plus aria-hidden="true" /> {t('policy.addTarget')}
            </Button>
          )}
          {count > 1 && (
            <span className="ml-auto flex gap-1">
              <MoveButtons
                up={t('policy.levelUp', { name })}
                down={t('policy.levelDown', { name })}
                index={index}
                count={count}
                onMove={onMove}
              />
              <Button kind="quiet" aria-label={t('policy.levelRemove', { name })} onClick={onRemove}>
                <Trash2 aria-hidden="true" />
              </Button>
            </span>
          )}
        </div>
      </div>
    </fieldset>
  );
}

function TargetFields({
  target,
  fault,
  onChange,
  onRemove,
}: {
  readonly target: TargetDraft;
  readonly fault: string | undefined;
  readonly onChange: (target: TargetDraft) => void;
  readonly onRemove?: () => void;
}) {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const { data: schedules = [] } = useQuery(schedulesQuery);
  const candidates = useCandidates();
  const choices =
    target.kind === 'schedule'
      ? schedules.map(({ id, name }) => ({ id, name }))
      : candidates.map(({ id, name, email }) => ({ id, name: name || email }));
  return (
    <div className="flex flex-wrap items-end gap-2">
      <SelectField
        label={t('policy.tell')}
        className="min-w-48 flex-1"
        value={target.kind}
        onChange={({ target: { value } }) => onChange({ ...target, kind: value as Kind, id: '' })}
      >
        {KINDS.map((each) => (
          <option key={each} value={each}>
            {t(`policy.kinds.${each}`)}
          </option>
        ))}
      </SelectField>
      {target.kind !== 'admins' && (
        <SelectField
          label={t(`policy.which.${target.kind}`)}
          className="min-w-48 flex-1"
          required
          value={target.id}
          fault={fault}
          onChange={({ target: { value } }) => onChange({ ...target, id: value })}
        >
          <option value="">{t('policy.pick')}</option>
          <NamedOptions of={choices} />
        </SelectField>
      )}
      {onRemove !== undefined && (
        <Button kind="quiet" aria-label={`${common('remove')}: ${t(`policy.kinds.${target.kind}`)}`} onClick={onRemove}>
          <X aria-hidden="true" />
        </Button>
      )}
    </div>
  );
}
