/** The sum behind an urgency: each term with its count, its weight and what it adds. */

import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import type { CockpitRow } from './cockpitQueries.ts';
import { contributionsOf, TERM_FILLS } from './urgencyTerms.ts';

const NUMBER = 'py-1.5 pl-3 text-right whitespace-nowrap tabular-nums';

/** The six terms and their sum as a table. */
export function UrgencySum({ row }: { readonly row: CockpitRow }) {
  const { t, i18n } = useTranslation('cockpit');
  const round = (value: number): string => value.toLocaleString(i18n.language, { maximumFractionDigits: 2 });
  return (
    <table className="w-full text-xs">
      <caption className="pb-2 text-left text-sm font-semibold">
        {t('urgency.title', { name: row.tenant.name })}
      </caption>
      <thead className="sr-only">
        <tr>
          <th scope="col">{t('urgency.term')}</th>
          <th scope="col">{t('urgency.count')}</th>
          <th scope="col">{t('urgency.points')}</th>
        </tr>
      </thead>
      <tbody>
        {contributionsOf(row).map(({ name, count, weight, divisor, points }) => (
          <tr key={name} className="border-t border-line/60 align-top">
            <th scope="row" className="py-1.5 text-left font-normal text-ink-soft">
              <span className="flex gap-2">
                <span
                  aria-hidden="true"
                  className={cx('mt-1 size-2 shrink-0 rounded-xs', points < 0 ? 'bg-good' : TERM_FILLS[name])}
                />
                {t(`urgency.sentences.${name}`)}
              </span>
            </th>
            <td className={cx(NUMBER, 'text-ink-faint')}>
              {round(count)} {divisor === 1 ? `× ${round(weight)}` : `÷ ${round(divisor / weight)}`}
            </td>
            <td className={cx(NUMBER, 'font-medium', points < 0 && 'text-good')}>{round(points)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr className="border-t border-line-strong font-semibold">
          <th scope="row" colSpan={2} className="pt-2 text-left">
            {t('urgency.sum')}
          </th>
          <td className="pt-2 text-right tabular-nums">{round(row.urgency)}</td>
        </tr>
      </tfoot>
    </table>
  );
}
