/** The urgency of a tenant: its number, a bar of the six terms, and the sum written out. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import { formatNumber } from '../../ui/number.ts';
import { Popover } from '../../ui/Popover.tsx';
import type { CockpitRow } from './cockpitQueries.ts';
import { UrgencySum } from './UrgencySum.tsx';
import { contributionsOf, type Scale, TERM_FILLS } from './urgencyTerms.ts';

/** Number and bar as one button, which opens the sum. What lowers the urgency lies left of the zero line. */
export function UrgencyBar({ row, scale }: { readonly row: CockpitRow; readonly scale: Scale }) {
  const { t, i18n } = useTranslation('cockpit');
  const [open, setOpen] = useState(false);
  const terms = contributionsOf(row);
  const number = formatNumber(row.urgency, i18n.language, { least: 1 });
  const width = (points: number): string => `${(Math.abs(points) / (scale.above + scale.below)) * 100}%`;
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t('urgency.title', { name: row.tenant.name })}
      align="start"
      className="w-[min(27rem,calc(100vw-1.5rem))] p-4"
      trigger={(props) => (
        <button
          type="button"
          {...props}
          aria-label={t('urgency.explain', { urgency: number, name: row.tenant.name })}
          className="group block w-full rounded text-left"
        >
          <span
            className={cx(
              'text-base leading-5 font-semibold tabular-nums group-hover:underline',
              row.urgency > 50 ? 'text-critical' : 'text-ink',
            )}
          >
            {number}
          </span>
          <span aria-hidden="true" className="mt-1 flex h-2 overflow-hidden rounded-sm bg-neutral-wash">
            <span className="flex justify-end" style={{ width: width(scale.below) }}>
              {terms.map(
                ({ name, points }) =>
                  points < 0 && (
                    <span
                      key={name}
                      className="bg-good"
                      style={{ width: `${Math.min(100, (-points / scale.below) * 100)}%` }}
                    />
                  ),
              )}
            </span>
            {scale.below > 0 && <span className="w-px shrink-0 bg-ink-faint" />}
            {terms.map(
              ({ name, points }) =>
                points > 0 && <span key={name} className={TERM_FILLS[name]} style={{ width: width(points) }} />,
            )}
          </span>
        </button>
      )}
    >
      <UrgencySum row={row} />
    </Popover>
  );
}
