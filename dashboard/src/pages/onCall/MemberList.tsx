/** People in the order of their turns: added from the team, moved by buttons or by Alt with an arrow. */

import { X } from 'lucide-react';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge, Kbd } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { moved } from './draft.ts';
import { MoveButtons } from './MoveButtons.tsx';
import { PersonName, usePeople } from './people.tsx';
import { useCandidates } from './queries.ts';

/** Each move is told to screen readers. */
export function MemberList({
  layerName,
  members,
  fault,
  onChange,
}: {
  readonly layerName: string;
  readonly members: readonly string[];
  readonly fault: string | undefined;
  readonly onChange: (members: string[]) => void;
}) {
  const { t } = useTranslation('onCall');
  const people = usePeople();
  const candidates = useCandidates();
  const [told, setTold] = useState('');
  const id = useId();
  const move = (index: number, step: -1 | 1): void => {
    const next = moved(members, index, step);
    if (next === members) return;
    onChange([...next]);
    setTold(t('form.moved', { name: people(members[index] ?? '').name, place: index + step + 1, count: next.length }));
  };
  return (
    <div className="space-y-2">
      <p className="flex flex-wrap justify-between gap-x-3 text-xs">
        <span id={id} className="font-medium text-ink-soft">
          {t('form.members')}
        </span>
        {members.length > 1 && (
          <span className="flex items-center gap-1 text-ink-faint max-md:hidden">
            <Kbd>Alt ↑ ↓</Kbd> {t('form.moveKeys')}
          </span>
        )}
      </p>
      {members.length > 0 && (
        <ol aria-labelledby={id} className="divide-y divide-line/60 rounded-md border border-line">
          {members.map((member, index) => {
            const { name, isSkipped } = people(member);
            // Somebody may have several turns.
            const turn = members.slice(0, index).filter((each) => each === member).length;
            const onKeyDown = (event: KeyboardEvent): void => {
              const step = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
              if (!event.altKey || step === undefined) return;
              event.preventDefault();
              move(index, step);
            };
            return (
              <li key={`${member} ${turn}`} className="flex items-center gap-1 py-1 pr-1 pl-3">
                <span className="w-5 text-xs text-ink-faint tabular-nums">{index + 1}</span>
                <span className="flex min-w-0 flex-1 flex-wrap items-center gap-2">
                  <PersonName person={people(member)} />
                  {isSkipped && <Badge tone="medium">{t('form.skipped')}</Badge>}
                </span>
                <MoveButtons
                  up={t('form.memberUp', { name })}
                  down={t('form.memberDown', { name })}
                  index={index}
                  count={members.length}
                  onMove={(step) => move(index, step)}
                  size="sm"
                  onKeyDown={onKeyDown}
                />
                <Button
                  kind="quiet"
                  size="sm"
                  aria-label={t('form.memberRemove', { name })}
                  onClick={() => onChange(members.toSpliced(index, 1))}
                >
                  <X aria-hidden="true" />
                </Button>
              </li>
            );
          })}
        </ol>
      )}
      <p aria-live="polite" className="sr-only">
        {told}
      </p>
      <SelectField
        label={t('form.addMember', { name: layerName })}
        hideLabel
        value=""
        fault={fault}
        className="max-w-xs"
        onChange={({ target }) => target.value !== '' && onChange([...members, target.value])}
      >
        <option value="">{t('form.addMemberPick')}</option>
        {candidates
          .filter((each) => !members.includes(each.id))
          .map((each) => (
            <option key={each.id} value={each.id}>
              {each.name || each.email}
            </option>
          ))}
      </SelectField>
    </div>
  );
}
