/** One group: its members, its rule and settings, its runbook. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { Archive } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { useCan, useTenantName } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Page } from '../../ui/Layout.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { relativeTime, useNow } from '../../ui/Time.tsx';
import { ArchiveDialog } from './ArchiveDialog.tsx';
import { groupQuery } from './data.ts';
import { GroupMembers } from './GroupMembers.tsx';
import { GroupSettings } from './GroupSettings.tsx';
import { RunbookTab } from './RunbookTab.tsx';
import { groupRoute } from './routes.tsx';
import { ruleText } from './rule/ruleText.ts';

/** The page; the tab is in the address. */
export function GroupDetail() {
  const { t, i18n } = useTranslation('groups');
  const { groupId } = groupRoute.useParams();
  const { tab, dialog } = groupRoute.useSearch();
  const navigate = groupRoute.useNavigate();
  const { data: group } = useSuspenseQuery(groupQuery(groupId));
  const tenantName = useTenantName();
  const now = useNow(60);
  const canWrite = useCan()('groups.write');
  const setDialog = (next: 'archive' | undefined): void =>
    void navigate({ search: (old) => compact({ ...old, dialog: next }), replace: true });
  const shown = canWrite || tab !== 'settings' ? tab : undefined;
  const to = { to: groupRoute.fullPath, params: { groupId } } as const;
  const facts = [
    tenantName(group.tenant_id),
    t('detail.count', { count: group.member_count }),
    t('detail.priority', { priority: group.priority }),
    ...(group.members_changed_at === null
      ? []
      : [
          t('detail.changed', {
            ago: relativeTime(Date.parse(group.members_changed_at), now, i18n.language, { past: true }),
          }),
        ]),
  ];
  return (
    <Page
      title={group.name}
      lead={
        <>
          <p>{facts.join(' · ')}</p>
          <p className="mt-1 max-w-prose text-xs break-words text-ink-faint">{ruleText(group.rule, t)}</p>
        </>
      }
      {...(canWrite && {
        actions: (
          <Button onClick={() => setDialog('archive')}>
            <Archive aria-hidden="true" /> {t('archive.button')}
          </Button>
        ),
      })}
    >
      <TabLinks
        label={t('detail.tabs')}
        tabs={[
          { label: t('detail.members'), current: shown === undefined, ...to, search: {} },
          ...(canWrite
            ? [
                {
                  label: t('detail.settings'),
                  current: shown === 'settings',
                  ...to,
                  search: { tab: 'settings' as const },
                },
              ]
            : []),
          {
            label: t('detail.runbook'),
            current: shown === 'runbook',
            ...to,
            search: { tab: 'runbook' as const },
          },
        ]}
      />
      {shown === 'settings' ? (
        <GroupSettings key={group.updated_at} group={group} />
      ) : shown === 'runbook' ? (
        <RunbookTab group={group} />
      ) : (
        <GroupMembers groupId={groupId} />
      )}
      {dialog === 'archive' && canWrite && <ArchiveDialog group={group} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
