/** Amounts as people read them; the hub counts in integer cents. */

/** "€ 30.00" from cents, in the language given. */
export function euroText(cents: number, tag: string): string {
  return new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' }).format(cents / 100);
}

/** "30.00" typed by a person, as cents; null when it is no amount with at most two decimals. */
export function centsOf(text: string): number | null {
  const match = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return match === null ? null : Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

/** Cents as a person types them. */
export function amountText(cents: number): string {
  return (cents / 100).toFixed(2);
}

/** "21 %" from hundredths of a percent. */
export function percentText(rate: number, tag: string): string {
  return new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 2 }).format(rate / 10_000);
}
