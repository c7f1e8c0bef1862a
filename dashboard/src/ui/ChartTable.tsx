/** The numbers of a chart as a table, closed until somebody wants them. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChartLine } from './LineChart.tsx';
import { Table } from './Table.tsx';
import { Time } from './Time.tsx';

/** As many rows as one reads; every nth point stands for its neighbours. */
const ROWS = 48;

/** Opens by a line that says so. */
export function ChartTable({
  label,
  times,
  lines,
}: {
  readonly label: string;
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
}) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const step = Math.max(1, Math.ceil(times.length / ROWS));
  const rows = times
    .flatMap((time, index) => ((times.length - 1 - index) % step === 0 ? [{ time, index }] : []))
    .toReversed();
  return (
    <details className="no-print" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="w-fit rounded py-1 text-xs text-ink-faint hover:text-ink">{t('asTable')}</summary>
      {isOpen && (
        <div className="mt-2 max-h-72 overflow-y-auto rounded-md border border-line">
          <Table
            label={label}
            rows={rows}
            rowKey={({ time }) => time}
            columns={[
              {
                key: 'time',
                title: t('when'),
                cell: ({ time }) => <Time value={new Date(time * 1_000).toISOString()} />,
              },
              ...lines.map(({ label: name, values, format }) => ({
                key: name,
                title: name,
                align: 'right' as const,
                cell: ({ index }: (typeof rows)[number]) => {
                  const value = values[index];
                  return value == null ? '—' : format(value);
                },
              })),
            ]}
          />
        </div>
      )}
    </details>
  );
}
