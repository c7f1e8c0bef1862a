/** How a host has fared: processor, memory and disk in percent; load; network. */

import { useQuery } from '@tanstack/react-query';
import { ChartLine as ChartIcon } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chip } from '../../ui/Badge.tsx';
import { EmptyState, Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { type ChartLine, LineChart } from '../../ui/LineChart.tsx';
import { type HostDetail, METRIC_RANGES, metricsQuery } from './hostQueries.ts';
import { hostRoute } from './routes.tsx';

type Name = 'cpu_pct' | 'mem_pct' | 'disk_pct' | 'load_avg' | 'network_rx_mbps' | 'network_tx_mbps';
const CHARTS = [
  { key: 'usage', names: ['cpu_pct', 'mem_pct', 'disk_pct'], range: [0, 100] },
  { key: 'load', names: ['load_avg'] },
  { key: 'network', names: ['network_rx_mbps', 'network_tx_mbps'] },
] as const satisfies readonly { key: string; names: readonly Name[]; range?: readonly [number, number] }[];
const COLORS = ['accent', 'good', 'high'] as const;

/** The tab of metrics; the range is in the address. */
export function HostMetrics({ host }: { readonly host: HostDetail }) {
  const { t, i18n } = useTranslation('hosts');
  const { range = '24h' } = hostRoute.useSearch();
  const navigate = hostRoute.useNavigate();
  const { data, error, isPending, refetch } = useQuery(metricsQuery(host.id, range));
  const times = useMemo(() => data?.map(({ sampled_at }) => Date.parse(sampled_at) / 1_000) ?? [], [data]);
  const charts = useMemo(
    () =>
      CHARTS.map(({ key, names, ...rest }) => ({
        key,
        ...rest,
        lines: names.map(
          (name, index): ChartLine => ({
            label: t(`metrics.${name}`),
            color: COLORS[index] ?? 'accent',
            values: data?.map((sample) => sample[name]) ?? [],
            format: (value) =>
              `${value.toLocaleString(i18n.language, { maximumFractionDigits: value < 10 ? 1 : 0 })}${name.endsWith('_pct') ? ' %' : name.endsWith('_mbps') ? ' Mb/s' : ''}`,
          }),
        ),
      })),
    [data, t, i18n.language],
  );
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap gap-2">
        {METRIC_RANGES.map((each) => (
          <Chip
            key={each}
            pressed={range === each}
            onPress={() => void navigate({ search: (old) => ({ ...old, range: each }), replace: true })}
          >
            {t(`ranges.${each}`)}
          </Chip>
        ))}
      </div>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && error === null && <Skeleton className="h-72 w-full" />}
      {data?.length === 0 && (
        <EmptyState title={t('metrics.none')} icon={<ChartIcon aria-hidden="true" />}>
          {t('metrics.noneText')}
        </EmptyState>
      )}
      {data !== undefined && data.length > 0 && (
        <div className="grid gap-4 xl:grid-cols-2">
          {charts.map(({ key, lines, ...rest }) => (
            <Card key={key} title={t(`metrics.${key}`)} {...(key === 'usage' && { className: 'xl:col-span-2' })}>
              <LineChart
                label={t('metrics.chart', { what: t(`metrics.${key}`), host: host.hostname })}
                times={times}
                lines={lines}
                {...rest}
              />
            </Card>
          ))}
        </div>
      )}
    </div>
  );
}
