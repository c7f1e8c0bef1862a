/** What an alert knows about itself. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Card, Facts } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Alert } from './data.ts';

/** A fact that came with the alert: plain values as they are, the rest as JSON. */
function shown(name: string, value: unknown): ReactNode {
  if (name === 'cve_id' && typeof value === 'string')
    return (
      <Link to="/cves/$cveId" params={{ cveId: value }} className="text-accent underline underline-offset-2">
        {value}
      </Link>
    );
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  return <code className="font-mono text-xs break-all">{JSON.stringify(value)}</code>;
}

/** The card of facts; the resolution first, once there is one. */
export function AlertFacts({ alert }: { readonly alert: Alert }) {
  const { t } = useTranslation('alerts');
  const facts: (readonly [string, ReactNode])[] = [
    [t('detail.source'), t(`source.${alert.source}`)],
    [t('detail.opened'), <Time key="opened" value={alert.opened_at} />],
  ];
  if (alert.resolution !== null)
    facts.unshift([
      t('detail.resolution'),
      <span key="resolution" className="whitespace-pre-wrap">
        {alert.resolution}
      </span>,
    ]);
  if (alert.occurrences > 1)
    facts.push(
      [t('detail.times'), alert.occurrences],
      [t('detail.last'), <Time key="last" value={alert.last_occurred_at} />],
    );
  if (alert.assigned_to !== null) facts.push([t('detail.assigned'), alert.assigned_to_email ?? t('event.somebody')]);
  for (const [name, value] of Object.entries(alert.detail)) facts.push([name, shown(name, value)]);
  return (
    <Card title={t('detail.what')}>
      <Facts items={facts} />
    </Card>
  );
}
