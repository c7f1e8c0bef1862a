/**
 * What Markdown of people may become: one answer for what is saved (src/api/markdown.ts) and for what is still being
 * written (dashboard/src/ui/markdown.ts). The renderer itself, markdown-it, belongs to those two.
 */

/** Settings of markdown-it: raw HTML stays text, and an address becomes a link. */
export const MARKDOWN_OPTIONS = { html: false, linkify: true, typographer: false } as const;

/** Rules of markdown-it that are off. A picture becomes a link to it, so that a text cannot tell a stranger who reads it. */
export const MARKDOWN_RULES_OFF: 'image'[] = ['image'];

/** Whether a link may lead there: to the web, to a mailbox or into the text itself. */
export function isSafeLink(url: string): boolean {
  return /^(?:https?:\/\/|mailto:|#)/i.test(url.trim());
}
