/** The region of a language, by which dates and numbers are written. */

/** How dates and numbers are written: the viewer's own region of the language, such as en-GB. */
export function dateLocale(tag: string): string {
  return navigator.languages.find((each) => each.split('-')[0] === tag) ?? tag;
}
