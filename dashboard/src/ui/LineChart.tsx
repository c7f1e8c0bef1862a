/** A chart of values over time, drawn by uPlot; its numbers are a table below for who cannot see it. */

import 'uplot/dist/uPlot.min.css';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { dateLocale } from '../i18n.ts';
import { ChartTable } from './ChartTable.tsx';
import { cx } from './classNames.ts';

/** One line. `color` names a colour of the theme, such as `accent`; a gap is null. */
export type ChartLine = {
  readonly label: string;
  readonly color: 'accent' | 'critical' | 'high' | 'medium' | 'low' | 'good';
  readonly values: readonly (number | null)[];
  readonly format: (value: number) => string;
};

/** The colour as the browser has it now: light or dark. */
function themeColor(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const DAY_SECONDS = 86_400;

/** A mark of the time axis: the day, and within a day the time, in the viewer's own way. */
function axisTime(seconds: number, step: number, language: string): string {
  const at = new Date(seconds * 1_000);
  const isDay = step >= DAY_SECONDS || (at.getHours() === 0 && at.getMinutes() === 0);
  return at.toLocaleString(
    dateLocale(language),
    isDay ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' },
  );
}

const HEIGHT = 220;

/** Draws `lines` over `times` (seconds since the epoch). `range` fixes the axis; else it fits the values. */
export function LineChart({
  label,
  times,
  lines,
  range,
  height = HEIGHT,
}: {
  readonly label: string;
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly range?: readonly [number, number];
  readonly height?: number;
}) {
  const { i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const [at, setAt] = useState<number | null>(null);
  const build = useEffectEvent((element: HTMLElement): uPlot => {
    const axis: uPlot.Axis = {
      stroke: () => themeColor('ink-faint'),
      grid: { stroke: () => themeColor('line'), width: 1 },
      ticks: { show: false },
      font: '11px Inter, system-ui, sans-serif',
    };
    const options: uPlot.Options = {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: { y: range === undefined ? {} : { range: [...range] as [number, number] } },
      axes: [
        {
          ...axis,
          size: 28,
          values: (_, splits, __, ___, seconds) => splits.map((at) => axisTime(at, seconds, i18n.language)),
        },
        {
          ...axis,
          size: 46,
          values: (_, splits) => splits.map((value) => lines[0]?.format(value) ?? String(value)),
        },
      ],
      series: [
        {},
        ...lines.map(({ label: name, color }) => ({
          label: name,
          stroke: () => themeColor(color),
          width: 1.5,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [(plot) => setAt(plot.cursor.idx ?? null)] },
    };
    return new uPlot(options, [[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData, element);
  });

  // The lines there are decide how the chart is built; their values come by setData.
  const shape = `${lines.map(({ label: name, color }) => `${name} ${color}`).join()} ${range?.join()} ${height} ${i18n.language}`;
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const plot = build(element);
    chart.current = plot;
    const resize = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: plot.height }));
    resize.observe(element);
    const redraw = (): void => plot.redraw(false);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', redraw);
    const choice = new MutationObserver(redraw);
    choice.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    return () => {
      resize.disconnect();
      choice.disconnect();
      scheme.removeEventListener('change', redraw);
      plot.destroy();
    };
  }, [shape]);
  useEffect(() => {
    chart.current?.setData([[...times], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData);
  }, [times, lines]);

  const shown = at ?? times.length - 1;
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
        <span className="ml-auto text-ink-faint tabular-nums">
          {times[shown] !== undefined &&
            new Date(times[shown] * 1_000).toLocaleString(dateLocale(i18n.language), {
              dateStyle: 'medium',
              timeStyle: 'short',
            })}
        </span>
      </figcaption>
      <div ref={box} aria-hidden="true" className={cx('w-full overflow-hidden')} style={{ height }} />
      <ChartTable label={label} times={times} lines={lines} />
    </figure>
  );
}
