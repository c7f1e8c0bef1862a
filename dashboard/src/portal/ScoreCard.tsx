/** The Trust Score of a client, its course over a month, and its components. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Problem, Skeleton } from '../ui/Feedback.tsx';
import { Card } from '../ui/Layout.tsx';
import { Sparkline } from '../ui/Sparkline.tsx';
import { Time } from '../ui/Time.tsx';
import { scoreQuery } from './portalQueries.ts';

/** Key of the cache is the signed-in client's own. */
export function ScoreCard({ tenantId }: { readonly tenantId: string }) {
  const { t, i18n } = useTranslation('portal');
  const score = useQuery({ ...scoreQuery, queryKey: [...scoreQuery.queryKey, tenantId] });
  const number = (value: number) => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 });
  return (
    <Card title={t('score.title')}>
      {score.isError ? (
        <Problem error={score.error} onRetry={() => void score.refetch()} />
      ) : score.data === undefined ? (
        <Skeleton className="h-28 w-full max-sm:h-[26rem]" />
      ) : (
        <div className="grid gap-6 md:grid-cols-[auto_minmax(0,1fr)]">
          <div>
            <p className="text-4xl font-semibold tracking-tight tabular-nums">
              {score.data.current === null ? '—' : number(score.data.current)}
              <span className="text-base font-normal text-ink-faint"> / 100</span>
            </p>
            <p className="mt-1 text-xs text-ink-soft">
              {t('score.delta', {
                delta: score.data.delta_24h.toLocaleString(i18n.language, {
                  maximumFractionDigits: 1,
                  signDisplay: 'exceptZero',
                }),
              })}
              {score.data.computed_at !== null && (
                <>
                  {' '}
                  · {t('score.asOf')} <Time value={score.data.computed_at} />
                </>
              )}
            </p>
            <div className="mt-3">
              <Sparkline
                label={t('score.course')}
                values={score.data.series.map((each) => each.score)}
                width={220}
                height={44}
              />
            </div>
          </div>
          <ul className="grid gap-x-8 gap-y-3 sm:grid-cols-2">
            {Object.entries(score.data.components ?? {}).map(([name, { value, weight }]) => (
              <li key={name}>
                <div className="flex justify-between gap-3 text-xs">
                  <span className="text-ink-soft">{t(`score.${name}` as 'score.patch_hygiene')}</span>
                  <span className="whitespace-nowrap tabular-nums">
                    {number(value)} <span className="text-ink-faint">{t('score.weight', { weight })}</span>
                  </span>
                </div>
                <div aria-hidden="true" className="mt-1 h-1.5 overflow-hidden rounded-full bg-line">
                  <div className="h-full rounded-full bg-accent" style={{ width: `${value}%` }} />
                </div>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
