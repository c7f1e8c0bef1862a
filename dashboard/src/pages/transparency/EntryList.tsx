/** Entries of the log, newest first. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Landmark } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { Badge } from '../../ui/Badge.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { entriesQuery, type LogItem } from './logQueries.ts';

const SHOWN = 16;

/** What the entry is about: the digest that names it. */
function digestOf({ leaf }: LogItem): string {
  if (leaf.type === 'key_rotation') return leaf.statement_sha256;
  return leaf.type === 'eat_issued' ? leaf.eat_sha256 : leaf.manifest_sha256;
}

/** Of a log of `size` leaves; `leaf` is the entry whose proof is open. */
export function EntryList({ size, leaf }: { readonly size: number; readonly leaf: number | undefined }) {
  const { t } = useTranslation('transparency');
  const entries = useInfiniteQuery({ ...entriesQuery(size), placeholderData: (old) => old });
  if (entries.isError) return <Problem error={entries.error} onRetry={() => void entries.refetch()} />;
  if (entries.data === undefined) return <SkeletonRows rows={10} />;
  return (
    <>
      <Table
        label={t('entries')}
        rows={entries.data.pages.flatMap(({ items }) => items)}
        rowKey={(item) => item.index}
        selected={(item) => item.index === leaf}
        empty={
          <EmptyState title={t('empty.title')} icon={<Landmark aria-hidden="true" />}>
            {t('empty.text')}
          </EmptyState>
        }
        columns={[
          {
            key: 'index',
            title: t('index'),
            cell: (item) => (
              <Link
                from="/transparency"
                search={(old) => compact({ ...old, leaf: item.index })}
                className="font-medium text-accent tabular-nums underline underline-offset-2 pointer-coarse:inline-block pointer-coarse:py-2"
              >
                {item.index}
              </Link>
            ),
          },
          { key: 'type', title: t('what'), cell: (item) => <Badge>{t(`type.${item.leaf.type}`)}</Badge> },
          {
            key: 'digest',
            title: t('digest'),
            from: 'sm',
            cell: (item) => (
              <code className="font-mono text-xs" title={digestOf(item)}>
                {digestOf(item).slice(0, SHOWN)}…
              </code>
            ),
          },
          {
            key: 'key',
            title: t('key'),
            from: 'lg',
            cell: (item) => <code className="font-mono text-xs">{item.leaf.key_id}</code>,
          },
          { key: 'at', title: t('at'), align: 'right', cell: (item) => <Time value={item.leaf.at} /> },
        ]}
      />
      <LoadMore query={entries} />
    </>
  );
}
