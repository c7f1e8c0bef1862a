/** A menu that opens from a button. */

import { DropdownMenu } from 'radix-ui';
import type { ReactNode, RefObject } from 'react';
import { cx } from './classNames.ts';

/** What every menu is: a trigger, and a panel of lines under it. */
function Frame({
  open,
  onOpenChange,
  trigger,
  children,
  ...content
}: DropdownMenu.DropdownMenuContentProps & {
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly trigger: ReactNode;
}) {
  return (
    <DropdownMenu.Root {...(open !== undefined && { open })} {...(onOpenChange && { onOpenChange })}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          className="z-50 max-h-[80dvh] min-w-48 overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-xl motion-safe:animate-rise"
          {...content}
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

/** `trigger` must be one button. */
export function Menu({
  trigger,
  children,
  align = 'end',
}: {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: 'start' | 'end';
}) {
  return (
    <Frame trigger={trigger} align={align}>
      {children}
    </Frame>
  );
}

/**
 * The menu of a button that was there before this code. It stands where the button is, in the same `relative`
 * element: the trigger that the library wants lies unseen over it, and takes neither pointer nor focus.
 */
export function MenuOf({
  open,
  onOpenChange,
  button,
  labelledBy,
  children,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly labelledBy: string;
  readonly children: ReactNode;
}) {
  return (
    <Frame
      open={open}
      onOpenChange={onOpenChange}
      trigger={<span aria-hidden="true" className="pointer-events-none absolute inset-0" />}
      aria-labelledby={labelledBy}
      onCloseAutoFocus={(event) => {
        event.preventDefault();
        button.current?.focus();
      }}
    >
      {children}
    </Frame>
  );
}

/** A line of a menu. */
export function MenuItem({
  onSelect,
  children,
  danger = false,
  disabled = false,
}: {
  readonly onSelect: () => void;
  readonly children: ReactNode;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}) {
  return (
    <DropdownMenu.Item
      disabled={disabled}
      onSelect={onSelect}
      className={cx(
        'flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-sunken pointer-coarse:py-3 [&_svg]:size-4',
        danger ? 'text-critical' : 'text-ink',
      )}
    >
      {children}
    </DropdownMenu.Item>
  );
}

/** A heading within a menu. */
export function MenuLabel({ children }: { readonly children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 py-1.5 text-xs text-ink-faint">{children}</DropdownMenu.Label>;
}

/** A line between groups of a menu. */
export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1 h-px bg-line" />;
}
