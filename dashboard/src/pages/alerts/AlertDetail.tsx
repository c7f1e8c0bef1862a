/** One alert: what happened and by when it must be solved on the left, how to solve it on the right. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { useCan, useTenantName } from '../../session.ts';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { SlaClocks } from '../../ui/SlaClock.tsx';
import { useIsPhone } from '../../ui/useMedia.ts';
import { AlertActions } from './AlertActions.tsx';
import { AlertFacts } from './AlertFacts.tsx';
import { AlertTimeline } from './AlertTimeline.tsx';
import { AssignDialog } from './AssignDialog.tsx';
import { alertQuery } from './data.ts';
import { OnCallCard } from './OnCallCard.tsx';
import { HostName, SilencedMark, StatusBadge } from './parts.tsx';
import { HostAlerts, HostEmergencies } from './Related.tsx';
import { ResolveDialog } from './ResolveDialog.tsx';
import { RunbookCard } from './RunbookCard.tsx';
import { alertRoute } from './routes.tsx';

/** The page; also what a push opens. */
export function AlertDetail() {
  const { t } = useTranslation('alerts');
  const { alertId } = alertRoute.useParams();
  const { dialog } = alertRoute.useSearch();
  const navigate = alertRoute.useNavigate();
  const { data: alert } = useSuspenseQuery(alertQuery(alertId));
  const can = useCan();
  const isPhone = useIsPhone();
  const tenantName = useTenantName();
  const setDialog = (next: 'resolve' | 'assign' | undefined): void =>
    void navigate({
      search: (old) => compact({ ...old, dialog: next }),
      replace: true,
    });
  const canAct = can('alerts.write') && alert.status !== 'resolved';
  const actions = canAct && <AlertActions alert={alert} onDialog={setDialog} />;
  return (
    <Page
      title={alert.title}
      lead={
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <SeverityBadge severity={alert.severity} />
          <StatusBadge status={alert.status} />
          <SilencedMark alert={alert} />
          <span className="tabular-nums">{t('detail.number', { number: alert.number })}</span>
          <span aria-hidden="true">·</span>
          {alert.agent_id === null || !can('agents.read') ? (
            <HostName alert={alert} />
          ) : (
            <Link
              to="/hosts/$agentId"
              params={{ agentId: alert.agent_id }}
              className="text-accent underline underline-offset-2"
            >
              <HostName alert={alert} />
            </Link>
          )}
          <span aria-hidden="true">·</span>
          <span>{tenantName(alert.tenant_id)}</span>
        </div>
      }
      {...(!isPhone && actions && { actions })}
    >
      <div className="grid items-start gap-4 max-md:pb-28 lg:grid-cols-2">
        <div className="min-w-0 space-y-4">
          {alert.status !== 'resolved' && (
            <Card title={t('detail.clocks')}>
              <SlaClocks alert={alert} />
            </Card>
          )}
          <AlertFacts alert={alert} />
          <Card title={t('detail.timeline')}>
            <AlertTimeline alert={alert} />
          </Card>
        </div>
        <div className="min-w-0 space-y-4">
          <RunbookCard group={alert.effective_group} />
          {alert.status !== 'resolved' && <OnCallCard person={alert.on_call} />}
          {alert.agent_id !== null && can('emergency.read') && <HostEmergencies agentId={alert.agent_id} />}
          {alert.agent_id !== null && <HostAlerts agentId={alert.agent_id} alertId={alert.id} />}
        </div>
      </div>
      {isPhone && actions && (
        <div className="no-print fixed inset-x-0 bottom-0 z-20 grid grid-cols-2 gap-2 border-t border-line bg-raised p-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
          {actions}
        </div>
      )}
      {dialog === 'resolve' && canAct && <ResolveDialog alertId={alert.id} onClose={() => setDialog(undefined)} />}
      {dialog === 'assign' && canAct && <AssignDialog alert={alert} onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
