/** Markdown of people to HTML that may be shown beside anything else; src/domain/markdown.ts says what may be in it. */

import MarkdownIt from 'markdown-it';
import { isSafeLink, MARKDOWN_OPTIONS, MARKDOWN_RULES_OFF } from '../domain/markdown.ts';

const renderer = new MarkdownIt('default', MARKDOWN_OPTIONS).disable(MARKDOWN_RULES_OFF);
renderer.validateLink = isSafeLink;
renderer.renderer.rules['link_open'] = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
  return self.renderToken(tokens, index, options);
};

/** Renders a text; the answer has no script, style, form, frame or picture in it. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}
