/** The dialog by which one enters a client's context: reason, duration, mode, TOTP code. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import {
  IMPERSONATION_MAX_MINUTES,
  IMPERSONATION_MODES,
  type ImpersonationMode,
} from '../../../src/domain/impersonation.ts';
import { api, ask, withTotp } from '../api/client.ts';
import { problemOf } from '../api/problem.ts';
import { useMe } from '../session.ts';
import { Dialog } from '../ui/Dialog.tsx';
import { Problem } from '../ui/Feedback.tsx';
import { SelectField, TextArea, TextField, TotpField } from '../ui/Field.tsx';
import { FormActions } from '../ui/WriteForm.tsx';
import { ConsentWait } from './ConsentWait.tsx';
import type { Client } from './impersonate.ts';
import { useContextChange } from './useContextChange.ts';

/** As short a reason as the hub takes. */
const SHORTEST_REASON = 10;

type Fields = {
  readonly reason: string;
  readonly minutes: number;
  readonly mode: ImpersonationMode;
  readonly code: string;
};

/** Open while there is a client; after the hub has agreed one is on the client's overview. */
export function ImpersonateDialog({ client, onClose }: { readonly client: Client; readonly onClose: () => void }) {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const me = useMe();
  const { entered } = useContextChange();
  const [awaited, setAwaited] = useState<string | null>(null);
  const { register, handleSubmit, resetField, formState } = useForm<Fields>({
    defaultValues: {
      reason: '',
      minutes: IMPERSONATION_MAX_MINUTES,
      mode: me.role === 'operator' ? 'read_only' : 'full',
      code: '',
    },
  });
  const done = async (): Promise<void> => {
    await entered(client.id);
    onClose();
    toast.success(t('impersonate.entered', { name: client.name }));
  };
  const start = useMutation({
    mutationFn: ({ reason, minutes, mode, code }: Fields) =>
      ask(
        api.POST('/auth/impersonate', {
          body: { tenant_id: client.id, reason, duration_minutes: minutes, mode },
          headers: withTotp(code),
        }),
      ),
    onError: () => resetField('code'),
    onSuccess: async (answer) => {
      if (answer.state === 'active') await done();
      else setAwaited(answer.impersonation_id);
    },
  });
  const problem = problemOf(start.error);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('impersonate.title', { name: client.name })}
      description={t('impersonate.lead', { name: client.name })}
    >
      {awaited !== null ? (
        <ConsentWait client={client} impersonationId={awaited} onEntered={done} onClose={onClose} />
      ) : (
        <form onSubmit={handleSubmit((fields) => start.mutate(fields))} className="space-y-4">
          {start.isError && <Problem error={start.error} />}
          <TextArea
            label={common('reason.label')}
            hint={common('reason.hint')}
            fault={formState.errors.reason?.message ?? problem?.fault('reason')}
            required
            rows={2}
            maxLength={1000}
            {...register('reason', {
              validate: (text) =>
                text.trim().length >= SHORTEST_REASON || t('impersonate.reasonShort', { count: SHORTEST_REASON }),
            })}
          />
          <div className="grid gap-4 sm:grid-cols-2">
            <TextField
              label={t('impersonate.duration')}
              type="number"
              inputMode="numeric"
              min={1}
              max={IMPERSONATION_MAX_MINUTES}
              required
              fault={problem?.fault('duration_minutes')}
              {...register('minutes', { valueAsNumber: true })}
            />
            <SelectField label={t('impersonate.mode')} fault={problem?.fault('mode')} {...register('mode')}>
              {IMPERSONATION_MODES.map((mode) => (
                <option key={mode} value={mode}>
                  {t(`impersonate.modes.${mode}`)}
                </option>
              ))}
            </SelectField>
          </div>
          <TotpField {...register('code')} />
          <FormActions onCancel={onClose} busy={start.isPending}>
            {t('impersonate.submit')}
          </FormActions>
        </form>
      )}
    </Dialog>
  );
}
