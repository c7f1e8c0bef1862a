/** The Trust Score of a client over time. */

import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { API_BASE } from '../../api/client.ts';
import { Chip } from '../../ui/Badge.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { EmptyState, Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { type ChartLine, LineChart } from '../../ui/LineChart.tsx';
import { SCORE_RANGES } from './hostQueries.ts';
import { scoreQuery } from './overviewQueries.ts';
import { overviewRoute } from './routes.tsx';

/** The range is in the address; what proves the number stands below it. */
export function ScoreCard({ tenantId, name }: { readonly tenantId: string; readonly name: string }) {
  const { t, i18n } = useTranslation('overview');
  const { range = SCORE_RANGES[0] } = overviewRoute.useSearch();
  const navigate = overviewRoute.useNavigate();
  const { data, error, refetch } = useQuery(scoreQuery(tenantId, range));
  const times = useMemo(() => data?.series.map(({ computed_at }) => Date.parse(computed_at) / 1_000) ?? [], [data]);
  const lines = useMemo(
    (): ChartLine[] => [
      {
        label: t('score.title'),
        color: 'accent',
        values: data?.series.map(({ score }) => score) ?? [],
        format: (value) => value.toLocaleString(i18n.language, { maximumFractionDigits: 1 }),
      },
    ],
    [data, t, i18n.language],
  );
  // The axis leaves room below the lowest point, in steps, so that small changes do not look like falls.
  const lowest = Math.min(100, ...(data?.series.map(({ score }) => score) ?? []));
  const floor = Math.max(0, Math.floor((lowest - 5) / 10) * 10);
  const query = new URLSearchParams({
    tenant_id: tenantId,
    ...(data?.computed_at != null && { at: data.computed_at }),
  });
  return (
    <Card
      title={t('score.title')}
      actions={SCORE_RANGES.map((each) => (
        <Chip
          key={each}
          pressed={range === each}
          onPress={() => void navigate({ search: (old) => ({ ...old, range: each }), replace: true })}
        >
          {t(`ranges.${each}`)}
        </Chip>
      ))}
    >
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton className="h-72 w-full" />}
      {data?.series.length === 0 && <EmptyState title={t('score.none')}>{t('score.noneText')}</EmptyState>}
      {data !== undefined && data.series.length > 0 && (
        <div className="space-y-3">
          <LineChart label={t('score.chart', { name })} times={times} lines={lines} range={[floor, 100]} />
          <div className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line pt-3 text-xs text-ink-faint">
            <span>{t('score.formula', { version: data.formula_version ?? '—' })}</span>
            {data.inputs_hash !== null && (
              <span className="flex min-w-0 items-center gap-1">
                {t('score.hash')}
                <span className="w-40 min-w-0">
                  <CopyText text={data.inputs_hash} />
                </span>
              </span>
            )}
            <a
              href={`${API_BASE}/trust-score/v12/tenant/inputs?${query}`}
              target="_blank"
              rel="noreferrer"
              className="py-1 text-accent hover:underline"
            >
              {t('score.inputs')}
            </a>
          </div>
        </div>
      )}
    </Card>
  );
}
