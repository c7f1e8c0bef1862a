/**
 * Logos that clients bring. An SVG is a document that can run scripts and load things: it is parsed, and what an
 * allow-list knows is written into a new document; nothing of the old text survives as text. What changes a drawing
 * silently when left out (a style that cannot be read) is refused instead, with a sentence.
 */

import {
  DOMImplementation,
  DOMParser,
  type Element,
  type Node,
  onErrorStopParsing,
  XMLSerializer,
} from '@xmldom/xmldom';
import { disableTypes, imageSize, types } from 'image-size';

/** Largest logo, as sent and as served. */
export const MAX_LOGO_BYTES = 256 * 1024;
const MIN_PIXELS = 16;
const MAX_PIXELS = 4096;
const MAX_ELEMENTS = 5_000;
/** Of elements that open and close, with room for comments. */
const MAX_TAGS = 2 * MAX_ELEMENTS + 1_000;
const MAX_DEPTH = 32;
/** Copies that `use` may make; what is copied may not copy again, or ten lines would draw millions of shapes. */
const MAX_USES = 200;

const SVG = 'http://www.w3.org/2000/svg';
const XLINK = 'http://www.w3.org/1999/xlink';

// Left out on purpose: script, foreignObject, image, feImage and all filters, a, animations (they can set href), switch.
const ELEMENTS = new Set(
  `svg g defs symbol use title desc path rect circle ellipse line polyline polygon text tspan textPath
   linearGradient radialGradient stop clipPath mask pattern marker style`.split(/\s+/),
);
/** Elements whose text is kept; elsewhere only white space stands between elements. */
const WITH_TEXT = new Set(['title', 'desc', 'text', 'tspan', 'textPath']);
/** Elements that may point at another one of the same file. */
const WITH_HREF = new Set(['use', 'linearGradient', 'radialGradient', 'pattern', 'textPath']);

/** Presentation properties, as attributes and in styles. */
const PROPERTIES = new Set(
  `fill fill-opacity fill-rule stroke stroke-width stroke-opacity stroke-linecap stroke-linejoin stroke-miterlimit
   stroke-dasharray stroke-dashoffset opacity color display visibility overflow clip-path clip-rule mask mask-type
   marker marker-start marker-mid marker-end stop-color stop-opacity font-family font-size font-weight font-style
   font-stretch font-variant letter-spacing word-spacing text-anchor text-decoration dominant-baseline
   alignment-baseline baseline-shift paint-order vector-effect shape-rendering text-rendering color-interpolation
   color-rendering isolation mix-blend-mode transform transform-origin enable-background`.split(/\s+/),
);
const ATTRIBUTES = new Set(
  `id class version viewBox preserveAspectRatio width height x y x1 y1 x2 y2 cx cy r rx ry fx fy fr d points pathLength
   dx dy rotate textLength lengthAdjust startOffset method spacing gradientUnits gradientTransform spreadMethod offset
   clipPathUnits maskUnits maskContentUnits patternUnits patternContentUnits patternTransform markerUnits markerWidth
   markerHeight refX refY orient role aria-label aria-hidden`.split(/\s+/),
);
const FUNCTIONS = new Set(
  'rgb rgba hsl hsla matrix translate translatex translatey scale scalex scaley rotate skewx skewy'.split(' '),
);
/** Longer than any of those names. */
const LONGEST_WORD = 20;
const FRAGMENT = /^#[\w.:-]{1,200}$/;
const LOCAL_URL = /url\(\s*(["']?)#[\w.:-]{1,200}\1\s*\)/gi;

/** A logo that may be served, or why not. */
export type LogoVerdict =
  | {
      readonly kind: 'accepted';
      readonly type: 'image/svg+xml' | 'image/png' | 'image/webp';
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'refused'; readonly why: string };

function refused(why: string): LogoVerdict {
  return { kind: 'refused', why };
}

/** Carries a refusal out of the walk over the document. */
class Refusal extends Error {
  override name = 'Refusal';
}

/** Judges a logo by its bytes; neither the name nor the type it was sent with count. */
export function judgeLogo(bytes: Uint8Array): LogoVerdict {
  if (bytes.length === 0) return refused('The logo is empty.');
  if (bytes.length > MAX_LOGO_BYTES) return refused(`The logo may have ${MAX_LOGO_BYTES} bytes at most.`);
  if (startsWith(bytes, 0, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return judgeRaster(bytes, 'png');
  if (startsWith(bytes, 0, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes, 8, [0x57, 0x45, 0x42, 0x50]))
    return judgeRaster(bytes, 'webp');
  return judgeSvg(bytes);
}

function startsWith(bytes: Uint8Array, at: number, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[at + index] === byte);
}

// Only these two parsers ever see bytes of a stranger.
disableTypes(types.filter((type) => type !== 'png' && type !== 'webp'));

function judgeRaster(bytes: Uint8Array, type: 'png' | 'webp'): LogoVerdict {
  const size = readSize(bytes);
  if (size === null || size.type !== type) return refused(`The logo is not a ${type.toUpperCase()} that can be read.`);
  const sides = [size.width, size.height];
  if (sides.some((side) => side < MIN_PIXELS || side > MAX_PIXELS))
    return refused(`The logo must be ${MIN_PIXELS} to ${MAX_PIXELS} pixels wide and high.`);
  return { kind: 'accepted', type: `image/${type}`, bytes };
}

function readSize(bytes: Uint8Array): { type: string | undefined; width: number; height: number } | null {
  try {
    const { type, width, height } = imageSize(bytes);
    return { type, width, height };
  } catch {
    // The library throws TypeErrors and RangeErrors of its own on bytes that are cut short.
    return null;
  }
}

function judgeSvg(bytes: Uint8Array): LogoVerdict {
  try {
    const text = rewriteSvg(decodeUtf8(bytes));
    const clean = new TextEncoder().encode(text);
    if (clean.length > MAX_LOGO_BYTES) return refused(`The logo may have ${MAX_LOGO_BYTES} bytes at most.`);
    return { kind: 'accepted', type: 'image/svg+xml', bytes: clean };
  } catch (error) {
    if (error instanceof Refusal) return refused(error.message);
    throw error;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Refusal('The logo must be an SVG in UTF-8, a PNG or a WebP.', { cause: error });
  }
}

function parseSvg(text: string): Element {
  // A document type with declarations of its own can hold entities; without, drawing programs write it and it says nothing.
  const doctypeAt = text.search(/<!DOCTYPE/i);
  const doctype = doctypeAt < 0 ? '' : text.slice(doctypeAt, text.indexOf('>', doctypeAt) + 1);
  if (doctype.includes('[') || /<!ENTITY/i.test(text))
    throw new Refusal('The SVG declares entities; save it as plain SVG.');
  // Before parsing, which takes seconds for a quarter of a megabyte of empty elements.
  if (text.split('<').length > MAX_TAGS) throw new Refusal(`The SVG may have ${MAX_ELEMENTS} elements at most.`);
  try {
    const root = new DOMParser({ onError: onErrorStopParsing, locator: false }).parseFromString(
      text,
      'image/svg+xml',
    ).documentElement;
    if (root?.namespaceURI === SVG && root.localName === 'svg') return root;
  } catch (error) {
    throw new Refusal('The logo must be a well-formed SVG, a PNG or a WebP.', { cause: error });
  }
  throw new Refusal('The root of the logo must be <svg xmlns="http://www.w3.org/2000/svg">.');
}

/** The SVG written anew with what the allow-list knows. Throws {@link Refusal}. */
function rewriteSvg(text: string): string {
  const source = parseSvg(text);
  const clean = new DOMImplementation().createDocument(SVG, 'svg', null);
  const target = clean.documentElement as Element;
  let elements = 0;
  let uses = 0;

  const copyInto = (from: Element, to: Element, depth: number): void => {
    if (++elements > MAX_ELEMENTS || depth > MAX_DEPTH)
      throw new Refusal(`The SVG may have ${MAX_ELEMENTS} elements, ${MAX_DEPTH} deep, at most.`);
    copyAttributes(from, to);
    for (let node: Node | null = from.firstChild; node !== null; node = node.nextSibling) {
      if (node.nodeType === node.TEXT_NODE || node.nodeType === node.CDATA_SECTION_NODE) {
        if (WITH_TEXT.has(from.localName ?? '')) to.appendChild(clean.createTextNode(node.nodeValue ?? ''));
        continue;
      }
      if (node.nodeType !== node.ELEMENT_NODE) continue;
      const child = node as Element;
      const name = child.localName ?? '';
      if (child.namespaceURI !== SVG || !ELEMENTS.has(name)) continue;
      const made = clean.createElementNS(SVG, name);
      if (name === 'style') {
        made.appendChild(clean.createTextNode(rewriteSheet(child.textContent ?? '')));
        to.appendChild(made);
        continue;
      }
      if (name === 'use' && ++uses > MAX_USES) throw new Refusal(`The SVG may use <use> ${MAX_USES} times at most.`);
      copyInto(child, made, depth + 1);
      to.appendChild(made);
    }
  };
  copyInto(source, target, 0);
  if (uses > 0) refuseNestedUses(target);
  return new XMLSerializer().serializeToString(clean);
}

function copyAttributes(from: Element, to: Element): void {
  for (const attribute of Array.from(from.attributes)) {
    const name = attribute.localName ?? '';
    const value = attribute.value;
    if (name === 'href' && (attribute.namespaceURI === null || attribute.namespaceURI === XLINK)) {
      if (WITH_HREF.has(from.localName ?? '') && FRAGMENT.test(value)) to.setAttribute('href', value);
    } else if (attribute.namespaceURI !== null) {
      // xml:base would move fragments elsewhere; the others say nothing a logo needs.
    } else if (name === 'style') {
      to.setAttribute('style', rewriteDeclarations(value));
    } else if ((ATTRIBUTES.has(name) || PROPERTIES.has(name)) && isHarmless(value)) to.setAttribute(name, value);
  }
}

/** A value that loads nothing: functions come from a list, `url()` points into the same file, nothing is escaped. */
function isHarmless(value: string): boolean {
  if (/[\\<>@{}]|\/\*|:\/\/|(?:javascript|data|vbscript):/i.test(value)) return false;
  // By splitting rather than by one expression: a value of spaces alone would make that quadratic.
  const beforeCalls = value.replaceAll(LOCAL_URL, ' ').split('(').slice(0, -1);
  return beforeCalls.every((part) =>
    FUNCTIONS.has(/[\w-]*$/.exec(part.trimEnd().slice(-LONGEST_WORD))?.[0].toLowerCase() ?? ''),
  );
}

/** `name: value; …` with the properties that are known. Values that could load something are refused. */
function rewriteDeclarations(text: string): string {
  const kept: string[] = [];
  for (const declaration of withoutComments(text).split(';')) {
    if (declaration.trim() === '') continue;
    const at = declaration.indexOf(':');
    const name = declaration.slice(0, Math.max(0, at)).trim().toLowerCase();
    const value = declaration.slice(at + 1).trim();
    if (!isHarmless(value))
      throw new Refusal('A style of the SVG loads something or cannot be read; save it as plain SVG.');
    if (PROPERTIES.has(name)) kept.push(`${name}:${value}`);
  }
  return kept.join(';');
}

const SELECTORS = /^[\w\s.,#>:*-]*$/;

/** A style sheet of plain rules, as drawing programs write them; anything else (`@import`, nesting, escapes) is refused. */
function rewriteSheet(text: string): string {
  let rest = withoutComments(text).trim();
  let clean = '';
  while (rest !== '') {
    const rule = /^([^{}]*)\{([^{}]*)\}\s*/.exec(rest);
    const selectors = rule?.[1]?.trim() ?? '';
    if (rule === null || selectors === '' || !SELECTORS.test(selectors))
      throw new Refusal('The style sheet of the SVG has more than plain rules; save it with presentation attributes.');
    clean += `${selectors}{${rewriteDeclarations(rule[2] ?? '')}}`;
    rest = rest.slice(rule[0].length);
  }
  return clean;
}

function withoutComments(text: string): string {
  const [first = '', ...rest] = text.split('/*');
  // What follows an opening belongs to the comment up to its end; an unclosed one is left to be refused by its slash.
  return rest.reduce((clean, part) => {
    const end = part.indexOf('*/');
    return end < 0 ? `${clean}/*${part}` : `${clean} ${part.slice(end + 2)}`;
  }, first);
}

/** What `use` copies may hold no `use` of its own. */
function refuseNestedUses(root: Element): void {
  const uses = Array.from(root.getElementsByTagNameNS(SVG, 'use'));
  // Every element around a `use`: whoever copies one of these copies the `use` in it.
  const around = new Set<string>();
  for (const use of uses) {
    for (let node: Node | null = use; node !== null && node.nodeType === node.ELEMENT_NODE; node = node.parentNode) {
      const id = (node as Element).getAttribute('id');
      if (id !== null && id !== '') around.add(id);
    }
  }
  if (uses.some((use) => around.has((use.getAttribute('href') ?? '').slice(1))))
    throw new Refusal('The SVG copies copies (<use> within <use>); save it with the shapes written out.');
}
