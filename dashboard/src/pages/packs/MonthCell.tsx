/** One month of one client in the grid: a mark, and a link to its panel. */

import { Link } from '@tanstack/react-router';
import {
  Check,
  CircleDashed,
  CircleDotDashed,
  History,
  LoaderCircle,
  type LucideIcon,
  Minus,
  TriangleAlert,
} from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { cx } from '../../ui/classNames.ts';
import { monthName, shortMonth } from '../../ui/month.ts';
import type { PackState } from './packState.ts';

const MARKS: Readonly<Record<PackState, { readonly icon: LucideIcon; readonly look: string }>> = {
  closed: { icon: Check, look: 'border-transparent bg-good-wash text-good' },
  preview: { icon: CircleDotDashed, look: 'border-transparent bg-accent-wash text-accent' },
  building: { icon: LoaderCircle, look: 'border-transparent bg-low-wash text-low [&_svg]:motion-safe:animate-spin' },
  failed: { icon: TriangleAlert, look: 'border-transparent bg-critical-wash text-critical' },
  recorded: { icon: History, look: 'border-line-strong/40 text-ink-soft' },
  absent: { icon: CircleDashed, look: 'border-line-strong/40 border-dashed text-ink-faint' },
  before: { icon: Minus, look: 'border-transparent text-ink-faint' },
  future: { icon: Minus, look: 'border-transparent text-ink-faint' },
};

/** The mark of a state, as the legend shows it. */
export function StateMark({ state }: { readonly state: PackState }) {
  const { icon: Icon, look } = MARKS[state];
  return (
    <span className={cx('inline-grid size-5 place-items-center rounded border [&_svg]:size-3.5', look)}>
      <Icon aria-hidden="true" />
    </span>
  );
}

/** `withName` writes the month below the mark, where there is no heading above. */
export function MonthCell({
  client,
  month,
  state,
  selected,
  withName = false,
}: {
  readonly client: { readonly id: string; readonly name: string };
  readonly month: string;
  readonly state: PackState;
  readonly selected: boolean;
  readonly withName?: boolean;
}) {
  const { t, i18n } = useTranslation('packs');
  const { icon: Icon, look } = MARKS[state];
  const box = cx(
    'grid h-9 w-full min-w-9 place-items-center rounded-md border text-2xs [&_svg]:size-4',
    withName && 'h-12',
    look,
  );
  const inside = (
    <>
      <Icon aria-hidden="true" />
      {withName && <span aria-hidden="true">{shortMonth(month, i18n.language)}</span>}
    </>
  );
  if (state === 'future' || state === 'before')
    return (
      <span className={box} title={t(`state.${state}`)}>
        {inside}
      </span>
    );
  return (
    <Link
      from="/audit-packs"
      search={(old) => compact({ ...old, client: client.id, month, view: undefined })}
      aria-label={t('cell', {
        client: client.name,
        month: withName ? `${shortMonth(month, i18n.language)} ${month.slice(0, 4)}` : monthName(month, i18n.language),
        state: t(`state.${state}`),
      })}
      title={t(`state.${state}`)}
      className={cx(box, 'hover:border-accent', selected && 'ring-2 ring-accent')}
    >
      {inside}
    </Link>
  );
}
