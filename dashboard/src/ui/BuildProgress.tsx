/** Stages of a pack or report that is being built. */

import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from './classNames.ts';

const STAGES = ['collecting', 'rendering', 'signing'] as const;

/** `stage` as the hub names it; one that is not known counts as waiting. */
export function BuildProgress({ stage, lines }: { readonly stage: string; readonly lines: number }) {
  const { t, i18n } = useTranslation('packs');
  const at = STAGES.indexOf(stage as (typeof STAGES)[number]);
  return (
    <div role="status" className="space-y-2">
      <ol className="grid grid-cols-3 gap-2 text-xs">
        {STAGES.map((each, index) => (
          <li
            key={each}
            {...(index === at && { 'aria-current': 'step' as const })}
            className={cx(
              'border-t-2 pt-1.5',
              index < at
                ? 'border-good text-good'
                : index === at
                  ? 'border-accent text-accent'
                  : 'border-line text-ink-faint',
            )}
          >
            <span className={cx('flex items-center gap-1', index === at && 'motion-safe:animate-pulse')}>
              {index < at && <Check aria-hidden="true" className="size-3.5" />}
              {t(`stage.${each}`)}
            </span>
          </li>
        ))}
      </ol>
      <p className="text-xs text-ink-soft tabular-nums">
        {at < 0 ? t('stage.waiting') : t('stage.lines', { lines: new Intl.NumberFormat(i18n.language).format(lines) })}
      </p>
    </div>
  );
}
