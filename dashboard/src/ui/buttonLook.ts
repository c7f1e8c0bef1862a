/** What buttons, and links that look like them, look like. */

import { cx } from './classNames.ts';

/** `danger` is for what cannot be undone. */
export type ButtonKind = 'primary' | 'secondary' | 'quiet' | 'danger';
/** Kind and size of a button. */
export type Look = { readonly kind?: ButtonKind; readonly size?: 'sm' | 'md' };

const KINDS: Readonly<Record<ButtonKind, string>> = {
  primary: 'bg-accent text-accent-ink hover:bg-accent-strong',
  secondary: 'border border-line-strong/50 bg-surface text-ink hover:bg-sunken',
  quiet: 'text-ink-soft hover:bg-sunken hover:text-ink',
  danger: 'bg-critical text-accent-ink hover:brightness-110',
};
// 24 px is the least of WCAG 2.5.8; on a touch screen a finger gets 44.
const SIZES = { sm: 'h-7 px-2 text-xs gap-1.5 pointer-coarse:h-11', md: 'h-9 px-3 gap-2 pointer-coarse:h-11' } as const;

/** The classes of a button; `extra` are the caller's own. */
export function look({ kind = 'secondary', size = 'md' }: Look, extra?: string): string {
  return cx(
    'inline-flex shrink-0 items-center justify-center rounded-md font-medium whitespace-nowrap transition-colors',
    'disabled:cursor-not-allowed disabled:opacity-55 aria-disabled:cursor-not-allowed aria-disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0',
    KINDS[kind],
    SIZES[size],
    extra,
  );
}
