/** Asking for a report: client, template, period, hosts. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { REPORT_TEMPLATES } from '../../../../src/domain/report.ts';
import { api, ask } from '../../api/client.ts';
import { tenantsQuery, useMe } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { addMonths, monthOf } from '../../ui/month.ts';
import { NamedOptions } from '../../ui/Options.tsx';
import { useNow } from '../../ui/Time.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { ownDomain } from '../packs/HandoverDownload.tsx';
import { groupsQuery } from './reportQueries.ts';

const DAY_MS = 86_400_000;

type Fields = {
  tenantId: string;
  template: (typeof REPORT_TEMPLATES)[number];
  from: string;
  until: string;
  scope: 'all' | 'group' | 'tags';
  groupId: string;
  tags: string;
  filter: string;
  title: string;
};

/** The dialog; it closes when the hub has taken the wish. */
export function NewReport({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const { t } = useTranslation('reports');
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t('new')} description={t('newLead')}>
      <ReportForm onDone={() => onOpenChange(false)} />
    </Dialog>
  );
}

function ReportForm({ onDone }: { readonly onDone: () => void }) {
  const { t } = useTranslation('reports');
  const queryClient = useQueryClient();
  const me = useMe();
  const bound = useTenantId();
  const tenants = useQuery(tenantsQuery);
  const month = addMonths(monthOf(useNow(3_600)), -1);
  const { control, register, handleSubmit } = useForm<Fields>({
    defaultValues: {
      tenantId: bound ?? '',
      template: 'executive',
      from: `${month}-01`,
      until: new Date(Date.parse(`${addMonths(month, 1)}-01`) - DAY_MS).toISOString().slice(0, 10),
      scope: 'all',
      groupId: '',
      tags: '',
      filter: ownDomain(me),
      title: '',
    },
  });
  const [tenantId, template, scope] = useWatch({ control, name: ['tenantId', 'template', 'scope'] });
  const groups = useQuery(groupsQuery(tenantId));
  const make = useMutation({
    mutationFn: (fields: Fields) => ask(api.POST('/reports', { body: bodyOf(fields) })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['reports'] });
      onDone();
    },
  });
  return (
    <form onSubmit={handleSubmit((fields) => make.mutate(fields))} className="space-y-4">
      <SelectField label={t('client')} required {...register('tenantId')}>
        <option value="">{t('choose')}</option>
        <NamedOptions of={tenants.data} />
      </SelectField>
      <SelectField label={t('templateLabel')} hint={t(`about.${template}`)} {...register('template')}>
        {REPORT_TEMPLATES.map((each) => (
          <option key={each} value={each}>
            {t(`template.${each}`)}
          </option>
        ))}
      </SelectField>
      <div className="grid grid-cols-2 gap-3">
        <TextField label={t('from')} type="date" required {...register('from')} />
        <TextField label={t('until')} type="date" required {...register('until')} />
      </div>
      {template === 'msp_handover' && (
        <TextField label={t('filter')} hint={t('filterHint')} required minLength={2} {...register('filter')} />
      )}
      <SelectField label={t('scope')} {...register('scope')}>
        {(['all', 'group', 'tags'] as const).map((each) => (
          <option key={each} value={each} disabled={each === 'all' && template === 'per_group'}>
            {t(`scopeOf.${each}`)}
          </option>
        ))}
      </SelectField>
      {scope === 'group' && (
        <SelectField label={t('group')} required {...register('groupId')}>
          <option value="">{t('choose')}</option>
          {groups.data?.map((group) => (
            <option key={group.id} value={group.id}>
              {group.name}
            </option>
          ))}
        </SelectField>
      )}
      {scope === 'tags' && <TextField label={t('tags')} hint={t('tagsHint')} required {...register('tags')} />}
      <TextField label={t('titleLabel')} maxLength={200} {...register('title')} />
      {make.isError && <Problem error={make.error} />}
      <FormActions onCancel={onDone} busy={make.isPending}>
        {t('make')}
      </FormActions>
    </form>
  );
}

/** Days are whole ones, in UTC; the last one included, but never beyond this moment. */
function bodyOf(fields: Fields) {
  const end = Math.min(Date.parse(fields.until) + DAY_MS, Date.now() - 1_000);
  return {
    tenant_id: fields.tenantId,
    template: fields.template,
    from: `${fields.from}T00:00:00.000Z`,
    until: new Date(end).toISOString(),
    ...(fields.scope === 'group' && { scope: { group_id: fields.groupId } }),
    ...(fields.scope === 'tags' && { scope: { tags: fields.tags.split(/[\s,]+/).filter((tag) => tag !== '') } }),
    ...(fields.template === 'msp_handover' && { actor_suffix: fields.filter }),
    ...(fields.title.trim() !== '' && { title: fields.title.trim() }),
  };
}
