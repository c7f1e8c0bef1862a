/** An old version of a runbook, which can be made the present one again. */

import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { SafeHtml } from '../../ui/SafeHtml.tsx';
import { definitionOf, type Group, useReplaceGroup } from './data.ts';
import { groupRoute } from './routes.tsx';
import { runbookQuery } from './runbook.ts';

/** Shows it as it looked; restoring makes it the next version, so that nothing is lost. */
export function RunbookVersion({ group, version }: { readonly group: Group; readonly version: number }) {
  const { t } = useTranslation('groups');
  const canWrite = useCan()('groups.write');
  const navigate = groupRoute.useNavigate();
  const query = useQuery(runbookQuery(group.id, version));
  const replace = useReplaceGroup(group.id, ({ runbook_version: to }) => {
    toast.success(t('runbook.restored', { from: version, to }));
    void navigate({ search: { tab: 'runbook' } });
  });
  const restore = useMutation({
    mutationFn: async () => {
      const text = await ask(
        api.GET('/groups/{id}/runbook', {
          params: { path: { id: group.id }, query: { format: 'md', version } },
          parseAs: 'text',
        }),
      );
      return replace.mutateAsync({ ...definitionOf(group), runbook_md: text });
    },
  });
  return (
    <Card
      title={t('runbook.version', { version })}
      actions={
        <>
          <ButtonLink to={groupRoute.fullPath} params={{ groupId: group.id }} search={{ tab: 'runbook' }} size="sm">
            {t('runbook.backToPresent')}
          </ButtonLink>
          {canWrite && (
            <Button size="sm" kind="primary" busy={restore.isPending} onClick={() => restore.mutate()}>
              {t('runbook.restore')}
            </Button>
          )}
        </>
      }
    >
      {restore.isError && <Problem error={restore.error} />}
      {query.isError ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows />
      ) : (
        <SafeHtml html={query.data} />
      )}
    </Card>
  );
}
