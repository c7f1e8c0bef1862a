/** Making a link for an auditor; it is shown once, here. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { api, ask, withTotp } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextField, TotpField } from '../../ui/Field.tsx';

const DAY_MS = 86_400_000;
/** The hub allows 30 days at most. */
const DAYS = [1, 7, 14, 30] as const;

type Fields = { readonly note: string; readonly days: string; readonly code: string };

/** The form, and then the link. */
export function NewAuditorLink({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('packs');
  const queryClient = useQueryClient();
  const { register, handleSubmit, resetField, reset } = useForm<Fields>({ defaultValues: { days: '14' } });
  const make = useMutation({
    mutationFn: ({ note, days, code }: Fields) =>
      ask(
        api.POST('/tenants/{id}/auditor-links', {
          params: { path: { id: tenantId } },
          headers: withTotp(code),
          // A minute less: the hub's clock may be behind this one's.
          body: { note, expires_at: new Date(Date.now() + Number(days) * DAY_MS - 60_000).toISOString() },
        }),
      ),
    onError: () => resetField('code'),
    onSuccess: async () => {
      reset();
      await queryClient.invalidateQueries({ queryKey: ['auditor-links', tenantId] });
    },
  });
  if (make.data !== undefined)
    return (
      <section role="status" className="space-y-3 rounded-lg border border-good bg-good-wash p-4">
        <h3 className="font-semibold">{t('auditors.madeTitle')}</h3>
        <p>{t('auditors.once')}</p>
        <CopyText block text={make.data.url} />
        <Button size="sm" onClick={() => make.reset()}>
          {t('auditors.done')}
        </Button>
      </section>
    );
  return (
    <form
      onSubmit={handleSubmit((fields) => make.mutate(fields))}
      className="space-y-3 rounded-lg border border-line bg-surface p-4"
    >
      <h3 className="font-semibold">{t('auditors.new')}</h3>
      <TextField
        label={t('auditors.note')}
        placeholder={t('auditors.noteExample')}
        required
        maxLength={200}
        fault={problemOf(make.error)?.fault('note')}
        {...register('note')}
      />
      <SelectField label={t('auditors.days')} {...register('days')}>
        {DAYS.map((days) => (
          <option key={days} value={days}>
            {t('auditors.dayCount', { count: days })}
          </option>
        ))}
      </SelectField>
      <TotpField {...register('code')} />
      {make.isError && <Problem error={make.error} />}
      <Button type="submit" kind="primary" busy={make.isPending} className="max-sm:w-full">
        {t('auditors.make')}
      </Button>
    </form>
  );
}
