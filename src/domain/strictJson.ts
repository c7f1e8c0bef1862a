/**
 * JSON as two parsers of any language would agree to read it: UTF-8 without lone surrogates, no duplicate
 * keys (also not when spelled with escapes), no `__proto__`, bounded depth (LESSONS 0.4, 0.5).
 *
 * `JSON.parse` decides what is JSON; the scan after it only looks for what `JSON.parse` forgives.
 */

import type { Json } from './canonicalJson.ts';

/** Deeper nesting is refused before it can exhaust a stack. */
const MAX_JSON_DEPTH = 64;

export type StrictJsonVerdict =
  | { readonly kind: 'ok'; readonly value: Json }
  | { readonly kind: 'refused'; readonly why: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Parses the bytes received; verify signatures over these same bytes, never over a re-serialisation. */
export function parseStrictJson(bytes: Uint8Array): StrictJsonVerdict {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return { kind: 'refused', why: 'not valid UTF-8' };
    throw error;
  }
  const fault = findForgivenFault(text);
  if (fault !== null) return { kind: 'refused', why: fault };
  try {
    return { kind: 'ok', value: JSON.parse(text) as Json };
  } catch (error) {
    if (error instanceof SyntaxError) return { kind: 'refused', why: error.message };
    throw error;
  }
}

/** Scans the text once, keeping the set of keys of each open object. Malformed text is left to JSON.parse to describe. */
function findForgivenFault(text: string): string | null {
  const openKeys: (Set<string> | null)[] = [];
  for (let index = 0; index < text.length; index++) {
    const symbol = text[index];
    if (symbol === '{' || symbol === '[') {
      openKeys.push(symbol === '{' ? new Set() : null);
      if (openKeys.length > MAX_JSON_DEPTH) return `nested deeper than ${MAX_JSON_DEPTH}`;
    } else if (symbol === '}' || symbol === ']') {
      openKeys.pop();
    } else if (symbol === '"') {
      const end = endOfString(text, index);
      if (end === null) return null;
      const fault = faultOfString(
        text.slice(index, end + 1),
        isKeyAt(text, end + 1) ? (openKeys.at(-1) ?? null) : null,
      );
      if (fault !== null) return fault;
      index = end;
    }
  }
  return null;
}

function endOfString(text: string, start: number): number | null {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index;
  }
  return null;
}

/** In JSON only a key is followed by a colon. */
function isKeyAt(text: string, afterString: number): boolean {
  let index = afterString;
  while (text[index] === ' ' || text[index] === '\t' || text[index] === '\n' || text[index] === '\r') index += 1;
  return text[index] === ':';
}

function faultOfString(literal: string, keys: Set<string> | null): string | null {
  // Plain literals need no decoding; that is nearly all of them.
  let value: string;
  if (!literal.includes('\\')) value = literal.slice(1, -1);
  else {
    try {
      value = JSON.parse(literal) as string;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }
  if (!value.isWellFormed()) return 'lone surrogate in a string';
  if (keys === null) return null;
  if (value === '__proto__') return 'the key "__proto__"';
  if (keys.has(value)) return `duplicate key ${JSON.stringify(value)}`;
  keys.add(value);
  return null;
}
