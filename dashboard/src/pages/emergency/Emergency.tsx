/** Emergency actions at a glance: what waits, what runs, what was. */

import { Siren } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Page } from '../../ui/Layout.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { DirectAction } from './DirectAction.tsx';
import { HistoryTab } from './HistoryTab.tsx';
import { PendingTab } from './PendingTab.tsx';
import { RunningTab } from './RunningTab.tsx';
import { EMERGENCY_TABS, emergencyRoute } from './routes.tsx';

const TABS = { pending: PendingTab, running: RunningTab, history: HistoryTab } as const;

/** The page; its tab is in the address. */
export function Emergency() {
  const { t } = useTranslation('emergency');
  const can = useCan();
  const search = emergencyRoute.useSearch();
  const navigate = emergencyRoute.useNavigate();
  const tab = search.tab ?? 'pending';
  const Shown = TABS[tab];
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        can('emergency.issue') && (
          <>
            <Button onClick={() => void navigate({ search: (old) => ({ ...old, direct: true }) })}>
              {t('newDirect')}
            </Button>
            <ButtonLink to="/emergency/new" kind="primary">
              <Siren aria-hidden="true" /> {t('newLevel3')}
            </ButtonLink>
          </>
        )
      }
    >
      <TabLinks
        label={t('tabs.label')}
        tabs={EMERGENCY_TABS.map((each) => ({
          label: t(`tabs.${each}`),
          current: each === tab,
          to: '/emergency',
          search: each === 'pending' ? {} : { tab: each },
        }))}
      />
      <Shown />
      {can('emergency.issue') && (
        <DirectAction
          open={search.direct ?? false}
          agentId={search.agent}
          onClose={() =>
            void navigate({ search: (old) => ({ ...old, direct: undefined, agent: undefined }), replace: true })
          }
        />
      )}
    </Page>
  );
}
