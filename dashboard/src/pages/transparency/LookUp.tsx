/** The form that finds an entry; what was found is in the address. */

import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { lookUp } from './lookup.ts';

/** Of a log of `size` leaves; `initial` is what the address says was looked for. */
export function LookUp({ size, initial }: { readonly size: number; readonly initial: string | undefined }) {
  const { t } = useTranslation('transparency');
  const navigate = useNavigate({ from: '/transparency' });
  const { register, handleSubmit } = useForm({ defaultValues: { typed: initial ?? '' } });
  const search = useMutation({
    mutationFn: async ({ typed }: { readonly typed: string }) =>
      lookUp(typed.trim(), size, new AbortController().signal),
    onSuccess: (index, { typed }) => {
      if (index !== null) void navigate({ search: (old) => compact({ ...old, leaf: index, q: typed.trim() }) });
    },
  });
  return (
    <form onSubmit={handleSubmit((fields) => search.mutate(fields))} className="space-y-2">
      <div className="flex flex-wrap items-end gap-2">
        <TextField
          label={t('lookUp.label')}
          placeholder={t('lookUp.placeholder')}
          required
          autoComplete="off"
          spellCheck={false}
          className="min-w-0 flex-1 basis-64"
          {...register('typed')}
        />
        <Button type="submit" kind="primary" busy={search.isPending}>
          <Search aria-hidden="true" /> {t('lookUp.submit')}
        </Button>
      </div>
      <p className="text-xs text-ink-faint">{t('lookUp.hint')}</p>
      {search.isError && <Problem error={search.error} />}
      {search.data === null && (
        <p role="alert" className="text-medium">
          {t('lookUp.nothing')}
        </p>
      )}
    </form>
  );
}
