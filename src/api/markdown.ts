/** Markdown of people to HTML that may be shown beside anything else. */

import MarkdownIt from 'markdown-it';

/**
 * Raw HTML stays text, links lead to http, https and mailto alone, and nothing is loaded from elsewhere: a picture
 * becomes a link to it, so that a runbook cannot tell a stranger who reads it.
 */
const renderer = new MarkdownIt('default', { html: false, linkify: true, typographer: false }).disable('image');
renderer.validateLink = (url) => /^(?:https?:\/\/|mailto:|#)/i.test(url.trim());
renderer.renderer.rules['link_open'] = (tokens, index, options, _env, self) => {
  tokens[index]?.attrSet('rel', 'noopener noreferrer nofollow');
  return self.renderToken(tokens, index, options);
};

/** Renders a text; the answer has no script, style, form, frame or picture in it. */
export function renderMarkdown(markdown: string): string {
  return renderer.render(markdown);
}
