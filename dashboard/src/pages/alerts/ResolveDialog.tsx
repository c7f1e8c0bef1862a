/** Closing an alert with what was done. */

import { useQuery } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { alertQuery, useAlertChange } from './data.ts';

/** Open as long as it is there. */
export function ResolveDialog({ alertId, onClose }: { readonly alertId: string; readonly onClose: () => void }) {
  const { t } = useTranslation('alerts');
  const { t: common } = useTranslation();
  const { data: alert } = useQuery(alertQuery(alertId));
  const { register, handleSubmit, formState } = useForm<{ readonly resolution: string }>();
  const resolve = useAlertChange(
    (resolution: string) =>
      ask(api.PATCH('/alerts/{id}/resolve', { params: { path: { id: alertId } }, body: { resolution } })),
    ({ number }) => {
      toast.success(t('resolve.done', { number }));
      onClose();
    },
  );
  const fault = formState.errors.resolution?.message ?? problemOf(resolve.error)?.fault('resolution');
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('resolve.title', { number: alert?.number ?? '…' })}
      {...(alert && { description: alert.title })}
    >
      <form onSubmit={handleSubmit(({ resolution }) => resolve.mutate(resolution))} className="space-y-3">
        {resolve.isError && fault === undefined && <Problem error={resolve.error} />}
        <TextArea
          label={t('resolve.note')}
          hint={t('resolve.hint')}
          rows={5}
          maxLength={2_000}
          fault={fault}
          {...register('resolution', { validate: (value) => value.trim() !== '' || common('required') })}
        />
        <FormActions onCancel={onClose} busy={resolve.isPending}>
          {t('act.resolve')}
        </FormActions>
      </form>
    </Dialog>
  );
}
