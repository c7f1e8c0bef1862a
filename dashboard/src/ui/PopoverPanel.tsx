/** The panel of a popover: where it stands, what focus does, what closes it. */

import { Popover as Radix } from 'radix-ui';
import { type ReactNode, type RefObject, useRef } from 'react';
import { cx } from './classNames.ts';

/** There while it is open, beside the button it belongs to. */
export function PopoverPanel({
  button,
  label,
  align,
  className,
  onClose,
  children,
}: {
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly label: string;
  readonly align: 'start' | 'end';
  readonly className: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}) {
  const leftForElsewhere = useRef(false);
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Anchor virtualRef={button} />
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={12}
          aria-label={label}
          onInteractOutside={(event) => {
            // The button closes it by its own press; closed here as well, the press would open it again.
            if (button.current?.contains(event.target as Node)) event.preventDefault();
            else leftForElsewhere.current = true;
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            // Whoever pressed something else stays there.
            if (!leftForElsewhere.current) button.current?.focus();
          }}
          className={cx('z-40 rounded-lg border border-line bg-raised shadow-xl motion-safe:animate-rise', className)}
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
