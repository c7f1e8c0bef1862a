/** Where files are dropped, or chosen by keyboard and on a phone. */

import { FileUp, X } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { cx } from '../ui/classNames.ts';
import { byteSize } from '../ui/size.ts';
import type { GivenFile } from './givenFiles.ts';

/** The zone and the list of what is there. */
export function DropZone({
  files,
  onAdd,
  onRemove,
}: {
  readonly files: readonly GivenFile[];
  readonly onAdd: (files: readonly File[]) => void;
  readonly onRemove: (file: GivenFile) => void;
}) {
  const { t, i18n } = useTranslation('verify');
  const id = useId();
  const [isOver, setIsOver] = useState(false);
  return (
    <div className="space-y-3">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- only dropping; the input inside is for everybody */}
      <label
        htmlFor={id}
        onDragOver={(event) => {
          event.preventDefault();
          setIsOver(true);
        }}
        onDragLeave={() => setIsOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setIsOver(false);
          onAdd([...event.dataTransfer.files]);
        }}
        className={cx(
          'flex cursor-pointer flex-col items-center gap-2 rounded-lg border-2 border-dashed px-6 py-10 text-center focus-within:outline-2 focus-within:outline-offset-2 focus-within:outline-accent hover:border-accent',
          isOver ? 'border-accent bg-accent-wash' : 'border-line-strong/50 bg-surface',
        )}
      >
        <FileUp aria-hidden="true" className="size-7 text-ink-faint" />
        <span id={`${id}-title`} className="font-semibold">
          {t('drop.title')}
        </span>
        <span id={`${id}-text`} className="max-w-prose text-ink-soft">
          {t('drop.text')}
        </span>
        <input
          id={id}
          type="file"
          multiple
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-text`}
          className="sr-only"
          onChange={(event) => {
            onAdd([...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
      </label>
      {files.length > 0 && (
        <ul aria-label={t('files')} className="divide-y divide-line rounded-lg border border-line bg-surface">
          {files.map((given) => (
            <li key={`${given.file.name} ${given.file.size}`} className="flex items-center gap-3 py-1.5 pr-2 pl-4">
              <span className="min-w-0 flex-1 truncate" title={given.file.name}>
                {given.file.name}
              </span>
              <span className="text-xs text-ink-faint tabular-nums">{byteSize(given.file.size, i18n.language)}</span>
              <Badge tone={given.role === 'unknown' ? 'medium' : 'neutral'}>{t(`role.${given.role}`)}</Badge>
              <Button
                kind="quiet"
                size="sm"
                aria-label={t('remove', { name: given.file.name })}
                onClick={() => onRemove(given)}
              >
                <X aria-hidden="true" />
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
