/** What follows a signature without being asked: its leaf comes into the transparency log within moments. */

/** Signatures of one moment go into one checkpoint. */
const GATHER_MS = 100;

/** Async functions by name, such as activities. */
type Activities = Readonly<Record<string, (...args: never[]) => Promise<unknown>>>;

/** Runs `pass` soon after signatures; several at once are one pass, and one that fails waits for the schedule's minute. */
export type AfterSignatures = {
  /** The same activities; each that succeeds is followed by a pass. */
  readonly followed: <A extends Activities>(activities: A) => A;
  /** Resolves when no pass is under way, for an orderly end. */
  readonly idle: () => Promise<void>;
};

/** Makes it. `onFailure` hears of a pass that failed; a signature never fails because of it. */
export function afterSignatures(pass: () => Promise<unknown>, onFailure: (error: unknown) => void): AfterSignatures {
  let running: Promise<void> | null = null;
  let isWanted = false;
  const run = async (): Promise<void> => {
    while (isWanted) {
      await new Promise((resolve) => {
        setTimeout(resolve, GATHER_MS);
      });
      isWanted = false;
      try {
        await pass();
      } catch (error) {
        onFailure(error);
      }
    }
    running = null;
  };
  const soon = (): void => {
    isWanted = true;
    running ??= run();
  };
  return {
    followed: (activities) =>
      Object.fromEntries(
        Object.entries(activities).map(([name, activity]) => [
          name,
          async (...args: never[]) => {
            const result = await activity(...args);
            soon();
            return result;
          },
        ]),
      ) as typeof activities,
    idle: async () => {
      await running;
    },
  };
}
