/** Applies migrations/*.sql, forward only, each in its own transaction, under an advisory lock. */

import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/**
 * Brings the database of `ownerUri` (a role that may create roles and owns the schema) up to date.
 * Returns the names of the migrations applied now. Several callers at once wait for each other.
 */
export async function migrate(ownerUri: string): Promise<string[]> {
  const applied = await runner({
    databaseUrl: ownerUri,
    dir: MIGRATIONS,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    checkOrder: true,
    singleTransaction: false,
    // Several processes may start at once against one database; the second finds nothing left to do.
    advisoryLockMode: 'wait',
    log: () => undefined,
  });
  return applied.map((migration) => migration.name);
}
