/** A link out of the dashboard that looks like a button. */

import type { AnchorHTMLAttributes, Ref } from 'react';
import { type Look, look } from './buttonLook.ts';

/** A link to a file or another site in the look of a button. */
export function ButtonAnchor({
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
