/** The rows of the cockpit: only those on the screen exist, and the next page is read before one gets there. */

import { useNavigate } from '@tanstack/react-router';
import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual';
import { type MouseEvent, type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import { useMedia } from '../../ui/useMedia.ts';
import type { CockpitRow } from './cockpitQueries.ts';
import { COLUMNS, ROW_HEIGHT, TenantCard, TenantRow } from './TenantRow.tsx';
import { scaleOf } from './urgencyTerms.ts';
import { useRowKeys } from './useRowKeys.ts';

/** The page after is asked for when this many rows are left below. */
const AHEAD_ROWS = 120;
const CARD_HEIGHT = 296;
const CARD_GAP = 12;
const HEADINGS = ['urgency', 'client', 'score', 'alert', 'cve', 'hosts', 'actions'] as const;

/** A table from 1280 px on, cards below. `visible` is told the ids on the screen. */
export function TenantList({
  rows,
  total,
  visible,
  onNearEnd,
}: {
  readonly rows: readonly CockpitRow[];
  readonly total: number | undefined;
  readonly visible: RefObject<readonly string[]>;
  readonly onNearEnd: () => void;
}) {
  const { t } = useTranslation('cockpit');
  const navigate = useNavigate();
  const isTable = useMedia('(min-width: 1280px)');
  const list = useRef<HTMLDivElement>(null);
  const [margin, setMargin] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  const scale = useMemo(() => scaleOf(rows), [rows]);
  // What stands above the list may grow by a line; the rows are placed from the top of the page.
  useLayoutEffect(() => {
    const measure = (): void => {
      if (list.current !== null) setMargin(Math.round(list.current.getBoundingClientRect().top + scrollY));
    };
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    measure();
    return () => observer.disconnect();
  }, []);
  // oxlint-disable-next-line react/incompatible-library -- nothing here is memoized by a compiler
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (isTable ? ROW_HEIGHT : CARD_HEIGHT),
    gap: isTable ? 0 : CARD_GAP,
    getItemKey: (index) => rows[index]?.tenant.id ?? index,
    overscan: 8,
    scrollMargin: margin,
    // Below the bar and the headings, which stay.
    scrollPaddingStart: 100,
    scrollPaddingEnd: 24,
    // The row with the focus stays, wherever one scrolls: the focus would be lost with it.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range);
      return active === null || indexes.includes(active) || active >= range.count
        ? indexes
        : [...indexes, active].toSorted((a, b) => a - b);
    },
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    visible.current = items.flatMap(({ index }) => rows[index]?.tenant.id ?? []);
  });
  useEffect(() => {
    if (last >= rows.length - AHEAD_ROWS) onNearEnd();
  }, [last, rows.length, onNearEnd]);
  useRowKeys({ list, count: rows.length, active, setActive, reveal: (index) => virtualizer.scrollToIndex(index) });

  /** A click on a row that is not on one of its buttons or links opens the client. */
  const openRow = (event: MouseEvent, row: CockpitRow): void => {
    if (event.target instanceof Element && event.target.closest('a, button, [role="dialog"]') !== null) return;
    if (String(getSelection()) === '') void navigate({ to: '/overview', search: { tenant: row.tenant.id } });
  };
  return (
    <div
      role={isTable ? 'table' : 'list'}
      aria-label={t('table')}
      {...(isTable && { 'aria-rowcount': (total ?? rows.length) + 1 })}
      className={cx('no-print', isTable && 'rounded-lg border border-line bg-surface')}
    >
      {isTable && (
        <div role="rowgroup" className="sticky top-12 z-10 rounded-t-lg border-b border-line bg-surface">
          <div role="row" aria-rowindex={1} className={cx(COLUMNS, 'h-9 text-xs font-medium text-ink-faint')}>
            {HEADINGS.map((key) => (
              <span key={key} role="columnheader">
                {key === 'actions' ? <span className="sr-only">{t(`columns.${key}`)}</span> : t(`columns.${key}`)}
              </span>
            ))}
          </div>
        </div>
      )}
      <div
        ref={list}
        {...(isTable && { role: 'rowgroup' })}
        className="relative"
        style={{ height: virtualizer.getTotalSize() }}
      >
        {items.map(({ index, start, key }) => {
          const row = rows[index];
          if (row === undefined) return null;
          return (
            // The keyboard opens a row by the link in it; the click is a larger target for the same.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions -- see above
            <div
              key={key}
              role={isTable ? 'row' : 'listitem'}
              {...(isTable ? { 'aria-rowindex': index + 2 } : { ref: virtualizer.measureElement })}
              data-index={index}
              onClick={(event) => openRow(event, row)}
              className={cx(
                'absolute inset-x-0 top-0 cursor-pointer',
                isTable && cx(COLUMNS, 'border-b border-line/60 hover:bg-sunken/60 focus-within:bg-accent-wash'),
              )}
              style={{
                transform: `translateY(${start - margin}px)`,
                ...(isTable && { height: ROW_HEIGHT }),
              }}
            >
              {isTable ? <TenantRow row={row} scale={scale} /> : <TenantCard row={row} scale={scale} />}
            </div>
          );
        })}
      </div>
    </div>
  );
}
