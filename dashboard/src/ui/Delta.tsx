/** How much something has changed: sign, arrow, colour and a word, so that none stands alone. */

import { ArrowDown, ArrowUp, Equal } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { cx } from './classNames.ts';
import { formatNumber } from './number.ts';

/** A change for the better is green, one for the worse red; higher is better. */
export function Delta({ value, digits = 1 }: { readonly value: number; readonly digits?: number }) {
  const { t, i18n } = useTranslation();
  const shown = formatNumber(value, i18n.language, { most: digits, least: digits, signed: true });
  const [Icon, word, tone] =
    value > 0
      ? ([ArrowUp, 'rising', 'text-good'] as const)
      : value < 0
        ? ([ArrowDown, 'falling', 'text-critical'] as const)
        : ([Equal, 'steady', 'text-ink-faint'] as const);
  return (
    <span className={cx('inline-flex items-center gap-0.5 text-2xs font-medium whitespace-nowrap tabular-nums', tone)}>
      <Icon aria-hidden="true" className="size-3" />
      {shown} {t(`trend.${word}`)}
    </span>
  );
}
