/** The end of a process that cannot go on. */

import type { Logger } from './log.ts';

/** Ends the process with one sentence for a person and the whole error for the log. */
export function failProcess(log: Logger, error: unknown): never {
  log.fatal({ err: error }, error instanceof Error ? error.message : String(error));
  process.exit(1);
}
