/** A dialog over the page; a sheet from below on a phone, within reach of the thumb. */

import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { cx } from './classNames.ts';
import { OverlayHeader } from './OverlayHeader.tsx';
import { useFocusBack } from './useFocusBack.ts';

/** Opens while `open`; closes by Escape, the cross, or outside. Focus is kept inside and goes back afterwards. */
export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  children,
  wide = false,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly wide?: boolean;
}) {
  const { remember, giveBack } = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="dim backdrop-blur-[1px]" />
        <Radix.Content
          {...(description === undefined && { 'aria-describedby': undefined })}
          onCloseAutoFocus={giveBack}
          onOpenAutoFocus={(event) => {
            remember();
            // The first field rather than the cross, which comes before it.
            const field = (event.currentTarget as HTMLElement).querySelector<HTMLElement>('input, textarea, select');
            if (field === null) return;
            event.preventDefault();
            field.focus();
          }}
          className={cx(
            'fixed z-50 flex max-h-[92dvh] flex-col overflow-hidden border border-line bg-raised shadow-2xl motion-safe:animate-rise',
            'inset-x-0 bottom-0 rounded-t-xl sm:inset-auto sm:top-1/2 sm:left-1/2 sm:w-[calc(100%-2rem)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-xl',
            wide ? 'sm:max-w-3xl' : 'sm:max-w-lg',
          )}
        >
          <OverlayHeader title={title}>
            {description !== undefined && (
              <Radix.Description asChild>
                <div className="mt-0.5 text-ink-soft">{description}</div>
              </Radix.Description>
            )}
          </OverlayHeader>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The row of buttons at the end of a dialog's form; the main one last, on a phone below. */
export function DialogActions({ children }: { readonly children: ReactNode }) {
  return <div className="mt-5 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">{children}</div>;
}
