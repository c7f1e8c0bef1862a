/** Escalation policies: who is told of an alert that nobody acknowledges, and in which order. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { BellRing, Plus, Repeat } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { PolicyForm } from './PolicyForm.tsx';
import { PolicySteps } from './PolicySteps.tsx';
import { type Policy, policiesQuery } from './queries.ts';
import { onCallRoute } from './routes.tsx';

/** One card a policy; deleting one can be undone. */
export function PoliciesTab() {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const mayWrite = useCan()('on_call.write');
  const { policy: open } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  const queryClient = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(policiesQuery);
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: policiesQuery.queryKey });
  const restore = useMutation({
    mutationFn: ({ name, minimum_severity, levels, repeats, is_default }: Policy) =>
      ask(api.POST('/escalation-policies', { body: { name, minimum_severity, levels, repeats, is_default } })),
    onSuccess: refresh,
    onError: (fault) => toast.error(fault.message),
  });
  const remove = useMutation({
    mutationFn: ({ id }: Policy) => ask(api.DELETE('/escalation-policies/{id}', { params: { path: { id } } })),
    onSuccess: async (_, policy) => {
      toast(t('policy.deleted', { name: policy.name }), {
        action: { label: common('undo'), onClick: () => restore.mutate(policy) },
      });
      await refresh();
    },
  });
  const show = (policy: string | undefined): void =>
    void navigate({ search: (old) => ({ ...old, policy }), resetScroll: false });
  const opened = data?.find(({ id }) => id === open) ?? null;
  return (
    <>
      <p className="max-w-prose text-ink-soft">{t('policy.lead')}</p>
      {remove.isError && <Problem error={remove.error} />}
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {isPending && <SkeletonRows rows={2} className="h-40" />}
      {data?.length === 0 && (
        <Card>
          <EmptyState
            icon={<BellRing aria-hidden="true" />}
            title={t('policy.emptyTitle')}
            action={
              mayWrite && (
                <Button kind="primary" onClick={() => show('new')}>
                  <Plus aria-hidden="true" /> {t('policy.new')}
                </Button>
              )
            }
          >
            {t('policy.emptyText')}
          </EmptyState>
        </Card>
      )}
      <div className="grid gap-4 lg:grid-cols-2">
        {data?.map((policy) => (
          <Card
            key={policy.id}
            title={
              <span className="flex flex-wrap items-center gap-2">
                {policy.name}
                {policy.is_default && <Badge tone="accent">{t('default')}</Badge>}
              </span>
            }
            actions={
              mayWrite && (
                <>
                  <Button size="sm" aria-label={`${common('edit')}: ${policy.name}`} onClick={() => show(policy.id)}>
                    {common('edit')}
                  </Button>
                  <Button
                    size="sm"
                    kind="quiet"
                    aria-label={`${common('delete')}: ${policy.name}`}
                    onClick={() => remove.mutate(policy)}
                  >
                    {common('delete')}
                  </Button>
                </>
              )
            }
          >
            <p className="mb-3 flex flex-wrap items-center gap-1.5 text-xs text-ink-soft">
              {t('policy.from')} <SeverityBadge severity={policy.minimum_severity} />
              {policy.minimum_severity !== 'critical' && t('policy.andAbove')}
            </p>
            <PolicySteps levels={policy.levels} />
            <p className="mt-3 flex items-center gap-1.5 text-xs text-ink-soft">
              <Repeat aria-hidden="true" className="size-3.5" /> {t('policy.repeated', { count: policy.repeats })}
            </p>
          </Card>
        ))}
      </div>
      {mayWrite && (open === 'new' || opened !== null) && (
        <PolicyForm
          key={open}
          policy={opened}
          onClose={() => show(undefined)}
          onSaved={async (name) => {
            toast.success(t('policy.saved', { name }));
            show(undefined);
            await refresh();
          }}
        />
      )}
    </>
  );
}
