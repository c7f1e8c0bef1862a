/** What will happen, said before anything is sent. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { LEVEL_LIFETIME_SECONDS } from '../../../../src/domain/eatLevels.ts';
import { api, ask } from '../../api/client.ts';
import { Card } from '../../ui/Layout.tsx';
import { timeSpan } from '../../ui/Time.tsx';
import { StepList } from '../playbooks/StepList.tsx';
import type { Playbook } from './actions.ts';
import { Irreversible } from './Irreversible.tsx';

/** Where it will run. */
export type Target = { readonly name: string; readonly isOffline: boolean; readonly isGroup: boolean };

/** Sentences in the order in which things happen, and the steps of the playbook. */
export function Summary({
  label,
  target,
  playbook,
  approvers,
  minutes,
}: {
  readonly label: string | null;
  readonly target: Target | null;
  readonly playbook: Playbook | undefined;
  readonly approvers: number;
  readonly minutes: number;
}) {
  const { t } = useTranslation('emergency');
  const version = useApprovedVersion(playbook);
  return (
    <Card title={t('new.summary')} className="h-fit lg:sticky lg:top-16 lg:col-start-2 lg:row-span-2">
      <div aria-live="polite" className="space-y-3">
        {label === null || target === null ? (
          <p className="text-ink-faint">{t('summary.nothing')}</p>
        ) : (
          <>
            <p className="text-base font-semibold break-words">
              {t('summary.run', { action: label, where: target.name })}
            </p>
            {playbook?.irreversible && <Irreversible />}
            <ol className="list-decimal space-y-1.5 pl-5 text-ink-soft marker:text-ink-faint">
              <li>{t('summary.approvers', { count: approvers, span: timeSpan(minutes * 60) })}</li>
              <li>{t('summary.token', { minutes: LEVEL_LIFETIME_SECONDS[3] / 60 })}</li>
              {target.isGroup && <li>{t('summary.canary')}</li>}
            </ol>
            {target.isOffline && <p className="text-medium">{t('summary.offline', { host: target.name })}</p>}
          </>
        )}
        {version !== undefined && (
          <div className="space-y-2 border-t border-line pt-3">
            <h3 className="text-xs font-semibold text-ink-soft">{t('summary.steps')}</h3>
            <StepList steps={version.content.steps} />
          </div>
        )}
      </div>
    </Card>
  );
}

/** The version that would run. */
function useApprovedVersion(playbook: Playbook | undefined) {
  const { data } = useQuery({
    queryKey: ['playbooks', playbook?.id],
    enabled: playbook !== undefined,
    queryFn: ({ signal }) =>
      ask(api.GET('/playbooks/{id}', { params: { path: { id: playbook?.id as string } }, signal })),
  });
  return playbook === undefined
    ? undefined
    : data?.versions.find(({ version }) => version === playbook.approved_version);
}
