/** Tags of a host, changed as words in a line. */

import { Tag } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import type { HostRow } from './hostQueries.ts';
import { useHostChange } from './useHostChange.ts';

/** A button and its dialog. Groups choose their hosts by tag, so that a change may change groups. */
export function TagsEditor({ host }: { readonly host: HostRow }) {
  const { t } = useTranslation('hosts');
  const [open, setOpen] = useState(false);
  const [words, setWords] = useState('');
  const change = useHostChange(host.id, () => setOpen(false));
  const save = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({ change: { tags: words.split(/[\s,]+/).filter((word) => word !== '') }, said: t('tags.saved') });
  };
  return (
    <>
      <Button
        size="sm"
        onClick={() => {
          change.reset();
          setWords(host.tags.join(' '));
          setOpen(true);
        }}
      >
        <Tag aria-hidden="true" /> {t('tags.edit')}
      </Button>
      <Dialog open={open} onOpenChange={setOpen} title={t('tags.title', { host: host.hostname })}>
        <form onSubmit={save} className="space-y-4">
          {change.isError && <Problem error={change.error} />}
          <TextField
            label={t('columns.tags')}
            hint={t('tags.hint')}
            value={words}
            onChange={({ target }) => setWords(target.value)}
          />
          <FormActions onCancel={() => setOpen(false)} busy={change.isPending} />
        </form>
      </Dialog>
    </>
  );
}
