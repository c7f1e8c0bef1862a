/** The playbooks, and the tokens that hosts hold of them. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Workflow } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { PlaybookMarks, PlaybookState } from './marks.tsx';
import { PreIssuedList } from './PreIssuedList.tsx';
import { type PlaybookItem, playbooksQuery } from './queries.ts';
import { playbooksRoute } from './routes.tsx';

/** The page; its tab is in the address. */
export function Playbooks() {
  const { t } = useTranslation('playbooks');
  const can = useCan();
  const { tab, ended = false } = playbooksRoute.useSearch();
  const navigate = playbooksRoute.useNavigate();
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={can('playbooks.write') && <ButtonLink to="/playbooks/new">{t('new')}</ButtonLink>}
    >
      <TabLinks
        label={t('tabs.label')}
        tabs={[
          { label: t('tabs.list'), current: tab === undefined, to: '/playbooks', search: {} },
          {
            label: t('tabs.preIssued'),
            current: tab === 'pre-issued',
            to: '/playbooks',
            search: { tab: 'pre-issued' },
          },
        ]}
      />
      {tab === undefined ? (
        <List />
      ) : (
        <PreIssuedList
          endedToo={ended}
          onEndedToo={(next) => void navigate({ search: (old) => ({ ...old, ended: next || undefined }) })}
        />
      )}
    </Page>
  );
}

function List() {
  const { t } = useTranslation('playbooks');
  const { data, error, isPending, refetch } = useQuery(playbooksQuery);
  return (
    <Card flush>
      {isPending && <SkeletonRows rows={8} className="h-11" />}
      {error !== null && data === undefined && <Problem error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (
        <Table
          label={t('title')}
          rows={data.items}
          rowKey={({ id }) => id}
          empty={
            <EmptyState title={t('empty')} icon={<Workflow aria-hidden="true" />}>
              {t('emptyText')}
            </EmptyState>
          }
          columns={[
            { key: 'name', title: t('column.name'), cell: (playbook) => <Name playbook={playbook} /> },
            { key: 'level', title: t('column.level'), cell: (playbook) => <PlaybookMarks playbook={playbook} /> },
            {
              key: 'version',
              title: t('column.version'),
              from: 'sm',
              cell: ({ approved_version: version }) =>
                version === null ? t('noVersion') : t('versionShort', { version }),
            },
            {
              key: 'state',
              title: t('column.state'),
              from: 'sm',
              cell: (playbook) => <PlaybookState playbook={playbook} />,
            },
            {
              key: 'source',
              title: t('column.source'),
              from: 'md',
              cell: ({ built_in }) => (built_in ? t('builtIn') : <Badge tone="accent">{t('own')}</Badge>),
            },
          ]}
        />
      )}
    </Card>
  );
}

function Name({ playbook }: { readonly playbook: PlaybookItem }) {
  return (
    <div className="min-w-40">
      <Link
        to="/playbooks/$playbookId"
        params={{ playbookId: playbook.id }}
        className="font-medium text-accent hover:underline"
      >
        {playbook.name}
      </Link>
      <p className="font-mono text-xs text-ink-faint">{playbook.slug}</p>
      <p className="text-ink-soft max-md:hidden">{playbook.description}</p>
      <div className="mt-1 sm:hidden">
        <PlaybookState playbook={playbook} />
      </div>
    </div>
  );
}
