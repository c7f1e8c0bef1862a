/** What else happens on the host of an alert. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { stateOfEat, TokenBadge } from '../emergency/states.tsx';
import { StatusBadge } from './parts.tsx';

const SHOWN = 5;

function Rows({
  query,
  none,
  children,
}: {
  readonly query: { readonly isPending: boolean; readonly error: unknown };
  readonly none: string;
  readonly children: readonly ReactNode[];
}) {
  if (query.error) return <Problem error={query.error} />;
  if (query.isPending) return <Skeleton className="h-5 w-2/3" />;
  if (children.length === 0) return <p className="text-ink-soft">{none}</p>;
  return <ul className="space-y-2">{children}</ul>;
}

/** Emergency tokens of the host, newest first. */
export function HostEmergencies({ agentId }: { readonly agentId: string }) {
  const { t } = useTranslation('alerts');
  const query = useQuery({
    queryKey: ['emergency', 'of-host', agentId],
    queryFn: ({ signal }) =>
      ask(api.GET('/emergency', { params: { query: { agent_id: agentId, limit: SHOWN } }, signal })),
  });
  return (
    <Card title={t('detail.emergencies')}>
      <Rows query={query} none={t('detail.noEmergencies')}>
        {(query.data?.items ?? []).map((eat) => (
          <li key={eat.nonce} className="flex flex-wrap items-center gap-2">
            <TokenBadge state={stateOfEat(eat)} />
            <Link
              to="/emergency/eats/$nonce"
              params={{ nonce: eat.nonce }}
              className="font-medium hover:text-accent hover:underline"
            >
              {eat.labels.join(', ')}
            </Link>
            <span className="min-w-0 flex-1 truncate text-ink-soft">{eat.reason}</span>
            <span className="text-xs text-ink-faint">
              <Time value={eat.issued_at} format="ago" />
            </span>
          </li>
        ))}
      </Rows>
    </Card>
  );
}

/** Other alerts of the host, unresolved ones. */
export function HostAlerts({ agentId, alertId }: { readonly agentId: string; readonly alertId: string }) {
  const { t } = useTranslation('alerts');
  const query = useQuery({
    queryKey: ['alerts', 'of-host', agentId],
    queryFn: ({ signal }) =>
      ask(api.GET('/alerts', { params: { query: { agent_id: agentId, limit: SHOWN + 1 } }, signal })),
  });
  const others = (query.data?.items ?? []).filter(({ id }) => id !== alertId).slice(0, SHOWN);
  return (
    <Card title={t('detail.others')}>
      <Rows query={query} none={t('detail.noOthers')}>
        {others.map((alert) => (
          <li key={alert.id} className="flex flex-wrap items-center gap-2">
            <SeverityBadge severity={alert.severity} />
            <Link
              to="/alerts/$alertId"
              params={{ alertId: alert.id }}
              className="min-w-0 flex-1 truncate hover:text-accent hover:underline"
            >
              {alert.title}
            </Link>
            {alert.status !== 'open' && <StatusBadge status={alert.status} />}
          </li>
        ))}
      </Rows>
    </Card>
  );
}
