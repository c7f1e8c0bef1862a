/** One condition of a rule: a fact and what it must be. */

import { Braces, Trash2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { LEAVES, type Leaf } from '../../../../../src/domain/tagRule.ts';
import { Button } from '../../../ui/Button.tsx';
import { SelectField, TextField } from '../../../ui/Field.tsx';
import type { DraftCondition } from './draft.ts';
import type { ChangePart } from './RuleBlock.tsx';

/** A line of the builder; without `onNest` it is as deep as a rule may go. */
export function RuleCondition({
  condition,
  fault,
  onChange,
  onRemove,
  onNest,
}: {
  readonly condition: DraftCondition;
  readonly fault: string | undefined;
  readonly onChange: ChangePart;
  readonly onRemove: () => void;
  readonly onNest: (() => void) | undefined;
}) {
  const { t } = useTranslation('groups');
  const { id, fact, value } = condition;
  const set = (next: Partial<Omit<DraftCondition, 'id'>>): void => onChange(id, (node) => ({ ...node, ...next }));
  return (
    <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto] items-start gap-1.5 max-sm:grid-cols-[minmax(0,1fr)_auto]">
      <SelectField
        label={t('rule.fact')}
        hideLabel
        className="max-sm:col-span-2"
        value={fact}
        onChange={({ target }) => set({ fact: target.value as Leaf })}
      >
        {LEAVES.map((each) => (
          <option key={each} value={each}>
            {t(`rule.facts.${each}`)}
          </option>
        ))}
      </SelectField>
      <TextField
        label={t('rule.value')}
        hideLabel
        value={value}
        fault={fault}
        placeholder={t(`rule.examples.${fact}`)}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        onChange={({ target }) => set({ value: target.value })}
      />
      <div className="flex">
        {onNest !== undefined && (
          <Button kind="quiet" aria-label={t('rule.nest')} title={t('rule.nest')} onClick={onNest}>
            <Braces aria-hidden="true" />
          </Button>
        )}
        <Button
          kind="quiet"
          aria-label={t('rule.removeCondition', { fact: t(`rule.facts.${fact}`), value })}
          onClick={onRemove}
        >
          <Trash2 aria-hidden="true" />
        </Button>
      </div>
    </div>
  );
}
