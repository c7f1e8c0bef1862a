/** Numbers as the viewer writes them. Making a formatter costs more than using it, so each kind is made once. */

const formatters = new Map<string, Intl.NumberFormat>();

/** `value` with at most `most` decimals and at least `least`; `signed` puts a sign before what is not zero. */
export function formatNumber(
  value: number,
  tag: string,
  {
    most = 1,
    least = 0,
    signed = false,
  }: { readonly most?: number; readonly least?: number; readonly signed?: boolean } = {},
): string {
  const key = `${tag} ${most} ${least} ${signed}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(tag, {
      maximumFractionDigits: most,
      minimumFractionDigits: least,
      ...(signed && { signDisplay: 'exceptZero' as const }),
    });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}
