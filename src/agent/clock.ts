/**
 * The time the agent signs and reports with: the host's clock, corrected by what the hub's `Date` header said when
 * it refused a signature for its time. Only requests and facts use it. Whoever can forge that header could shift
 * it, so nothing that decides whether a command may run may ever ask this clock.
 */
export type Clock = {
  readonly now: () => number;
  readonly iso: () => string;
  /** Takes the hub's time; returns by how many milliseconds the host is off. */
  readonly learn: (hubMs: number) => number;
};

/** A clock that trusts the host until the hub says otherwise. */
export function createClock(): Clock {
  let offsetMs = 0;
  const now = (): number => Date.now() + offsetMs;
  return {
    now,
    iso: () => new Date(now()).toISOString(),
    learn: (hubMs) => {
      offsetMs = hubMs - Date.now();
      return offsetMs;
    },
  };
}
