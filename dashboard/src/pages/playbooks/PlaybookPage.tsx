/** One playbook: its steps, its versions, and the tokens that hosts hold of it. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ProblemError } from '../../api/problem.ts';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { ApproveVersion } from './ApproveVersion.tsx';
import { ArchivePlaybook } from './ArchivePlaybook.tsx';
import { PlaybookMarks, PlaybookState } from './marks.tsx';
import { ParameterTable } from './ParameterTable.tsx';
import { PreIssue } from './PreIssue.tsx';
import { PreIssuedList } from './PreIssuedList.tsx';
import { type Playbook, type PlaybookVersion, playbookQuery } from './queries.ts';
import { playbookRoute } from './routes.tsx';
import { StepList } from './StepList.tsx';
import { Versions } from './Versions.tsx';

/** The page; the version in view is in the address, else the one that runs. */
export function PlaybookPage() {
  const { t } = useTranslation('playbooks');
  const { playbookId } = playbookRoute.useParams();
  const { version } = playbookRoute.useSearch();
  const { data: playbook, error, isPending, refetch } = useQuery(playbookQuery(playbookId));
  if (error instanceof ProblemError && error.status === 404) return <EmptyState title={t('missing')} />;
  const wanted = version ?? playbook?.approved_version;
  const shown = playbook?.versions.find((each) => each.version === wanted) ?? playbook?.versions[0];
  return (
    <Page
      title={shown?.content.name ?? t('title')}
      lead={playbook && shown && <Marks playbook={playbook} shown={shown} />}
      actions={playbook && shown && <Actions playbook={playbook} shown={shown} />}
    >
      {isPending && <SkeletonRows rows={8} />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {playbook !== undefined && shown !== undefined && <Body playbook={playbook} shown={shown} />}
    </Page>
  );
}

function Actions({ playbook, shown }: { readonly playbook: Playbook; readonly shown: PlaybookVersion }) {
  const { t } = useTranslation('playbooks');
  const can = useCan();
  const navigate = playbookRoute.useNavigate();
  const mayRun = playbook.archived_at === null && playbook.approved_version !== null;
  const isIrreversible =
    playbook.versions.find(({ version }) => version === playbook.approved_version)?.irreversible ?? shown.irreversible;
  return (
    <>
      {can('playbooks.write') && (
        <ButtonLink to="/playbooks/new" search={{ from: playbook.id }}>
          {t('newVersion')}
        </ButtonLink>
      )}
      {can('playbooks.write') && !playbook.built_in && playbook.archived_at === null && (
        <ArchivePlaybook playbook={playbook} />
      )}
      {can('emergency.issue') && mayRun && (
        <ButtonLink to="/emergency/new" search={{ playbook: playbook.id }}>
          {t('request')}
        </ButtonLink>
      )}
      {can('emergency.issue_level3') && (
        <Button
          kind="primary"
          disabled={!mayRun || isIrreversible}
          title={isIrreversible ? t('preIssue.not') : mayRun ? undefined : t('preIssue.notApproved')}
          onClick={() => void navigate({ search: (old) => ({ ...old, preissue: true }) })}
        >
          {t('preIssue.button')}
        </Button>
      )}
    </>
  );
}

function Marks({ playbook, shown }: { readonly playbook: Playbook; readonly shown: PlaybookVersion }) {
  const { t } = useTranslation('playbooks');
  return (
    <div className="flex flex-wrap items-center gap-2">
      <code className="font-mono text-xs text-ink-soft">{playbook.slug}</code>
      <PlaybookMarks playbook={shown} />
      {playbook.archived_at === null ? (
        <PlaybookState
          playbook={{
            approved_version: playbook.approved_version,
            latest_version: playbook.versions[0]?.version ?? 0,
          }}
        />
      ) : (
        <Badge>{t('state.archived')}</Badge>
      )}
    </div>
  );
}

function Body({ playbook, shown }: { readonly playbook: Playbook; readonly shown: PlaybookVersion }) {
  const { t } = useTranslation('playbooks');
  const search = playbookRoute.useSearch();
  const navigate = playbookRoute.useNavigate();
  return (
    <>
      {shown.content.description && <p className="max-w-prose text-ink-soft">{shown.content.description}</p>}
      {shown.irreversible && <p className="text-ink-soft">{t('preIssue.not')}</p>}
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="space-y-4">
          <Card title={`${t('steps')} · ${t('version', { version: shown.version })}`}>
            <p className="mb-3 text-ink-soft">{t('stepsLead')}</p>
            <StepList steps={shown.content.steps} />
          </Card>
          <ParameterTable parameters={shown.content.parameters ?? []} />
        </div>
        <Card title={t('versions')} className="h-fit">
          <Versions playbook={playbook} shown={shown.version} />
          <ApproveVersion playbook={playbook} version={shown} />
        </Card>
      </div>
      <PreIssuedList
        playbookId={playbook.id}
        endedToo={search.ended ?? false}
        onEndedToo={(next) => void navigate({ search: (old) => ({ ...old, ended: next || undefined }) })}
      />
      <PreIssue
        playbook={playbook}
        open={search.preissue ?? false}
        agentId={search.agent}
        onClose={() =>
          void navigate({ search: (old) => ({ ...old, preissue: undefined, agent: undefined }), replace: true })
        }
      />
    </>
  );
}
