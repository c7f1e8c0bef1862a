/** monsys-verify-eat, the process (docs/verification.md). */

import { EXIT_CODES, wordsOf } from '../domain/verification/report.ts';
import { run } from './run.ts';

async function main(): Promise<void> {
  try {
    process.exitCode = await run(process.argv.slice(2), {
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
    });
  } catch (error) {
    process.stderr.write(`monsys-verify-eat has a fault: ${wordsOf(error)}\n`);
    process.exitCode = EXIT_CODES.internal;
  }
}

// As a bundle this is CommonJS, which has no await at its top.
void main();
