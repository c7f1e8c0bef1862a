/** A panel beside the page it belongs to; from below on a phone. The page stays where it was. */

import { Dialog as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { OverlayHeader } from './OverlayHeader.tsx';
import { useFocusBack } from './useFocusBack.ts';

/** Opens while `open`; closes by Escape, the cross, or outside. */
export function Sheet({
  open,
  onClose,
  title,
  lead,
  children,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly title: string;
  readonly lead?: ReactNode;
  readonly children: ReactNode;
}) {
  const { remember, giveBack } = useFocusBack();
  return (
    <Radix.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dim" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={giveBack}
          className="fixed z-50 flex flex-col overflow-hidden border-line bg-raised shadow-2xl motion-safe:animate-rise max-sm:inset-x-0 max-sm:bottom-0 max-sm:h-[92dvh] max-sm:rounded-t-xl max-sm:border-t sm:inset-y-0 sm:right-0 sm:w-full sm:max-w-xl sm:border-l"
        >
          <OverlayHeader title={title}>
            {lead !== undefined && <div className="mt-0.5 text-ink-soft">{lead}</div>}
          </OverlayHeader>
          <div className="min-h-0 flex-1 space-y-5 overflow-y-auto px-5 py-4">{children}</div>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
