/** Alert rules of a client: a metric compared with a threshold for a time. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { type Answered, api, ask, type paths } from '../../api/client.ts';
import { useCan, useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { Menu, MenuItem, MenuLabel } from '../../ui/Menu.tsx';
import { Table } from '../../ui/Table.tsx';
import { timeSpan } from '../../ui/Time.tsx';
import { AlertRuleForm } from './AlertRuleForm.tsx';
import { ClientPicker } from './ClientPicker.tsx';
import { conditionOf } from './ruleWords.ts';

/** A rule as the list tells it. */
export type AlertRule = Answered<'/alert-rules', 'get'>['items'][number];
/** What a person decides about a rule. */
export type RuleDraft = paths['/alert-rules']['post']['requestBody']['content']['application/json'];

/** The page. */
export function AlertRules() {
  const { t, i18n } = useTranslation('settings');
  const { t: common } = useTranslation();
  const can = useCan();
  const tenantId = useTenantId();
  const nameOf = useTenantName();
  const queryClient = useQueryClient();
  const [editing, setEditing] = useState<{ readonly id: string | null; readonly draft: RuleDraft | null } | null>(null);
  const templates = useQuery({
    queryKey: ['alert-rule-templates'],
    queryFn: ({ signal }) => ask(api.GET('/alert-rules/templates', { signal })),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const rules = useQuery({
    queryKey: ['alert-rules', tenantId],
    queryFn: ({ signal }) =>
      ask(
        api.GET('/alert-rules', { params: { query: tenantId === undefined ? {} : { tenant_id: tenantId } }, signal }),
      ),
  });
  const refresh = (): Promise<void> => queryClient.invalidateQueries({ queryKey: ['alert-rules'] });
  const remove = useMutation({
    mutationFn: (rule: AlertRule) => ask(api.DELETE('/alert-rules/{id}', { params: { path: { id: rule.id } } })),
    onSuccess: async (_, rule) => {
      await refresh();
      toast(t('alertRules.deleted', { name: rule.name }), {
        action: { label: common('undo'), onClick: () => void restore.mutateAsync(rule) },
      });
    },
  });
  const restore = useMutation({
    mutationFn: (rule: AlertRule) =>
      ask(api.POST('/alert-rules', { params: { query: { tenant_id: rule.tenant_id } }, body: draftOf(rule) })),
    onSuccess: refresh,
  });
  const mayWrite = can('rules.write') && tenantId !== undefined;
  return (
    <Page
      title={t('alertRules.title')}
      lead={t('alertRules.lead')}
      actions={
        <>
          <ClientPicker />
          {mayWrite && (
            <Menu
              trigger={
                <Button kind="primary" className="self-end">
                  {t('alertRules.new')}
                </Button>
              }
            >
              <MenuItem onSelect={() => setEditing({ id: null, draft: null })}>{t('alertRules.blank')}</MenuItem>
              <MenuLabel>{t('alertRules.templates')}</MenuLabel>
              {templates.data?.items.map((template) => (
                <MenuItem key={template.name} onSelect={() => setEditing({ id: null, draft: template })}>
                  {template.name}
                </MenuItem>
              ))}
            </Menu>
          )}
        </>
      }
    >
      {remove.isError && <Problem error={remove.error} />}
      <Card flush>
        {rules.isPending && <SkeletonRows rows={5} />}
        {rules.isError && <Problem error={rules.error} onRetry={() => void rules.refetch()} />}
        {rules.data && (
          <Table
            label={t('alertRules.title')}
            rows={rules.data.items}
            rowKey={({ id }) => id}
            empty={<EmptyState title={t('alertRules.empty')}>{t('alertRules.emptyText')}</EmptyState>}
            columns={[
              {
                key: 'name',
                title: t('name'),
                cell: (rule) => (
                  <div>
                    <p className="font-medium">{rule.name}</p>
                    <p className="text-xs break-words text-ink-faint">{conditionOf(rule, t, i18n.language)}</p>
                  </div>
                ),
              },
              ...(tenantId === undefined
                ? [{ key: 'tenant', title: common('tenant'), cell: (rule: AlertRule) => nameOf(rule.tenant_id) }]
                : []),
              {
                key: 'for',
                title: t('alertRules.duration'),
                from: 'md' as const,
                cell: ({ duration_secs }) => (duration_secs === 0 ? t('alertRules.atOnce') : timeSpan(duration_secs)),
              },
              {
                key: 'target',
                title: t('alertRules.target'),
                from: 'lg' as const,
                cell: ({ target }) =>
                  target.kind === 'tag'
                    ? target.tag
                    : target.kind === 'all'
                      ? t('alertRules.allHosts')
                      : t('alertRules.someHosts', { count: target.agent_ids.length }),
              },
              {
                key: 'severity',
                title: t('alertRules.severity'),
                cell: ({ severity }) => <SeverityBadge severity={severity} />,
              },
              {
                key: 'state',
                title: t('team.state'),
                from: 'sm' as const,
                cell: ({ enabled }) =>
                  enabled ? <Badge tone="good">{t('alertRules.on')}</Badge> : <Badge>{t('alertRules.off')}</Badge>,
              },
              {
                key: 'actions',
                title: <span className="sr-only">{common('actions')}</span>,
                align: 'right' as const,
                cell: (rule) =>
                  can('rules.write') && (
                    <span className="inline-flex gap-1 max-sm:flex-col">
                      <Button
                        size="sm"
                        aria-label={`${common('edit')}: ${rule.name}`}
                        onClick={() => setEditing({ id: rule.id, draft: draftOf(rule) })}
                      >
                        {common('edit')}
                      </Button>
                      <Button
                        size="sm"
                        kind="quiet"
                        aria-label={`${common('delete')}: ${rule.name}`}
                        onClick={() => remove.mutate(rule)}
                      >
                        {common('delete')}
                      </Button>
                    </span>
                  ),
              },
            ]}
          />
        )}
      </Card>
      {editing !== null && (
        <AlertRuleForm
          id={editing.id}
          draft={editing.draft}
          tenantId={tenantId}
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

/** The part of a rule that a person decides. */
function draftOf(rule: AlertRule): RuleDraft {
  const { name, metric, operator, threshold, metric_argument, duration_secs, severity, target, enabled } = rule;
  return { name, metric, operator, threshold, metric_argument, duration_secs, severity, target, enabled };
}
