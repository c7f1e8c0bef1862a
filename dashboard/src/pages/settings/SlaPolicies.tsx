/** SLA policies: what the MSP promises by severity, and when the minutes count. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import { api, ask, type Item } from '../../api/client.ts';
import { tenantsQuery, useCan } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, Skeleton, SkeletonRows } from '../../ui/Feedback.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { timeSpan } from '../../ui/Time.tsx';
import { slaPoliciesQuery } from '../groups/data.ts';
import { ClientPicker } from './ClientPicker.tsx';
import { SlaPolicyForm } from './SlaPolicyForm.tsx';

/** A policy as the list tells it. */
export type SlaPolicyRow = Item<'/sla-policies'>;

/** The page. */
export function SlaPolicies() {
  const { t } = useTranslation('settings');
  const can = useCan();
  const queryClient = useQueryClient();
  const tenantId = useTenantId();
  const [editing, setEditing] = useState<SlaPolicyRow | 'new' | null>(null);
  const policies = useQuery(slaPoliciesQuery);
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['sla-policies'] });
  const remove = useMutation({
    mutationFn: (id: string) => ask(api.DELETE('/sla-policies/{id}', { params: { path: { id } } })),
    onSuccess: refresh,
  });
  return (
    <Page
      title={t('sla.title')}
      lead={t('sla.lead')}
      actions={
        <>
          <ClientPicker />
          {can('sla.write') && (
            <Button kind="primary" className="self-end" onClick={() => setEditing('new')}>
              {t('sla.new')}
            </Button>
          )}
        </>
      }
    >
      {remove.isError && <Problem error={remove.error} />}
      {policies.isPending && <SkeletonRows rows={6} />}
      {policies.isError && <Problem error={policies.error} onRetry={() => void policies.refetch()} />}
      {policies.data && tenantId !== undefined && can('sla.write') && (
        <FollowedPolicy tenantId={tenantId} policies={policies.data} />
      )}
      {policies.data?.length === 0 && <EmptyState title={t('sla.empty')}>{t('sla.emptyText')}</EmptyState>}
      <div className="grid gap-4 xl:grid-cols-2">
        {policies.data?.map((policy) => (
          <PolicyCard
            key={policy.id}
            policy={policy}
            onEdit={() => setEditing(policy)}
            onDelete={() => remove.mutate(policy.id)}
          />
        ))}
      </div>
      {editing !== null && (
        <SlaPolicyForm
          policy={editing === 'new' ? null : editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setEditing(null);
            void refresh();
          }}
        />
      )}
    </Page>
  );
}

function PolicyCard({
  policy,
  onEdit,
  onDelete,
}: {
  readonly policy: SlaPolicyRow;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const { calendar } = policy;
  return (
    <Card
      title={
        <span className="flex items-center gap-2">
          {policy.name} {policy.is_default && <Badge tone="accent">{t('sla.default')}</Badge>}
        </span>
      }
      actions={
        can('sla.write') && (
          <>
            <Button size="sm" aria-label={`${common('edit')}: ${policy.name}`} onClick={onEdit}>
              {common('edit')}
            </Button>
            <Button size="sm" kind="quiet" aria-label={`${common('delete')}: ${policy.name}`} onClick={onDelete}>
              {common('delete')}
            </Button>
          </>
        )
      }
    >
      <table className="w-full text-left text-sm">
        <thead>
          <tr className="text-xs text-ink-faint">
            <th scope="col" className="pb-1 font-medium">
              {t('alertRules.severity')}
            </th>
            <th scope="col" className="pb-1 text-right font-medium">
              {t('sla.acknowledge')}
            </th>
            <th scope="col" className="pb-1 text-right font-medium">
              {t('sla.resolve')}
            </th>
          </tr>
        </thead>
        <tbody>
          {SEVERITIES.map((severity) => (
            <tr key={severity} className="border-t border-line/60">
              <th scope="row" className="py-1 font-normal">
                {common(`severity.${severity}`)}
              </th>
              <td className="py-1 text-right tabular-nums">
                {timeSpan(policy.minutes[severity].acknowledge_minutes * 60)}
              </td>
              <td className="py-1 text-right tabular-nums">
                {timeSpan(policy.minutes[severity].resolve_minutes * 60)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="mt-3 text-xs text-ink-soft">
        {calendar.kind === '24x7' ? t('sla.always') : t('sla.hoursIn', { zone: calendar.time_zone })}
        {' · '}
        {policy.pauses_in_maintenance ? t('sla.pauses') : t('sla.doesNotPause')}
      </p>
    </Card>
  );
}

function FollowedPolicy({
  tenantId,
  policies,
}: {
  readonly tenantId: string;
  readonly policies: readonly SlaPolicyRow[];
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const settings = useQuery({
    queryKey: ['tenant-settings', tenantId],
    queryFn: ({ signal }) => ask(api.GET('/tenants/{id}/settings', { params: { path: { id: tenantId } }, signal })),
  });
  const follow = useMutation({
    mutationFn: (id: string | null) =>
      ask(api.PUT('/tenants/{id}/sla-policy', { params: { path: { id: tenantId } }, body: { sla_policy_id: id } })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['tenant-settings', tenantId] });
      toast.success(common('saved'));
    },
  });
  const { data: name } = useQuery({
    ...tenantsQuery,
    select: (all) => all.find(({ id }) => id === tenantId)?.name,
  });
  if (settings.isError) return <Problem error={settings.error} onRetry={() => void settings.refetch()} />;
  // Nothing is said of a client before it is known: neither its name nor a policy that may not be its own.
  if (settings.isPending || name === undefined) return <Skeleton className="h-40 w-full" />;
  return (
    <Card title={t('sla.follows', { client: name })}>
      {follow.isError && <Problem error={follow.error} />}
      <div className="flex flex-wrap items-end gap-3">
        <SelectField
          label={t('sla.policy')}
          hint={t('sla.followsHint')}
          className="w-full sm:w-80"
          disabled={follow.isPending}
          value={policies.find(({ id }) => id === settings.data.sla_policy.id)?.id ?? ''}
          onChange={({ target }) => follow.mutate(target.value === '' ? null : target.value)}
        >
          <option value="">{t('sla.theDefault')}</option>
          <NamedOptions of={policies} />
        </SelectField>
      </div>
    </Card>
  );
}
