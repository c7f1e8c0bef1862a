/** Whom a client's packs are handed to on the first of each month. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useFieldArray, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { type Contact, contactsQuery } from './packQueries.ts';

/** The list, and the form for who may change it. */
export function Contacts({ tenantId }: { readonly tenantId: string }) {
  const contacts = useQuery(contactsQuery(tenantId));
  if (contacts.isError) return <Problem error={contacts.error} onRetry={() => void contacts.refetch()} />;
  if (contacts.data === undefined) return <SkeletonRows rows={3} />;
  return <ContactsForm key={tenantId} tenantId={tenantId} items={contacts.data} />;
}

function ContactsForm({ tenantId, items }: { readonly tenantId: string; readonly items: readonly Contact[] }) {
  const { t } = useTranslation('packs');
  const { t: common } = useTranslation();
  const can = useCan();
  const queryClient = useQueryClient();
  const { control, register, handleSubmit, reset, formState } = useForm<{ items: Contact[] }>({
    defaultValues: { items: [...items] },
  });
  const rows = useFieldArray({ control, name: 'items' });
  const save = useMutation({
    mutationFn: (body: { items: Contact[] }) =>
      ask(api.PUT('/tenants/{id}/handover-contacts', { params: { path: { id: tenantId } }, body })),
    onSuccess: (saved) => {
      queryClient.setQueryData(contactsQuery(tenantId).queryKey, saved.items);
      reset({ items: saved.items });
      toast.success(common('saved'));
    },
  });
  const problem = problemOf(save.error);
  if (!can('packs.build'))
    return (
      <div className="space-y-3">
        <p className="text-ink-soft">{t('contacts.text')}</p>
        {items.length === 0 ? (
          <p className="text-ink-faint">{t('contacts.none')}</p>
        ) : (
          <ul className="divide-y divide-line rounded-md border border-line">
            {items.map(({ email, name }) => (
              <li key={email} className="px-3 py-2">
                {name} <span className="text-ink-soft">{email}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    );
  return (
    <form onSubmit={handleSubmit((fields) => save.mutate(fields))} className="space-y-3">
      <p className="text-ink-soft">{t('contacts.text')}</p>
      {rows.fields.length === 0 && <p className="text-ink-faint">{t('contacts.none')}</p>}
      {rows.fields.map((row, index) => (
        <div key={row.id} className="flex items-end gap-2">
          <TextField label={t('contacts.name')} className="flex-1" {...register(`items.${index}.name`)} />
          <TextField
            label={t('contacts.email')}
            type="email"
            required
            className="flex-[1.4]"
            fault={problem?.fault('items', index, 'email')}
            {...register(`items.${index}.email`)}
          />
          <Button
            kind="quiet"
            aria-label={t('contacts.remove', { email: row.email })}
            onClick={() => rows.remove(index)}
          >
            <Trash2 aria-hidden="true" />
          </Button>
        </div>
      ))}
      {save.isError && <Problem error={save.error} />}
      <div className="flex justify-between gap-2">
        <Button kind="quiet" onClick={() => rows.append({ name: '', email: '' })}>
          <Plus aria-hidden="true" /> {t('contacts.add')}
        </Button>
        <Button type="submit" kind="primary" busy={save.isPending} disabled={!formState.isDirty}>
          {common('save')}
        </Button>
      </div>
    </form>
  );
}
