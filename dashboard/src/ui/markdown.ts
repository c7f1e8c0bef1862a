/**
 * Markdown as the hub renders it (src/api/markdown.ts, by the same src/domain/markdown.ts), for what is not saved yet.
 * Show the result by SafeHtml alone.
 */

import MarkdownIt from 'markdown-it';
import { isSafeLink, MARKDOWN_OPTIONS, MARKDOWN_RULES_OFF } from '../../../src/domain/markdown.ts';

const renderer = new MarkdownIt('default', MARKDOWN_OPTIONS).disable(MARKDOWN_RULES_OFF);
renderer.validateLink = isSafeLink;

/** Renders a text. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}
