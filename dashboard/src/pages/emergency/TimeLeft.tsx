/** A clock that counts down to a moment. */

import { countdown, useNow } from '../../ui/Time.tsx';

/** Minutes and seconds until `until`; said to screen readers as a timer, and not every second. */
export function TimeLeft({ until }: { readonly until: string }) {
  const now = useNow();
  const ms = Date.parse(until);
  const isShort = ms - now < 120_000;
  return (
    <time
      role="timer"
      dateTime={until}
      className={`font-medium whitespace-nowrap tabular-nums ${isShort ? 'text-critical' : 'text-ink'}`}
    >
      {countdown(ms, now)}
    </time>
  );
}
