/** Where the pictures of the browser tests go; kept after the run. */

import { join } from 'node:path';

/** The folder; cleared when a run starts its own hub. */
export const SCREENSHOTS = join(import.meta.dirname, '../../coverage/screenshots');
