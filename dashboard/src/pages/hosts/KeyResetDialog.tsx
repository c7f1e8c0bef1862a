/** Lets a host that lost its key register another one, with the person's own TOTP code. */

import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, withTotp } from '../../api/client.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TotpField } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import type { HostRow } from './hostQueries.ts';

/** For an hour the next registration may pin another key. */
export function KeyResetDialog({ host, onClose }: { readonly host: HostRow; readonly onClose: () => void }) {
  const { t } = useTranslation('hosts');
  const { register, handleSubmit, resetField } = useForm({ defaultValues: { code: '' } });
  const reset = useMutation({
    mutationFn: ({ code }: { readonly code: string }) =>
      ask(api.POST('/agents/{id}/reset-key', { params: { path: { id: host.id } }, headers: withTotp(code) })),
    onError: () => resetField('code'),
    onSuccess: () => {
      toast.success(t('resetKey.done', { host: host.hostname }));
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('resetKey.title', { host: host.hostname })}
      description={t('resetKey.lead')}
    >
      <form onSubmit={handleSubmit((fields) => reset.mutate(fields))} className="space-y-4">
        {reset.isError && <Problem error={reset.error} />}
        <TotpField {...register('code')} />
        <FormActions onCancel={onClose} busy={reset.isPending} kind="danger">
          {t('actions.resetKey')}
        </FormActions>
      </form>
    </Dialog>
  );
}
