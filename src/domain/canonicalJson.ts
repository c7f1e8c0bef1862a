/**
 * Canonical JSON after RFC 8785 (JCS): the one text that is hashed or signed for a value.
 *
 * Stricter than `JSON.stringify` where silence would let two values share one text (LESSONS 0.4):
 * lone surrogates, `undefined`, non-finite numbers, `toJSON` and class instances are refused.
 */

/** A value that JSON can carry. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Nesting that no message of ours comes near; deeper input is an attack on the stack. */
const MAX_DEPTH = 64;

/** Thrown for a value that has no canonical text; the message names the place. */
export class NotCanonicalError extends Error {
  override name = 'NotCanonicalError';
}

/** The canonical text of `value`. Throws {@link NotCanonicalError}. */
export function canonicalJson(value: Json): string {
  return render(value, '$', 0);
}

function render(value: Json, path: string, depth: number): string {
  if (depth > MAX_DEPTH) throw new NotCanonicalError(`${path}: nested deeper than ${MAX_DEPTH}`);
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new NotCanonicalError(`${path}: not a finite number`);
    // ECMAScript's number-to-text is the one RFC 8785 section 3.2.2.3 prescribes; -0 becomes 0.
    return String(value);
  }
  if (typeof value === 'string') return renderString(value, path);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => render(item as Json, `${path}[${index}]`, depth + 1)).join(',')}]`;
  }
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) {
    throw new NotCanonicalError(`${path}: only plain objects, arrays, strings, numbers, booleans and null`);
  }
  const object = value as { readonly [key: string]: Json };
  // Default sort compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  const members = Object.keys(object)
    .sort()
    .map((key) => `${renderString(key, path)}:${render(object[key] as Json, `${path}.${key}`, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function renderString(text: string, path: string): string {
  if (!text.isWellFormed()) throw new NotCanonicalError(`${path}: lone surrogate in a string`);
  return JSON.stringify(text);
}
