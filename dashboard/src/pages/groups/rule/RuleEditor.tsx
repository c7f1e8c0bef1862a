/** The rule of a group: by blocks and conditions, or as JSON; both are the same rule. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../../ui/Button.tsx';
import { changed, type DraftBlock, faultsOf, toRule } from './draft.ts';
import { RuleBlock } from './RuleBlock.tsx';
import { RuleJson } from './RuleJson.tsx';

/** `showFaults` marks what is not filled in yet, too. `onBroken` hears whether the JSON typed is no rule. */
export function RuleEditor({
  draft,
  onChange,
  onBroken,
  showFaults,
}: {
  readonly draft: DraftBlock;
  readonly onChange: (draft: DraftBlock) => void;
  readonly onBroken: (isBroken: boolean) => void;
  readonly showFaults: boolean;
}) {
  const { t } = useTranslation('groups');
  const [view, setView] = useState<'builder' | 'json'>('builder');
  const faults = faultsOf(toRule(draft));
  return (
    <div className="space-y-3">
      <div role="group" aria-label={t('rule.view')} className="flex gap-1">
        {(['builder', 'json'] as const).map((each) => (
          <Button
            key={each}
            size="sm"
            kind={view === each ? 'secondary' : 'quiet'}
            aria-pressed={view === each}
            onClick={() => {
              setView(each);
              // The other view shows the rule as it is; JSON that was none is gone.
              onBroken(false);
            }}
          >
            {t(`rule.${each}`)}
          </Button>
        ))}
      </div>
      {view === 'builder' ? (
        <RuleBlock
          block={draft}
          number=""
          pointer=""
          faults={faults}
          showFaults={showFaults}
          onChange={(id, change) => onChange(changed(draft, id, change))}
        />
      ) : (
        <RuleJson draft={draft} onChange={onChange} onBroken={onBroken} />
      )}
    </div>
  );
}
