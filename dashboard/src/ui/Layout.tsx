/** The parts a page is laid out with. */

import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './classNames.ts';
import { usePageTitle } from './tabTitle.ts';
import { useZone } from './zone.ts';

/** A page: its title (also of the browser tab), what one can do, and the rest. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const [zone] = useZone();
  usePageTitle(title);
  return (
    <div className="mx-auto w-full max-w-[96rem] space-y-4 p-4 sm:p-6">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <h1 className="text-xl break-words text-balance font-semibold tracking-tight">{title}</h1>
          {lead !== undefined && <div className="mt-0.5 text-ink-soft">{lead}</div>}
          {/* Paper goes to people in other zones, and has no title to point at. */}
          <p className="mt-0.5 hidden text-xs text-ink-soft print:block">{t('time.zone', { zone })}</p>
        </div>
        {actions !== undefined && <div className="no-print flex flex-wrap items-center gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A box with a heading of its own. */
export function Card({
  title,
  actions,
  children,
  className,
  flush = false,
}: {
  readonly title?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string;
  /** Without padding, for tables. */
  readonly flush?: boolean;
}) {
  const id = useId();
  return (
    // A table within has its own name; the same twice would help nobody.
    <section
      aria-labelledby={title === undefined || flush ? undefined : id}
      className={cx('min-w-0 rounded-lg border border-line bg-surface', className)}
    >
      {title !== undefined && (
        <header className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-2">
          <h2 id={id} className="text-sm font-semibold">
            {title}
          </h2>
          {actions !== undefined && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
        </header>
      )}
      <div className={flush ? '' : 'p-4'}>{children}</div>
    </section>
  );
}

/** Names and values, one under the other. */
export function Facts({ items }: { readonly items: readonly (readonly [label: string, value: ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[minmax(7rem,auto)_minmax(0,1fr)] gap-x-4 gap-y-1.5 text-sm">
      {items.map(([label, value]) => (
        <div key={label} className="col-span-2 grid grid-cols-subgrid items-baseline">
          <dt className="text-ink-faint">{label}</dt>
          <dd className="min-w-0 break-words text-ink">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** One number that matters, with its name. */
export function Stat({
  label,
  value,
  detail,
}: {
  readonly label: string;
  readonly value: ReactNode;
  readonly detail?: ReactNode;
}) {
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-3">
      <p className="text-xs text-ink-faint">{label}</p>
      <p className="mt-0.5 text-2xl font-semibold tracking-tight tabular-nums">{value}</p>
      {detail !== undefined && <div className="mt-0.5 text-xs text-ink-soft">{detail}</div>}
    </div>
  );
}
