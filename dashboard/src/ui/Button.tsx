/** Buttons and links that look like them. */

import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, ButtonHTMLAttributes, Ref } from 'react';
import { cx } from './classNames.ts';

/** `danger` is for what cannot be undone. */
export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';
type Look = { readonly kind?: ButtonKind; readonly size?: 'sm' | 'md' };

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-strong',
  secondary: 'border border-line-strong/50 bg-surface text-ink hover:bg-sunken',
  quiet: 'text-ink-soft hover:bg-sunken hover:text-ink',
  danger: 'bg-critical text-accent-ink hover:brightness-110',
};
// 24 px is the least of WCAG 2.5.8; on a touch screen a finger gets 44.
const SIZES = { sm: 'h-7 px-2 text-xs gap-1.5 pointer-coarse:h-11', md: 'h-9 px-3 gap-2 pointer-coarse:h-11' } as const;

function look({ kind = 'secondary', size = 'md' }: Look, extra?: string): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
    KINDS[kind],
    SIZES[size],
    extra,
  );
}

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

function Anchor({
  kind,
  size,
  className,
  children,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & Look & { readonly ref?: Ref<HTMLAnchorElement> }) {
  return (
    <a {...rest} className={look({ ...(kind && { kind }), ...(size && { size }) }, className)}>
      {children}
    </a>
  );
}

/** A link within the dashboard in the look of a button. */
export const ButtonLink = createLink(Anchor);

/** A link to a file or another site in the look of a button. */
export const ButtonAnchor = Anchor;
