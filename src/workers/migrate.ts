/** Brings the database up to date: `node src/workers/migrate.ts` with DATABASE_URL of the owner. Ends when done. */

import { migrate } from '../db/migrate.ts';

const uri = process.env['DATABASE_URL'];
if (uri === undefined) {
  process.stderr.write('Set DATABASE_URL to the database, logging in as its owner.\n');
  process.exit(1);
}
const applied = await migrate(uri);
process.stdout.write(`${applied.length === 0 ? 'up to date' : `applied ${applied.join(', ')}`}\n`);
