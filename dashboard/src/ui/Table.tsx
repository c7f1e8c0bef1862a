/** A table of rows; on a narrow screen it scrolls sideways within itself. For thousands of rows see VirtualList. */

import type { Key, ReactNode } from 'react';
import { cx } from './classNames.ts';

/** One column: heading, what a cell shows, and where it stands. */
export type Column<Row> = {
  readonly key: string;
  readonly title: ReactNode;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'right';
  /** Classes of the cells, such as a width. */
  readonly className?: string;
  /** Hidden below the width named. */
  readonly from?: 'sm' | 'md' | 'lg' | 'xl';
};

const FROM = { sm: 'max-sm:hidden', md: 'max-md:hidden', lg: 'max-lg:hidden', xl: 'max-xl:hidden' } as const;

/** Rows under headings. `label` names the table for screen readers. */
export function Table<Row>({
  label,
  columns,
  rows,
  rowKey,
  empty,
  selected,
}: {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => Key;
  readonly empty?: ReactNode;
  readonly selected?: (row: Row) => boolean;
}) {
  if (rows.length === 0 && empty !== undefined) return empty;
  return (
    // A part that scrolls must be reachable by keyboard (WCAG 2.1.1).
    <section aria-label={label} tabIndex={0} className="relative overflow-x-auto">
      <table className="w-full border-collapse text-left">
        <thead>
          <tr>
            {columns.map(({ key, title, align, className, from }) => (
              <th
                key={key}
                scope="col"
                className={cx(
                  'border-b border-line px-3 py-2 text-xs font-medium whitespace-nowrap text-ink-faint first:pl-4 last:pr-4',
                  align === 'right' && 'text-right',
                  from && FROM[from],
                  className,
                )}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              className={cx(
                'border-b border-line/60 last:border-0 hover:bg-sunken/60',
                selected?.(row) && 'bg-accent-wash',
              )}
            >
              {columns.map(({ key, cell, align, className, from }) => (
                <td
                  key={key}
                  className={cx(
                    'px-3 py-2 align-middle first:pl-4 last:pr-4',
                    align === 'right' && 'text-right tabular-nums',
                    from && FROM[from],
                    className,
                  )}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
