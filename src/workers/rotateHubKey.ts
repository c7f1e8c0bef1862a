/**
 * Changes the hub's key: announces the next one, signed by the present one. `node src/workers/rotateHubKey.ts`,
 * environment of kind `rotation`: the signing worker's, and the next key. Ends when done; again does nothing.
 */

import { rotateHubKey } from '../activities/hubKeys.ts';
import { openPool } from '../db/pool.ts';
import { readConfig } from '../platform/config.ts';
import { failProcess } from '../platform/failProcess.ts';
import { readHubSigner, readNextHubKey } from '../platform/hubKey.ts';
import { createLogger } from '../platform/log.ts';

const log = createLogger('rotate-hub-key', 'info');
try {
  const config = readConfig('rotation', process.env);
  log.level = config.LOG_LEVEL;
  const signer = readHubSigner(config);
  const next = readNextHubKey(config);
  const pool = await openPool(config.DATABASE_URL, { maxPoolSize: 1, applicationName: 'monsys-rotate-hub-key' });
  try {
    const done = await rotateHubKey({ pool, signer, next });
    log.info(done, 'announced; start the signing workers with the new key before the old one ends');
  } finally {
    await pool.end();
  }
} catch (error) {
  failProcess(log, error);
}
