/** What is still English on a page in Dutch: words of the catalogue by themselves, and prose by its small words. */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const MESSAGES = join(import.meta.dirname, '../../dashboard/src/messages');
/** Small words of English that Dutch does not have; no prose of a line goes without one for long. */
const PROSE = /\b(?:and|are|been|by|every|for|from|has|have|none|not|nothing|the|this|to|when|with|your)\b/i;

type Words = { readonly [key: string]: string | Words };

function textsOf(words: Words): string[] {
  return Object.values(words).flatMap((value) => (typeof value === 'string' ? [value] : textsOf(value)));
}

async function catalogue(language: 'en' | 'nl'): Promise<Set<string>> {
  const texts = new Set<string>();
  for (const area of readdirSync(join(MESSAGES, 'en'))) {
    const { default: words } = (await import(join(MESSAGES, language, area))) as { default: Words };
    for (const text of textsOf(words)) texts.add(text);
  }
  return texts;
}

const dutch = await catalogue('nl');
const english = new Set([...(await catalogue('en'))].filter((text) => !dutch.has(text)));

/** Runs in the page: its texts and names, but what says of itself that it is English and what people have typed. */
const TEXTS = `(() => {
  const texts = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) =>
    node instanceof Element && node.matches('[lang=en], noscript, script, style, textarea, code, pre, .prose')
      ? NodeFilter.FILTER_REJECT
      : NodeFilter.FILTER_ACCEPT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node instanceof Text) texts.push(node.data);
    else for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(node.getAttribute(name) ?? '');
  }
  return texts.map((text) => text.trim()).filter((text) => text !== '');
})()`;

/** Shorter ones are in every word. */
const DATA_LETTERS = 4;
/** A word of a closed list, such as a state: that a screen says in words of its own. */
const CODE = /^[a-z_]+$/;

function addTexts(answer: unknown, to: Set<string>): void {
  if (typeof answer === 'string') {
    if (answer.length >= DATA_LETTERS && !CODE.test(answer)) to.add(answer);
  } else if (typeof answer === 'object' && answer !== null)
    for (const each of Object.values(answer)) addTexts(each, to);
}

/**
 * Listens to a page; the function says what of its words is English. What the hub has answered is not: names and reasons
 * that people gave, titles of alerts, which are kept and signed in one language. Sentences that the hub tells a viewer
 * have tests of their own (test/dashboard/dutch.test.ts).
 */
export function listenForEnglish(page: Page): () => Promise<readonly string[]> {
  const data = new Set<string>();
  const pending: Promise<void>[] = [];
  page.on('response', (response) => {
    if (!response.url().includes('/api/') || !/json/.test(response.headers()['content-type'] ?? '')) return;
    // An answer may be gone with the page that had asked for it.
    pending.push(
      response.json().then(
        (answer) => addTexts(answer, data),
        () => undefined,
      ),
    );
  });
  return async () => {
    const texts = await page.evaluate<string[]>(TEXTS);
    await Promise.all(pending.splice(0));
    const known = [...data].toSorted((a, b) => b.length - a.length);
    data.clear();
    return [...new Set(texts)].filter((text) => {
      const own = known.reduce((rest, each) => rest.replaceAll(each, ''), text).trim();
      return english.has(own) || PROSE.test(own);
    });
  };
}
