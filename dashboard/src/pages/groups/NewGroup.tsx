/** Making a group. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useFormContext, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, type paths } from '../../api/client.ts';
import { isTenantBound, tenantsQuery, useMe } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { SelectField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { NamedOptions } from '../../ui/Options.tsx';
import { type GroupFields, toDefinition } from './fields.ts';
import { GroupForm } from './GroupForm.tsx';
import { RunbookEditor } from './RunbookEditor.tsx';
import { newGroupRoute } from './routes.tsx';

type NewGroupBody = paths['/groups']['post']['requestBody']['content']['application/json'];

/** The page; afterwards one is on the group's own. */
export function NewGroup() {
  const { t } = useTranslation('groups');
  const me = useMe();
  const tenantId = useTenantId();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (body: NewGroupBody) => ask(api.POST('/groups', { body })),
    onSuccess: async ({ id, name, member_count: count }) => {
      toast.success(t('form.created', { name, count }));
      await queryClient.invalidateQueries({ queryKey: ['groups'] });
      await navigate({ to: '/groups/$groupId', params: { groupId: id } });
    },
  });
  return (
    <Page title={t('form.newTitle')} lead={t('form.newLead')}>
      <GroupForm
        group={null}
        tenantId={tenantId}
        {...(!isTenantBound(me) && { above: <TenantChoice /> })}
        below={
          <Card title={t('runbook.title')}>
            <RunbookField />
          </Card>
        }
        submit={t('form.create')}
        error={create.error}
        busy={create.isPending}
        onSubmit={(fields, draft) =>
          create.mutate({
            ...toDefinition(fields, draft),
            runbook_md: fields.runbook_md,
            ...(tenantId !== undefined && { tenant_id: tenantId }),
          })
        }
      />
    </Page>
  );
}

/** Whose group it is: the client in view, which this changes. */
function TenantChoice() {
  const { t } = useTranslation('groups');
  const tenantId = useTenantId();
  const navigate = newGroupRoute.useNavigate();
  const { data } = useQuery(tenantsQuery);
  return (
    <SelectField
      label={t('form.tenant')}
      className="sm:col-span-2"
      required
      value={tenantId ?? ''}
      onChange={({ target }) =>
        void navigate({ search: target.value === '' ? {} : { tenant: target.value }, replace: true })
      }
    >
      <option value="">{t('form.chooseTenant')}</option>
      <NamedOptions of={data} />
    </SelectField>
  );
}

function RunbookField() {
  const { register, control } = useFormContext<GroupFields>();
  const text = useWatch({ control, name: 'runbook_md' });
  return <RunbookEditor text={text} {...register('runbook_md')} />;
}
