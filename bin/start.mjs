/** `npm start`: the whole hub on this machine. `--watch` (npm run dev) reloads on change. */

import { ensureInstalled, runOnNode24 } from './lib.mjs';

const begun = Date.now();
ensureInstalled();
runOnNode24('src/platform/embedded/start.ts', process.argv.slice(2), { MONSYS_START_BEGUN_MS: String(begun) });
