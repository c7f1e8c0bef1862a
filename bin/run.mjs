/** Runs a TypeScript file of this repository on the Node of the lock file: `node bin/run.mjs <file> [arguments]`. */

import { ensureInstalled, fail, runOnNode24 } from './lib.mjs';

const [file, ...args] = process.argv.slice(2);
if (file === undefined) fail('Say which file to run: node bin/run.mjs <file> [arguments].');
ensureInstalled();
runOnNode24(file, args);
