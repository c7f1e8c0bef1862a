/** The top of what lies over a page: its title, what belongs under it, and the cross that closes it. */

import { X } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Stands first within the content of a dialog or a sheet, which the title names. */
export function OverlayHeader({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  const { t } = useTranslation();
  return (
    <header className="flex items-start justify-between gap-3 border-b border-line px-5 py-3">
      <div className="min-w-0">
        <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
        {children}
      </div>
      <Radix.Close
        aria-label={t('close')}
        className="-mr-2 grid size-8 shrink-0 place-items-center rounded-md text-ink-faint hover:bg-sunken hover:text-ink pointer-coarse:size-11"
      >
        <X aria-hidden="true" className="size-4" />
      </Radix.Close>
    </header>
  );
}
