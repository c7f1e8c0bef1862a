/** What the button of saved views opens: apply one, delete one, save the filters in force under a name. */

import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/Field.tsx';
import type { CockpitFilter } from './cockpitQueries.ts';
import { deleteView, type SavedView, saveView, useSavedViews } from './savedViews.ts';

const LONGEST_NAME = 60;

/** The views of this browser and the form for another; `onDone` closes it. */
export function SavedViewList({
  filter,
  onApply,
  onDone,
}: {
  readonly filter: CockpitFilter;
  readonly onApply: (filter: CockpitFilter) => void;
  readonly onDone: () => void;
}) {
  const { t } = useTranslation('cockpit');
  const { t: common } = useTranslation();
  const views = useSavedViews();
  const [name, setName] = useState('');
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (name.trim() === '') return;
    saveView({ name: name.trim(), filter });
    toast.success(t('views.saved', { name: name.trim() }));
    setName('');
    onDone();
  };
  const remove = (view: SavedView): void => {
    deleteView(view.name);
    toast(t('views.deleted', { name: view.name }), {
      action: { label: common('undo'), onClick: () => saveView(view) },
    });
  };
  return (
    <>
      {views.length === 0 ? (
        <p className="p-2 text-xs text-ink-faint">{t('views.empty')}</p>
      ) : (
        <ul className="space-y-px pb-2">
          {views.map((view) => (
            <li key={view.name} className="flex items-center gap-1">
              <button
                type="button"
                onClick={() => {
                  onApply(view.filter);
                  onDone();
                }}
                className="min-w-0 flex-1 truncate rounded-md px-2 py-1.5 text-left hover:bg-sunken pointer-coarse:py-3"
              >
                {view.name}
              </button>
              <Button
                kind="quiet"
                size="sm"
                aria-label={t('views.delete', { name: view.name })}
                onClick={() => remove(view)}
              >
                <X aria-hidden="true" />
              </Button>
            </li>
          ))}
        </ul>
      )}
      <form onSubmit={save} className="flex items-end gap-2 border-t border-line px-2 pt-2 pb-1">
        <TextField
          label={t('views.name')}
          value={name}
          maxLength={LONGEST_NAME}
          onChange={({ target }) => setName(target.value)}
          className="flex-1"
        />
        <Button type="submit" kind="primary" disabled={name.trim() === ''}>
          {common('save')}
        </Button>
      </form>
    </>
  );
}
