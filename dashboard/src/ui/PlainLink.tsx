/** A link within the dashboard for long lists: no preloading and no active state, so that a thousand cost little. */

import { useRouter } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, MouseEvent } from 'react';

/** Goes to a path of this site without loading the page anew; what opens a new tab is left to the browser. */
export function PlainLink({ href, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string }) {
  const router = useRouter();
  const follow = (event: MouseEvent): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(href);
  };
  return (
    // The content comes with the rest; the click stands in for the browser's own way.
    // oxlint-disable-next-line jsx-a11y/anchor-has-content -- see above
    <a {...rest} href={href} onClick={follow} />
  );
}
