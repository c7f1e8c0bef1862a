/** How a host has fared: processor, memory and disk in percent; load; network. */

import { useQuery } from '@tanstack/react-query';
import { ChartLine as ChartIcon } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Chip } from '../../ui/Badge.tsx';
import { EmptyState, Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { type ChartLine, LineChart } from '../../ui/LineChart.tsx';
import { Time } from '../../ui/Time.tsx';
import { type HostDetail, METRIC_RANGES, metricsQuery } from './hostQueries.ts';
import { hostRoute } from './routes.tsx';

type Name = 'cpu_pct' | 'mem_pct' | 'disk_pct' | 'load_avg' | 'network_rx_mbps' | 'network_tx_mbps';
const CHARTS = [
  { key: 'usage', names: ['cpu_pct', 'mem_pct', 'disk_pct'], range: [0, 100] },
  { key: 'load', names: ['load_avg'] },
  { key: 'network', names: ['network_rx_mbps', 'network_tx_mbps'] },
] as const satisfies readonly { key: string; names: readonly Name[]; range?: readonly [number, number] }[];
type Measured = {
  readonly fromMs: number;
  readonly toMs: number;
  readonly items: readonly { readonly sampled_at: string }[];
};
const COLORS = ['accent', 'good', 'high'] as const;

/** Less than this part of a range without a sample at its beginning is how samples fall, and not worth a word. */
const WORTH_SAYING = 0.05;

/** The tab of metrics; the range is in the address. */
export function HostMetrics({ host }: { readonly host: HostDetail }) {
  const { t, i18n } = useTranslation('hosts');
  const { range = '24h' } = hostRoute.useSearch();
  const navigate = hostRoute.useNavigate();
  const { data, error, isPending, refetch } = useQuery(metricsQuery(host.id, range));
  const samples = data?.items;
  const times = useMemo(() => samples?.map(({ sampled_at }) => Date.parse(sampled_at) / 1_000) ?? [], [samples]);
  const span = useMemo(() => data && ([data.fromMs / 1_000, data.toMs / 1_000] as const), [data]);
  const charts = useMemo(
    () =>
      CHARTS.map(({ key, names, ...rest }) => ({
        key,
        ...rest,
        lines: names.map(
          (name, index): ChartLine => ({
            label: t(`metrics.${name}`),
            color: COLORS[index] ?? 'accent',
            values: samples?.map((sample) => sample[name]) ?? [],
            format: (value) =>
              `${value.toLocaleString(i18n.language, { maximumFractionDigits: value < 10 ? 1 : 0 })}${name.endsWith('_pct') ? ' %' : name.endsWith('_mbps') ? ' Mb/s' : ''}`,
          }),
        ),
      })),
    [samples, t, i18n.language],
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
      {samples?.length === 0 && (
        <EmptyState title={t('metrics.none')} icon={<ChartIcon aria-hidden="true" />}>
          {t('metrics.noneText')}
        </EmptyState>
      )}
      {data !== undefined && <MeasuredSince data={data} />}
      {samples !== undefined && samples.length > 0 && (
        <div className="grid gap-4 xl:grid-cols-2">
          {charts.map(({ key, lines, ...rest }) => (
            <Card key={key} title={t(`metrics.${key}`)} {...(key === 'usage' && { className: 'xl:col-span-2' })}>
              <LineChart
                label={t('metrics.chart', { what: t(`metrics.${key}`), host: host.hostname })}
                times={times}
                lines={lines}
                {...(span !== undefined && { span })}
                {...rest}
              />
            </Card>
          ))}
        </div>
      )}
    </div>
  );
}

/** Why a chart begins late: the host is young, or was silent. */
function MeasuredSince({ data }: { readonly data: Measured }) {
  const { t } = useTranslation('hosts');
  const [first] = data.items;
  if (first === undefined) return null;
  const missing = Date.parse(first.sampled_at) - data.fromMs;
  if (missing < WORTH_SAYING * (data.toMs - data.fromMs)) return null;
  return (
    <p className="text-xs text-ink-soft">
      {t('metrics.since')} <Time value={first.sampled_at} />
    </p>
  );
}
