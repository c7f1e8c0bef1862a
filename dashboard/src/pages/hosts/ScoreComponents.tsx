/** The six components of the Trust Score: how good each is, how much it weighs, and what weakens it. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { COMPONENTS, type Component, type TrustScoreInputs } from '../../../../src/domain/trustScore.ts';
import { cx } from '../../ui/classNames.ts';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { scoreInputsQuery, scoreQuery } from './overviewQueries.ts';
import { overviewRoute } from './routes.tsx';
import { WEAKNESSES } from './weakness.ts';

/** The hub has stored the text that it computed the score from; its hash is beside the chart. */
function parseInputs(text: string | undefined): TrustScoreInputs | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as TrustScoreInputs);
}

const GOOD = 90;
const FAIR = 70;

/** One bar a component; its whole width is 100. */
export function ScoreComponents({ tenantId }: { readonly tenantId: string }) {
  const { t, i18n } = useTranslation('overview');
  const { range = '30d' } = overviewRoute.useSearch();
  const { data, error } = useQuery(scoreQuery(tenantId, range));
  const inputs = parseInputs(useQuery(scoreInputsQuery(tenantId, data?.computed_at ?? null)).data?.inputs);
  const round = (value: number): string => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  return (
    <Card
      title={t('components.title')}
      actions={
        data?.computed_at != null && (
          // Its numbers are those of that moment: the ones above are live, and may have moved on.
          <p className="text-xs text-ink-faint">
            {t('components.asOf')} <Time value={data.computed_at} />
          </p>
        )
      }
    >
      {error !== null && <Problem error={error} />}
      {data === undefined && error === null && <SkeletonRows rows={6} />}
      <ul className="space-y-3.5">
        {COMPONENTS.map((name: Component) => {
          const component = data?.components[name];
          if (component === undefined) return null;
          const said = inputs && WEAKNESSES[name](inputs);
          return (
            <li key={name} className="space-y-1">
              <p className="flex items-baseline justify-between gap-3">
                <span className="font-medium">{t(`components.${name}`)}</span>
                <span className="text-xs whitespace-nowrap text-ink-faint tabular-nums">
                  <span className="font-semibold text-ink">{round(component.value)}</span>{' '}
                  {t('components.weight', { percent: round(component.weight) })}
                </span>
              </p>
              <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-neutral-wash">
                <div
                  className={cx(
                    'h-full rounded-full',
                    component.value >= GOOD ? 'bg-good' : component.value >= FAIR ? 'bg-medium' : 'bg-critical',
                  )}
                  style={{ width: `${component.value}%` }}
                />
              </div>
              <p className="min-h-4 text-xs text-ink-faint">{said && t(`weakness.${said.key}`, said.numbers)}</p>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
