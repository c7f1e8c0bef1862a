/** Text of people and hosts, made fit for a page: nothing invisible, nothing that turns the line around, wrapped. */

import type { Face, Fonts } from './fonts.ts';

/** Bidirectional controls, joiners and other characters that show nothing but change what is read. */
const INVISIBLE = /[\p{Cf}\p{Cs}\p{Co}]/gu;
/** Line breaks, tabs and control characters: a space, so that words stay apart. */
const BREAKING = /[\p{Cc}\p{Zl}\p{Zp}\p{Zs}\s]+/gu;
/** Where a word that does not fit may be cut, after the character. */
const CUT_AFTER = /[-/@._:,;=+]/;

/** One line of clean text; a letter that the fonts lack is shown as its code point. */
export function clean(text: string, fonts: Fonts): string {
  const plain = text.normalize('NFC').replace(INVISIBLE, '').replace(BREAKING, ' ').trim();
  let shown = '';
  for (const letter of plain) {
    const codePoint = letter.codePointAt(0) ?? 0;
    shown += fonts.covers(codePoint) ? letter : `[U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}]`;
  }
  return shown;
}

/** Breaks clean text into lines of at most `width` points; of more than `most` lines the last ends in an ellipsis. */
export function wrap(
  text: string,
  fonts: Fonts,
  font: { readonly face: Face; readonly size: number },
  width: number,
  most: number,
): readonly string[] {
  const measure = (part: string): number => fonts.width(part, font.face, font.size);
  const space = measure(' ');
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ')) {
    let rest = word;
    let need = measure(rest);
    if (line !== '' && used + space + need <= width) {
      line += ` ${rest}`;
      used += space + need;
      continue;
    }
    if (line !== '') lines.push(line);
    while (need > width && rest.length > 1 && lines.length <= most) {
      const cut = cutAt(rest, width, measure);
      lines.push(rest.slice(0, cut));
      rest = rest.slice(cut);
      need = measure(rest);
    }
    line = rest;
    used = need;
    if (lines.length > most) break;
  }
  lines.push(line);
  if (lines.length <= most) return lines;
  let last = lines[most - 1] ?? '';
  while (last !== '' && measure(`${last}…`) > width) last = Array.from(last).slice(0, -1).join('');
  return [...lines.slice(0, most - 1), `${last}…`];
}

/** How much of a word fits on a line: up to a sign of punctuation in its second half, else to the last letter. */
function cutAt(word: string, width: number, measure: (part: string) => number): number {
  let fits = 0;
  let used = 0;
  let sign = 0;
  for (const letter of word) {
    used += measure(letter);
    if (used > width) break;
    fits += letter.length;
    if (CUT_AFTER.test(letter)) sign = fits;
  }
  if (sign > fits / 2) return sign;
  return Math.max(fits, Array.from(word)[0]?.length ?? 1);
}
