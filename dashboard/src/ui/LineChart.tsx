/** A chart of values over time: a legend with numbers, the drawing, and a table for who cannot see it. */

import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ChartCanvas } from './ChartCanvas.tsx';
import { ChartTable } from './ChartTable.tsx';
import { momentText } from './Time.tsx';
import { useZone } from './zone.ts';

/** One line. `color` names a colour of the theme, such as `accent`; a gap is null. */
export type ChartLine = {
  readonly label: string;
  readonly color: 'accent' | 'critical' | 'high' | 'medium' | 'low' | 'good';
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
};

const HEIGHT = 220;

/**
 * Draws `lines` over `times` (seconds since the epoch). `range` fixes the axis of values and `span` that of time; else
 * they fit what there is. The legend shows the point under the pointer, else the last one.
 */
export function LineChart({
  label,
  times,
  lines,
  range,
  span,
  height = HEIGHT,
}: {
  readonly label: string;
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly range?: readonly [number, number];
  readonly span?: readonly [number, number];
  readonly height?: number;
}) {
  const { i18n } = useTranslation();
  const [zone] = useZone();
  const [at, setAt] = useState<number | null>(null);
  const shown = at ?? times.length - 1;
  const time = times[shown];
  return (
    <figure aria-label={label} className="min-w-0 space-y-2">
      <figcaption className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-xs">
        {lines.map(({ label: name, color, values, format }) => {
          const value = values[shown];
          return (
            <span key={name} className="flex items-center gap-1.5 text-ink-soft">
              <span aria-hidden="true" className="h-0.5 w-3 rounded" style={{ background: `var(--${color})` }} />
              {name}
              <span className="font-semibold text-ink tabular-nums">{value == null ? '—' : format(value)}</span>
            </span>
          );
        })}
        {time !== undefined && (
          <span className="ml-auto text-ink-faint tabular-nums">{momentText(time * 1_000, i18n.language, zone)}</span>
        )}
      </figcaption>
      <ChartCanvas
        key={`${lines.map(({ label: name, color }) => `${name} ${color}`).join()} ${range?.join()} ${height} ${zone}`}
        times={times}
        lines={lines}
        range={range}
        span={span}
        height={height}
        zone={zone}
        onPoint={setAt}
      />
      <ChartTable label={label} times={times} lines={lines} />
    </figure>
  );
}
