/** Tokens of a client in a table: whose, whether still good, and taking one back. */

import type { UseQueryResult } from '@tanstack/react-query';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time, useNow } from '../../ui/Time.tsx';

/** What any token of a client has. */
type Token = {
  readonly id: string;
  readonly name: string;
  readonly tenant_id: string;
  readonly revoked_at: string | null;
  readonly expires_at: string | null;
};

/** Whether a token is still good, in a word. */
function TokenState({ revoked, expires }: { readonly revoked: string | null; readonly expires: string | null }) {
  const { t } = useTranslation('settings');
  const now = useNow(60);
  if (revoked !== null) return <Badge>{t('revoked')}</Badge>;
  if (expires !== null && Date.parse(expires) <= now) return <Badge>{t('expired')}</Badge>;
  return <Badge tone="good">{t('good')}</Badge>;
}

/**
 * The table under its title; `columns` are those of this kind of token, `detail` is one of them that a phone has no
 * column for and shows under the name, and `revoke` takes one back.
 */
export function TokenTable<Row extends Token>({
  title,
  tokens,
  columns,
  detail,
  revoke,
  empty,
}: {
  readonly title: string;
  readonly tokens: UseQueryResult<{ readonly items: readonly Row[] }>;
  readonly columns: readonly Column<Row>[];
  readonly detail?: (row: Row) => ReactNode;
  readonly revoke: (id: string) => Promise<unknown>;
  readonly empty: ReactNode;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
  const revoking = useMutation({ mutationFn: revoke, onSuccess: () => queryClient.invalidateQueries() });
  return (
    <Card title={title} flush>
      {tokens.isPending && <SkeletonRows rows={3} />}
      {tokens.isError && <Problem error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {revoking.isError && <Problem error={revoking.error} />}
      {tokens.data && (
        <Table<Row>
          label={title}
          rows={tokens.data.items}
          rowKey={({ id }) => id}
          empty={empty}
          columns={[
            {
              key: 'name',
              title: t('name'),
              cell: (row) => (
                <>
                  <p className="font-medium wrap-anywhere">{row.name}</p>
                  {detail !== undefined && <p className="text-xs text-ink-soft sm:hidden">{detail(row)}</p>}
                  {row.expires_at !== null && (
                    <p className="text-xs text-ink-faint sm:hidden">
                      {t('expires')} <Time value={row.expires_at} format="relative" />
                    </p>
                  )}
                </>
              ),
            },
            { key: 'tenant', title: common('tenant'), from: 'md', cell: (row) => nameOf(row.tenant_id) },
            ...columns,
            {
              key: 'state',
              title: t('team.state'),
              cell: (row) => <TokenState revoked={row.revoked_at} expires={row.expires_at} />,
            },
            {
              key: 'expires',
              title: t('expires'),
              from: 'sm',
              cell: (row) => (row.expires_at === null ? '—' : <Time value={row.expires_at} format="relative" />),
            },
            {
              key: 'revoke',
              title: <span className="sr-only">{t('revoke')}</span>,
              align: 'right',
              cell: ({ id, name, revoked_at }) =>
                revoked_at === null && (
                  <Button
                    size="sm"
                    aria-label={`${t('revoke')}: ${name}`}
                    busy={revoking.isPending && revoking.variables === id}
                    onClick={() => revoking.mutate(id)}
                  >
                    {t('revoke')}
                  </Button>
                ),
            },
          ]}
        />
      )}
    </Card>
  );
}
