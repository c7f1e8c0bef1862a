/** Asks the host's own programs. */

import { execFile } from 'node:child_process';
import { hasCode } from '../durable.ts';

const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Output of a program; null when the host does not have it. Never through a shell. */
export function askProgram(file: string, args: readonly string[], signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const options = {
      maxBuffer: MAX_OUTPUT_BYTES,
      timeout: TIMEOUT_MS,
      signal,
      // Not the agent's environment: it may hold the enrolment token.
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
    };
    execFile(file, args, options, (error, stdout) => {
      if (error === null) resolve(stdout);
      else if (hasCode(error, 'ENOENT')) resolve(null);
      else reject(error);
    });
  });
}
