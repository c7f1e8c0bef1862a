/** The form of a company on an invoice. */

import { useMutation } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { problemOf } from '../../api/problem.ts';
import { useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { PARTY_GROUPS, PARTY_REQUIRED, type Party, partyOf, partyTexts } from './partyFields.ts';

/** `save` writes the whole party; who may only read sees the fields without the button. */
export function PartyForm({
  party,
  save,
}: {
  readonly party: Party | null;
  readonly save: (party: Party) => Promise<Party | null>;
}) {
  const { t } = useTranslation('billing');
  const { t: common } = useTranslation();
  const mayWrite = useCan()('billing.write');
  const { register, handleSubmit, reset, formState } = useForm({ defaultValues: partyTexts(party) });
  const saving = useMutation({
    mutationFn: save,
    onSuccess: (saved) => {
      reset(partyTexts(saved));
      toast.success(common('saved'));
    },
  });
  const problem = problemOf(saving.error);
  return (
    <form onSubmit={handleSubmit((texts) => saving.mutate(partyOf(texts)))} className="space-y-5">
      {Object.entries(PARTY_GROUPS).map(([group, fields]) => (
        <fieldset key={group} disabled={!mayWrite} className="min-w-0">
          <legend className="mb-2 text-sm font-semibold">
            {t(`partyGroup.${group as keyof typeof PARTY_GROUPS}`)}
          </legend>
          <div className="grid gap-3 sm:grid-cols-2">
            {fields.map((field) => (
              <TextField
                key={field}
                label={t(`party.${field}`)}
                required={PARTY_REQUIRED.has(field)}
                fault={problem?.fault('party', field)}
                autoComplete="off"
                inputMode={field === 'payment_days' ? 'numeric' : undefined}
                {...register(field)}
              />
            ))}
          </div>
        </fieldset>
      ))}
      {saving.isError && <Problem error={saving.error} />}
      {mayWrite && (
        <div className="flex justify-end">
          <Button type="submit" kind="primary" busy={saving.isPending} disabled={!formState.isDirty}>
            {common('save')}
          </Button>
        </div>
      )}
    </form>
  );
}
