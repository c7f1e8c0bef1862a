/** The transparency log for everybody: its head, its entries with their proofs, and the hub's keys. */

import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { EntryList } from './EntryList.tsx';
import { HeadCard } from './HeadCard.tsx';
import { openHead } from './head.ts';
import { KeyList } from './KeyList.tsx';
import { LeafSheet } from './LeafSheet.tsx';
import { LookUp } from './LookUp.tsx';
import { checkpointQuery, keysQuery } from './logQueries.ts';

const route = getRouteApi('/open/transparency');

/** The page. */
export function Transparency() {
  const { t } = useTranslation('transparency');
  const { tab = 'log', leaf, q } = route.useSearch();
  const note = useQuery(checkpointQuery);
  const keys = useQuery(keysQuery);
  const head = note.data !== undefined && keys.data !== undefined ? openHead(note.data, keys.data.keys) : undefined;
  const size = head?.kind === 'signed' ? head.checkpoint.size : 0;
  const failed = [note, keys].find(({ isError }) => isError);
  return (
    <Page title={t('title')} lead={t('lead')}>
      <TabLinks
        label={t('tabs')}
        tabs={[
          { label: t('tab.log'), to: '/transparency', search: {}, current: tab === 'log' },
          { label: t('tab.keys'), to: '/transparency', search: { tab: 'keys' }, current: tab === 'keys' },
        ]}
      />
      {failed !== undefined && <Problem error={failed.error} onRetry={() => void failed.refetch()} />}
      {tab === 'keys' && keys.data !== undefined && <KeyList keys={keys.data.keys} />}
      {tab === 'log' &&
        failed === undefined &&
        (head === undefined || note.data === undefined ? (
          // What follows comes with it: below a head of unknown height it would jump.
          <Skeleton className="h-64 w-full" />
        ) : (
          <>
            <HeadCard note={note.data} head={head} />
            <Card title={t('lookUp.title')}>
              <LookUp size={size} initial={q} />
            </Card>
            <Card title={t('entries')} flush>
              {size > 0 && <EntryList size={size} leaf={leaf} />}
            </Card>
          </>
        ))}
      {leaf !== undefined && keys.data !== undefined && <LeafSheet index={leaf} keys={keys.data.keys} />}
    </Page>
  );
}
