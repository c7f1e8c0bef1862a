/** Moments as the browser's own field for date and time writes them. */

/** `2026-11-25T18:00`, in the viewer's zone. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
