/** Something that is shown once. */

import { KeyRound } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyText } from '../../ui/CopyText.tsx';

/** Shows `text` to be copied now; it is kept nowhere. */
export function Secret({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation('settings');
  return (
    <div role="status" className="space-y-2 rounded-lg border border-accent/40 bg-accent-wash p-4">
      <p className="flex items-center gap-2 font-semibold">
        <KeyRound aria-hidden="true" className="size-4 text-accent" /> {title}
      </p>
      <p className="text-ink-soft">{t('shownOnce')}</p>
      <CopyText text={text} block />
      {children}
    </div>
  );
}
