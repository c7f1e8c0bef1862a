/** The rule as JSON, with its faults at their pointers. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TextArea } from '../../../ui/Field.tsx';
import { type DraftBlock, faultsOf, toDraft, toRule } from './draft.ts';

type Read = { readonly rule: Record<string, unknown> | null; readonly broken: string | null };

function read(text: string): Read {
  try {
    return { rule: JSON.parse(text) as Record<string, unknown>, broken: null };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { rule: null, broken: error.message };
  }
}

/** What is typed becomes the rule as soon as it is one; until then `onBroken` hears that it must not be saved. */
export function RuleJson({
  draft,
  onChange,
  onBroken,
}: {
  readonly draft: DraftBlock;
  readonly onChange: (draft: DraftBlock) => void;
  readonly onBroken: (isBroken: boolean) => void;
}) {
  const { t } = useTranslation('groups');
  const [text, setText] = useState(() => JSON.stringify(toRule(draft), null, 2));
  const { rule, broken } = read(text);
  const faults = rule === null ? [] : [...faultsOf(rule)];
  const type = (next: string): void => {
    setText(next);
    const { rule: typed } = read(next);
    const isRule = typed !== null && faultsOf(typed).size === 0;
    onBroken(!isRule);
    if (isRule) onChange(toDraft(typed));
  };
  return (
    <div className="space-y-2">
      <TextArea
        label={t('rule.jsonLabel')}
        hint={t('rule.jsonHint')}
        rows={12}
        spellCheck={false}
        className="[&_textarea]:font-mono [&_textarea]:text-xs"
        value={text}
        fault={broken === null ? undefined : t('rule.jsonBroken', { message: broken })}
        onChange={({ target }) => type(target.value)}
      />
      {faults.length > 0 && (
        <div role="alert" aria-label={t('rule.faults')}>
          <ul className="space-y-1 text-xs text-critical">
            {faults.map(([pointer, message]) => (
              <li key={pointer}>
                <code className="font-mono">{pointer || '/'}</code> {message}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
