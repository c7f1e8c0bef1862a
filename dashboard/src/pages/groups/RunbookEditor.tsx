/** Markdown on the left, how it will look on the right; on a phone one or the other. */

import { type Ref, type TextareaHTMLAttributes, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { cx } from '../../ui/classNames.ts';
import { TextArea } from '../../ui/Field.tsx';
import { renderMarkdown } from '../../ui/markdown.ts';
import { SafeHtml } from '../../ui/SafeHtml.tsx';

/** `text` is what is in the field now; the rest goes to the field. */
export function RunbookEditor({
  text,
  fault,
  ...field
}: { readonly text: string; readonly fault?: string | undefined } & TextareaHTMLAttributes<HTMLTextAreaElement> & {
    readonly ref?: Ref<HTMLTextAreaElement>;
  }) {
  const { t } = useTranslation('groups');
  const [isPreview, setPreview] = useState(false);
  return (
    <div>
      <Button size="sm" className="mb-2 md:hidden" aria-pressed={isPreview} onClick={() => setPreview(!isPreview)}>
        {t(isPreview ? 'runbook.write' : 'runbook.preview')}
      </Button>
      <div className="grid gap-4 md:grid-cols-2">
        <TextArea
          label={t('runbook.label')}
          hint={t('runbook.hint')}
          rows={16}
          fault={fault}
          placeholder={t('runbook.placeholder')}
          className={cx('[&_textarea]:font-mono [&_textarea]:text-xs', isPreview && 'max-md:hidden')}
          {...field}
        />
        <section aria-label={t('runbook.preview')} className={cx('min-w-0', !isPreview && 'max-md:hidden')}>
          <p aria-hidden="true" className="mb-1 text-xs font-medium text-ink-soft">
            {t('runbook.preview')}
          </p>
          <div className="min-h-40 rounded-md border border-line bg-surface p-3">
            {text.trim() === '' ? (
              <p className="text-ink-faint">{t('runbook.emptyPreview')}</p>
            ) : (
              <SafeHtml html={renderMarkdown(text)} />
            )}
          </div>
        </section>
      </div>
    </div>
  );
}
