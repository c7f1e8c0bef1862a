/** What the start says on the terminal: each step when it begins to take long or is done, with its time. */

/** A step shorter than this needs no time of its own. */
const SLOW_MS = 1_000;

/** Writes one line. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs a step and says that it is done and how long it took. */
export async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begun = Date.now();
  // Nobody should wonder what is going on.
  const timer = setTimeout(() => say(`${name} …`), SLOW_MS);
  try {
    const value = await work();
    const took = Date.now() - begun;
    say(`${name}: done${took < SLOW_MS ? '' : ` in ${seconds(took)}`}`);
    return value;
  } finally {
    clearTimeout(timer);
  }
}

/** `12.3 s`. */
export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
