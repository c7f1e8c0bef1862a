/**
 * Markdown as the hub renders it (src/api/markdown.ts, with the same settings), for what is not saved yet: raw HTML
 * stays text, links lead to http, https and mailto alone, pictures become links. Show the result by SafeHtml alone.
 */

import MarkdownIt from 'markdown-it';

const renderer = new MarkdownIt('default', { html: false, linkify: true, typographer: false }).disable('image');
renderer.validateLink = (url) => /^(?:https?:\/\/|mailto:|#)/i.test(url.trim());

/** Renders a text. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}
