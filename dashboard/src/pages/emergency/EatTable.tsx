/** Tokens as rows; each leads to its timeline. On a phone there are two columns, and the rest stands under them. */

import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { EatItem } from './queries.ts';
import { LevelBadge, stateOfEat, TokenBadge } from './states.tsx';

/** `last` adds a column: time left, or what to do. */
export function EatTable({
  label,
  rows,
  empty,
  last,
}: {
  readonly label: string;
  readonly rows: readonly EatItem[];
  readonly empty: ReactNode;
  readonly last: Column<EatItem>;
}) {
  const { t } = useTranslation('emergency');
  const tenantName = useTenantName();
  return (
    <Table
      label={label}
      rows={rows}
      rowKey={({ nonce }) => nonce}
      empty={empty}
      columns={[
        {
          key: 'action',
          title: t('column.action'),
          cell: (eat) => (
            <div className="min-w-36">
              <Link
                to="/emergency/eats/$nonce"
                params={{ nonce: eat.nonce }}
                className="font-medium wrap-anywhere text-accent hover:underline"
              >
                {eat.labels.join(', ')}
              </Link>
              <p className="text-ink-soft">
                {tenantName(eat.tenant_id)} / {eat.hostname}
              </p>
              <p className="text-xs text-ink-faint md:hidden">
                <Time value={eat.issued_at} /> · <span className="wrap-anywhere">{eat.reason}</span>
              </p>
            </div>
          ),
        },
        {
          key: 'level',
          title: t('column.level'),
          from: 'sm',
          cell: (eat) => (
            <span className="flex flex-wrap gap-1">
              <LevelBadge level={eat.level} />
              {eat.kind === 'pre_issued' && <Badge>{t('kind.pre_issued')}</Badge>}
            </span>
          ),
        },
        {
          key: 'reason',
          title: t('column.reason'),
          from: 'lg',
          cell: (eat) => (
            <div className="max-w-80">
              <p className="truncate" title={eat.reason}>
                {eat.reason}
              </p>
              {eat.requested_by_email !== null && <p className="text-xs text-ink-faint">{eat.requested_by_email}</p>}
            </div>
          ),
        },
        { key: 'issued', title: t('column.issued'), from: 'md', cell: (eat) => <Time value={eat.issued_at} /> },
        {
          key: 'state',
          title: t('column.state'),
          cell: (eat) => (
            <>
              <TokenBadge state={stateOfEat(eat)} />
              <div className="mt-1 empty:hidden sm:hidden">{last.cell(eat)}</div>
            </>
          ),
        },
        { ...last, from: 'sm' },
      ]}
    />
  );
}
