/** The catalogue holds what the screens say, and nothing else. That a key exists where it is asked for, `tsc` sees. */

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, it } from 'vitest';

const DASHBOARD = join(import.meta.dirname, '../../dashboard');
const CATALOGUE = join(DASHBOARD, 'src/messages/en');
/** What a plural adds to a key. */
const PLURAL = /_(?:zero|one|two|few|many|other)$/;

type Words = { readonly [key: string]: string | Words };

function keysOf(words: Words, before = ''): string[] {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [`${before}${key}`] : keysOf(value, `${before}${key}.`),
  );
}

/** A test of keys for `severity.${each}`; null for a template that makes no key. */
function shapeOf(template: string): RegExp | null {
  const parts = template.split(/\$\{[^{}]*\}/);
  const isKey = parts.length > 1 && parts.every((part) => /^[\w.-]*$/.test(part)) && parts.some((part) => part !== '');
  return isKey ? new RegExp(`^${parts.map((part) => part.replaceAll('.', '\\.')).join('[\\w.-]+')}$`) : null;
}

/** Every text and template of the sources that may speak of an area: those that name it; all, of the common one. */
function wordsAbout(area: string, sources: readonly string[]): (key: string) => boolean {
  const source = sources.filter((text) => area === 'common' || text.includes(`'${area}'`)).join('\n');
  const texts = new Set(Array.from(source.matchAll(/'([\w.-]+)'/g), ([, text]) => text));
  const shapes = Array.from(source.matchAll(/`([^`]+)`/g), ([, text = '']) => shapeOf(text)).filter(
    (shape) => shape !== null,
  );
  return (key) => texts.has(key) || shapes.some((shape) => shape.test(key));
}

it('says every message somewhere (if not: take the message out of both languages)', async () => {
  const sources = ['src', 'worker']
    .flatMap((folder) =>
      readdirSync(join(DASHBOARD, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith('src/messages') && !file.endsWith('schema.d.ts'))
    .map((file) => readFileSync(join(DASHBOARD, file), 'utf8'));
  const unsaid: string[] = [];
  for (const file of readdirSync(CATALOGUE)) {
    const area = basename(file, '.ts');
    const isSaid = wordsAbout(area, sources);
    const { default: words } = (await import(join(CATALOGUE, file))) as { default: Words };
    for (const key of keysOf(words)) if (!isSaid(key.replace(PLURAL, ''))) unsaid.push(`${area}: ${key}`);
  }
  expect(unsaid).toEqual([]);
});
