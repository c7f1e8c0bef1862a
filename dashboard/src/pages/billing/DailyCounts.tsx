/** Active hosts of each day of a month, drawn as columns; the same numbers stand in a table for screen readers. */

import { useTranslation } from 'react-i18next';
import { FREE_AGENTS } from '../../../../src/domain/billing.ts';
import { dayText } from './dayText.ts';

const [WIDTH, HEIGHT, LEFT, BOTTOM] = [480, 140, 28, 18];

/** The line across is how many are free. */
export function DailyCounts({
  days,
  month,
}: {
  readonly days: readonly { readonly day: string; readonly active_agents: number }[];
  readonly month: string;
}) {
  const { t, i18n } = useTranslation('billing');
  const [year = 0, number = 1] = month.split('-').map(Number);
  const length = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const top = Math.max(FREE_AGENTS + 1, ...days.map((each) => each.active_agents));
  const step = (WIDTH - LEFT) / length;
  const y = (count: number): number => 6 + (HEIGHT - BOTTOM - 6) * (1 - count / top);
  const dayOf = (day: string): number => Number(day.slice(8, 10));
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" className="w-full text-2xs">
        {[0, top].map((count) => (
          <text key={count} x={LEFT - 6} y={y(count) + 4} textAnchor="end" className="fill-ink-faint">
            {count}
          </text>
        ))}
        <line x1={LEFT} x2={WIDTH} y1={y(0)} y2={y(0)} className="stroke-line" />
        {days.map(({ day, active_agents }) => (
          <rect
            key={day}
            x={LEFT + (dayOf(day) - 1) * step + 1}
            y={y(active_agents)}
            width={Math.max(1, step - 2)}
            height={y(0) - y(active_agents)}
            rx={1.5}
            className="fill-accent"
          />
        ))}
        <line
          x1={LEFT}
          x2={WIDTH}
          y1={y(FREE_AGENTS)}
          y2={y(FREE_AGENTS)}
          strokeDasharray="4 3"
          className="stroke-ink"
        />
        {[1, 8, 15, 22, 29].map((day) => (
          <text key={day} x={LEFT + (day - 0.5) * step} y={HEIGHT - 4} textAnchor="middle" className="fill-ink-faint">
            {day}
          </text>
        ))}
      </svg>
      <figcaption className="text-xs text-ink-faint">{t('daysHint', { count: FREE_AGENTS })}</figcaption>
      <table className="sr-only">
        <caption>{t('days')}</caption>
        <tbody>
          {days.map(({ day, active_agents }) => (
            <tr key={day}>
              <th scope="row">{dayText(day, i18n.language)}</th>
              <td>{active_agents}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}
