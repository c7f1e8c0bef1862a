/** A link within the portal: goes without loading the page anew; new tabs are left to the browser. */

import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { go } from './location.ts';

/** `href` is made by hrefOf. */
export function PortalLink({
  href,
  children,
  ...rest
}: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(href);
  };
  return (
    <a {...rest} href={href} onClick={follow}>
      {children}
    </a>
  );
}
