/** The hosts of a request, in the order of their turn, with where each stands. */

import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import type { QuorumRequest } from './queries.ts';
import { TokenBadge } from './states.tsx';

/** A host has a token, and so a timeline, once it was its turn. */
const hasToken = (state: string): boolean => state !== 'waiting' && state !== 'stopped';

/** The table. */
export function Targets({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const isFleet = request.targets.length > 1;
  return (
    <Card title={t('quorum.hosts')} flush>
      <Table
        label={t('quorum.hosts')}
        rows={request.targets}
        rowKey={(target) => target.nonce}
        columns={[
          {
            key: 'host',
            title: t('column.host'),
            cell: (target) => (
              <span className="flex items-center gap-2">
                <span className="font-medium">{target.hostname}</span>
                {isFleet && target.stage === 0 && <Badge tone="accent">{t('quorum.canary')}</Badge>}
              </span>
            ),
          },
          {
            key: 'state',
            title: t('column.state'),
            cell: (target) =>
              request.state === 'approved' || hasToken(target.state) ? <TokenBadge state={target.state} /> : '—',
          },
          {
            key: 'timeline',
            title: <span className="sr-only">{t('quorum.timeline')}</span>,
            align: 'right',
            cell: (target) =>
              hasToken(target.state) && (
                <ButtonLink
                  to="/emergency/eats/$nonce"
                  params={{ nonce: target.nonce }}
                  size="sm"
                  aria-label={`${t('quorum.timeline')}: ${target.hostname}`}
                >
                  {t('quorum.timeline')}
                </ButtonLink>
              ),
          },
        ]}
      />
    </Card>
  );
}
