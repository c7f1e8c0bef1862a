/** Buttons and links that look like them. */

import type { ButtonHTMLAttributes, Ref } from 'react';
import { type Look, look } from './buttonLook.ts';

export { ButtonAnchor } from './ButtonAnchor.tsx';
export { ButtonLink } from './ButtonLink.tsx';
export type { ButtonKind } from './buttonLook.ts';

/** A button; `busy` shows that its work is under way and keeps it from being pressed twice. */
export function Button({
  kind,
  size,
  busy = false,
  className,
  children,
  disabled,
  type = 'button',
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> &
  Look & { readonly busy?: boolean; readonly ref?: Ref<HTMLButtonElement> }) {
  return (
    <button
      {...rest}
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={look({ ...(kind && { kind }), ...(size && { size }) }, className)}
    >
      {busy && (
        <span
          aria-hidden="true"
          className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent"
        />
      )}
      {children}
    </button>
  );
}
