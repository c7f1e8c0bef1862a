/** The drawing of a chart, by uPlot; what it shows is said by {@link LineChart}. */

import 'uplot/dist/uPlot.min.css';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import uPlot from 'uplot';
import { dateLocale } from '../i18n.ts';
import type { ChartLine } from './LineChart.tsx';

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
function axisTime(seconds: number, step: number, language: string, zone: string): string {
  const at = uPlot.tzDate(new Date(seconds * 1_000), zone);
  const isDay = step >= DAY_SECONDS || (at.getHours() === 0 && at.getMinutes() === 0);
  return at.toLocaleString(
    dateLocale(language),
    isDay ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' },
  );
}

type Props = {
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly range?: readonly [number, number] | undefined;
  readonly span?: readonly [number, number] | undefined;
  readonly height: number;
  /** Whose days and hours the axis counts, by its IANA name. */
  readonly zone: string;
  /** Told the index under the pointer, or null when there is none. */
  readonly onPoint: (index: number | null) => void;
};

function dataOf({ times, lines }: Pick<Props, 'times' | 'lines'>): uPlot.AlignedData {
  return [[...times], ...lines.map(({ values }) => [...values])];
}

/** Built once for its lines and its zone: another wants another `key`. New values are drawn in place. */
export function ChartCanvas({ times, lines, range, span, height, zone, onPoint }: Props) {
  const { i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
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
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), zone),
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: {
        x: span === undefined ? {} : { auto: false, min: span[0], max: span[1] },
        y: range === undefined ? {} : { range: [range[0], range[1]] },
      },
      axes: [
        {
          ...axis,
          size: 28,
          values: (_, splits, __, ___, step) => splits.map((at) => axisTime(at, step, i18n.language, zone)),
        },
        { ...axis, size: 50, values: (_, splits) => splits.map((value) => lines[0]?.format(value) ?? String(value)) },
      ],
      series: [
        {},
        ...lines.map(({ label, color }) => ({
          label,
          stroke: () => themeColor(color),
          width: 1.5,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
    };
    return new uPlot(options, dataOf({ times, lines }), element);
  });
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
  }, []);
  useEffect(() => {
    chart.current?.setData(dataOf({ times, lines }));
    if (span !== undefined) chart.current?.setScale('x', { min: span[0], max: span[1] });
  }, [times, lines, span]);
  return <div ref={box} aria-hidden="true" className="w-full overflow-hidden" style={{ height }} />;
}
