/** Saying whose an alert is. */

import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { isAllowed } from '../../../../src/domain/permissions.ts';
import { api, ask } from '../../api/client.ts';
import { useCan, useMe } from '../../session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { type Alert, useAlertChange } from './data.ts';

type Fields = { readonly userId: string; readonly note: string };

/** Open as long as it is there. Offers the people of the MSP whose role works on alerts. */
export function AssignDialog({ alert, onClose }: { readonly alert: Alert; readonly onClose: () => void }) {
  const { t } = useTranslation('alerts');
  const { t: common } = useTranslation();
  const me = useMe();
  const team = useQuery({
    queryKey: ['team'],
    queryFn: ({ signal }) => ask(api.GET('/team', { signal })),
    enabled: useCan()('team.read') && me.tenant_id === null,
  });
  const others = (team.data?.items ?? []).filter(
    ({ id, role, tenant_id, is_active }) =>
      id !== me.id && tenant_id === null && is_active && isAllowed('alerts.write', role, null),
  );
  const { register, handleSubmit } = useForm<Fields>({
    values: { userId: alert.assigned_to ?? me.id, note: '' },
    resetOptions: { keepDirtyValues: true },
  });
  const assign = useAlertChange(
    ({ userId, note }: Fields) =>
      ask(
        api.PATCH('/alerts/{id}/assign', {
          params: { path: { id: alert.id } },
          body: { user_id: userId === '' ? null : userId, ...(note.trim() !== '' && { note: note.trim() }) },
        }),
      ),
    ({ number, assigned_to_email: who }) => {
      toast.success(who === null ? t('assign.undone', { number }) : t('assign.done', { number, who }));
      onClose();
    },
  );
  return (
    <Dialog open onOpenChange={onClose} title={t('assign.title', { number: alert.number })} description={alert.title}>
      <form onSubmit={handleSubmit((fields) => assign.mutate(fields))} className="space-y-3">
        {assign.isError && <Problem error={assign.error} />}
        <SelectField label={t('assign.to')} hint={t('assign.hint')} {...register('userId')}>
          <option value={me.id}>{t('assign.me', { email: me.email })}</option>
          {others.map(({ id, name, email }) => (
            <option key={id} value={id}>
              {name} ({email})
            </option>
          ))}
          <option value="">{t('assign.nobody')}</option>
        </SelectField>
        <TextField
          label={`${t('assign.note')} (${common('optional')})`}
          hint={t('assign.noteHint')}
          maxLength={2_000}
          {...register('note')}
        />
        <FormActions onCancel={onClose} busy={assign.isPending}>
          {t('assign.submit')}
        </FormActions>
      </form>
    </Dialog>
  );
}
