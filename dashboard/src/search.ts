/** Reading what the address says: whatever does not fit is as if it were not there. */

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined;
}

/** One of the values listed. */
export function oneOf<const T extends string>(value: unknown, choices: readonly T[]): T | undefined {
  return choices.find((each) => each === value);
}

/** A finite number. */
export function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** A switch; only when it is on is it in the address. */
export function flag(value: unknown): true | undefined {
  return value === true || value === 'true' || value === '1' || value === 1 ? true : undefined;
}

/** Leaves out what is undefined, so that addresses stay short. */
export function compact<T extends Readonly<Record<string, unknown>>>(values: T): { readonly [K in keyof T]?: T[K] } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}

/**
 * What a route reads of the address (`validateSearch`). A value that does not fit stays in as undefined: the router
 * lays what is returned over what the address says, so a key left out would let the address through as it is.
 */
export function known<T extends Readonly<Record<string, unknown>>>(values: T): { readonly [K in keyof T]?: T[K] } {
  return values;
}

/** Whether the address asks for anything beside what is in `apart`: keys that narrow nothing. */
export function isNarrowed(search: Readonly<Record<string, unknown>>, ...apart: readonly string[]): boolean {
  return Object.entries(search).some(([key, value]) => value !== undefined && !apart.includes(key));
}
