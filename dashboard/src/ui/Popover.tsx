/** A panel that opens from a button. What lays it over the page comes when somebody is about to open one. */

import { lazy, type ReactNode, type RefObject, Suspense, useRef } from 'react';

const load = () => import('./PopoverPanel.tsx');
const PopoverPanel = lazy(() => load().then(({ PopoverPanel }) => ({ default: PopoverPanel })));

/** What the button carries: it says that it opens something, and is where the panel stands and focus returns. */
export type PopoverTrigger = {
  readonly ref: RefObject<HTMLButtonElement | null>;
  readonly 'aria-haspopup': 'dialog';
  readonly 'aria-expanded': boolean;
  readonly onClick: () => void;
  readonly onPointerEnter: () => void;
  readonly onFocus: () => void;
};

/** Opens while `open`; closes by Escape, outside, or the button. `label` names the panel. */
export function Popover({
  open,
  onOpenChange,
  label,
  align,
  className,
  trigger,
  children,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly label: string;
  readonly align: 'start' | 'end';
  readonly className: string;
  readonly trigger: (props: PopoverTrigger) => ReactNode;
  readonly children: ReactNode;
}) {
  const button = useRef<HTMLButtonElement>(null);
  const ahead = (): void => void load();
  return (
    <>
      {trigger({
        ref: button,
        'aria-haspopup': 'dialog',
        'aria-expanded': open,
        onClick: () => onOpenChange(!open),
        onPointerEnter: ahead,
        onFocus: ahead,
      })}
      {open && (
        <Suspense>
          <PopoverPanel {...{ button, label, align, className }} onClose={() => onOpenChange(false)}>
            {children}
          </PopoverPanel>
        </Suspense>
      )}
    </>
  );
}
