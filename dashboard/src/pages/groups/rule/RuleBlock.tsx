/** A block of a rule: how its parts combine, the parts, and ways to add more. All of it works by keyboard. */

import { Plus, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { COMBINATORS, type Combinator, MAX_RULE_DEPTH } from '../../../../../src/domain/tagRule.ts';
import { Button } from '../../../ui/Button.tsx';
import { cx } from '../../../ui/classNames.ts';
import { SelectField } from '../../../ui/Field.tsx';
import { type DraftBlock, type DraftNode, isBlock, newBlock, newCondition } from './draft.ts';
import { RuleCondition } from './RuleCondition.tsx';

/** Changes the part with this id; null takes it out. */
export type ChangePart = (id: string, change: (node: DraftNode) => DraftNode | null) => void;

type Props = {
  readonly block: DraftBlock;
  /** "2.1" for the first block within the second; '' for the whole rule. */
  readonly number: string;
  readonly pointer: string;
  readonly faults: ReadonlyMap<string, string>;
  readonly showFaults: boolean;
  readonly onChange: ChangePart;
  readonly depth?: number;
};

/** Draws itself and the blocks within it. */
export function RuleBlock({ block, number, pointer, faults, showFaults, onChange, depth = 1 }: Props) {
  const { t } = useTranslation('groups');
  const addButton = useRef<HTMLButtonElement>(null);
  const here = `${pointer}/${block.mode}`;
  const fault = faults.get(here);
  const add = (part: DraftNode): void => onChange(block.id, (node) => ({ ...node, parts: [...block.parts, part] }));
  const removePart = (id: string): void => {
    onChange(id, () => null);
    // What had the focus is gone; the next thing one may want is here.
    addButton.current?.focus();
  };
  const name = number === '' ? t('rule.wholeRule') : t('rule.block', { number });
  return (
    <fieldset
      aria-label={name}
      className={cx(
        'min-w-0 space-y-2 rounded-lg border border-line p-3',
        depth % 2 === 0 ? 'bg-sunken' : 'bg-surface',
      )}
    >
      <SelectField
        label={t('rule.match')}
        value={block.mode}
        onChange={({ target }) => onChange(block.id, (node) => ({ ...node, mode: target.value as Combinator }))}
        className="max-w-xs"
      >
        {COMBINATORS.map((mode) => (
          <option key={mode} value={mode}>
            {t(`rule.${mode}`)}
          </option>
        ))}
      </SelectField>
      {block.parts.map((part, index) => {
        const partPointer = `${here}/${index}`;
        if (!isBlock(part))
          return (
            <RuleCondition
              key={part.id}
              condition={part}
              fault={
                part.value === '' && !showFaults
                  ? undefined
                  : (faults.get(`${partPointer}/${part.fact}`) ?? faults.get(partPointer))
              }
              onChange={onChange}
              onRemove={() => removePart(part.id)}
              onNest={depth < MAX_RULE_DEPTH ? () => onChange(part.id, () => newBlock('any_of', [part])) : undefined}
            />
          );
        const partNumber = number === '' ? String(index + 1) : `${number}.${index + 1}`;
        return (
          <div key={part.id} className="flex items-start gap-1">
            <div className="min-w-0 flex-1">
              <RuleBlock
                {...{ faults, showFaults, onChange }}
                block={part}
                number={partNumber}
                pointer={partPointer}
                depth={depth + 1}
              />
            </div>
            <Button
              kind="quiet"
              aria-label={t('rule.removeBlock', { number: partNumber })}
              onClick={() => removePart(part.id)}
            >
              <Trash2 aria-hidden="true" />
            </Button>
          </div>
        );
      })}
      {fault !== undefined && (showFaults || block.parts.length === 0) && (
        <p role="alert" className="text-xs font-medium text-critical">
          {fault}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        <Button size="sm" ref={addButton} onClick={() => add(newCondition())}>
          <Plus aria-hidden="true" /> {t('rule.addCondition')}
        </Button>
        {depth < MAX_RULE_DEPTH && (
          <Button size="sm" kind="quiet" onClick={() => add(newBlock('any_of', [newCondition()]))}>
            <Plus aria-hidden="true" /> {t('rule.addBlock')}
          </Button>
        )}
      </div>
    </fieldset>
  );
}
