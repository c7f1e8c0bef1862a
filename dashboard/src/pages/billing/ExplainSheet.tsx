/** Why one line is what it is: the sentence, the count of each day, the hosts. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { monthName } from '../../ui/month.ts';
import { Sheet } from '../../ui/Sheet.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { type BillingLine, explainQuery } from './billingQueries.ts';
import { DailyCounts } from './DailyCounts.tsx';
import { dayText } from './dayText.ts';
import { euroText } from './money.ts';

/** Opens over the table. */
export function ExplainSheet({
  tenantId,
  month,
  lines,
}: {
  readonly tenantId: string;
  readonly month: string;
  readonly lines: readonly BillingLine[];
}) {
  const { t, i18n } = useTranslation('billing');
  const navigate = useNavigate({ from: '/billing' });
  const explanation = useQuery(explainQuery(tenantId, month));
  const { data } = explanation;
  const name = lines.find((line) => line.tenant_id === tenantId)?.name ?? '';
  return (
    <Sheet
      open
      onClose={() => void navigate({ search: (old) => compact({ ...old, explain: undefined }) })}
      title={`${name} · ${monthName(month, i18n.language)}`}
      lead={data !== undefined && <Badge tone={data.state === 'closed' ? 'good' : 'accent'}>{t(data.state)}</Badge>}
    >
      {explanation.isError && <Problem error={explanation.error} onRetry={() => void explanation.refetch()} />}
      {explanation.isPending && <SkeletonRows rows={6} />}
      {data !== undefined && (
        <>
          <p className="text-base" lang="en">
            {data.sentence}
          </p>
          <Facts
            items={[
              [t('active'), data.active_agents],
              [t('free'), data.active_agents - data.billable_agents],
              [t('billable'), data.billable_agents],
              [t('monthly'), euroText(data.monthly_cents, i18n.language)],
              [
                t('basis'),
                data.counted_on === null
                  ? t(`basisOf.${data.basis}`)
                  : t('basisOn', { basis: t(`basisOf.${data.basis}`), day: dayText(data.counted_on, i18n.language) }),
              ],
            ]}
          />
          <section className="space-y-2">
            <h3 className="font-semibold">{t('days')}</h3>
            {data.days.length === 0 ? (
              <p className="text-ink-faint">{t('noDays')}</p>
            ) : (
              <DailyCounts days={data.days} month={month} />
            )}
          </section>
          {data.hosts.length > 0 && (
            <section className="space-y-2">
              <h3 className="font-semibold">{t('hosts')}</h3>
              <Table
                label={t('hosts')}
                rows={data.hosts}
                rowKey={(host) => `${host.hostname} ${host.registered_at}`}
                columns={[
                  { key: 'host', title: t('host'), cell: (host) => host.hostname },
                  {
                    key: 'since',
                    title: t('since'),
                    cell: (host) => <Time value={host.registered_at} format="date" />,
                  },
                ]}
              />
            </section>
          )}
        </>
      )}
    </Sheet>
  );
}
