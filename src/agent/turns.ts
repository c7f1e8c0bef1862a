/** Tasks that must not run beside each other: a store of files, the rules of a firewall. */

/** Makes a queue: each task begins when the one before it has ended, well or badly, and gives its own outcome. */
export function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
