/** Who is on call: now, by the calendar, and what happens when nobody answers. */

import { Plus } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Page } from '../../ui/Layout.tsx';
import { TabLinks } from '../../ui/Tabs.tsx';
import { CalendarTab } from './CalendarTab.tsx';
import { PoliciesTab } from './PoliciesTab.tsx';
import { NO_DIALOG, ON_CALL_TABS, onCallRoute } from './routes.tsx';

/** The page; its tab is in the address. */
export function OnCall() {
  const { t } = useTranslation('onCall');
  const mayWrite = useCan()('on_call.write');
  // The tenant is kept by the frame. A tab that is left keeps what it showed, without its dialog.
  const { tenant: _, tab = 'calendar', ...rest } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={
        mayWrite &&
        (tab === 'calendar' ? (
          <ButtonLink to="/on-call/schedules/new" kind="primary">
            <Plus aria-hidden="true" /> {t('schedule.new')}
          </ButtonLink>
        ) : (
          <Button
            kind="primary"
            onClick={() => void navigate({ search: (old) => ({ ...old, policy: 'new' }), resetScroll: false })}
          >
            <Plus aria-hidden="true" /> {t('policy.new')}
          </Button>
        ))
      }
    >
      <TabLinks
        label={t('tabs.label')}
        tabs={ON_CALL_TABS.map((each) => ({
          label: t(`tabs.${each}`),
          current: each === tab,
          to: '/on-call',
          search: {
            ...rest,
            ...(each !== tab && NO_DIALOG),
            ...(each !== 'calendar' && { tab: each }),
          },
        }))}
      />
      {tab === 'calendar' ? <CalendarTab /> : <PoliciesTab />}
    </Page>
  );
}
