/** HTML that the hub has made from Markdown (src/api/markdown.ts), shown within a page. */

import { useMemo } from 'react';
import { isSafeLink } from '../../../src/domain/markdown.ts';
import { cx } from './classNames.ts';

/** What Markdown becomes; anything else is left out with all that is in it. */
const TAGS = new Set(
  'A BLOCKQUOTE BR CODE DEL EM H1 H2 H3 H4 H5 H6 HR LI OL P PRE S STRONG TABLE TBODY TD TH THEAD TR UL'.split(' '),
);
/** A page's own headings are h1 and h2; those of the text come below. */
const DEMOTED: Readonly<Record<string, string>> = { H1: 'h3', H2: 'h4', H3: 'h5', H4: 'h6', H5: 'h6' };

/**
 * The hub sends no script, style, form or picture; this is the second lock: what is not known is taken out, every
 * attribute goes but where a link leads, and links open beside the page that one is working in.
 */
function cleanHtml(html: string): string {
  const { body } = new DOMParser().parseFromString(html, 'text/html');
  for (const element of body.querySelectorAll('*')) {
    if (!TAGS.has(element.tagName)) {
      element.remove();
      continue;
    }
    const href = element.getAttribute('href') ?? '';
    for (const name of element.getAttributeNames()) element.removeAttribute(name);
    if (element.tagName === 'A' && isSafeLink(href)) {
      element.setAttribute('href', href);
      element.setAttribute('target', '_blank');
      element.setAttribute('rel', 'noopener noreferrer nofollow');
    }
    // Long lines scroll within themselves, by keyboard too.
    if (element.tagName === 'PRE' || element.tagName === 'TABLE') element.setAttribute('tabindex', '0');
    const lower = DEMOTED[element.tagName];
    if (lower !== undefined) {
      const heading = element.ownerDocument.createElement(lower);
      heading.className = `as-${element.tagName.toLowerCase()}`;
      heading.append(...element.childNodes);
      element.replaceWith(heading);
    }
  }
  return body.innerHTML;
}

/** Shows it as prose. */
export function SafeHtml({ html, className }: { readonly html: string; readonly className?: string }) {
  const clean = useMemo(() => cleanHtml(html), [html]);
  // biome-ignore lint/security/noDangerouslySetInnerHtml: made by the hub and cleaned above.
  return <div className={cx('prose', className)} dangerouslySetInnerHTML={{ __html: clean }} />;
}
