import { Client } from 'pg';
import { expect, it } from 'vitest';
import { dumpSchema, SCHEMA_FILE } from '../support/dumpSchema.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();

it('is the schema that was reviewed (after a migration: npm run db:schema, and read the diff)', async () => {
  const client = new Client({ connectionString: db.uri('postgres') });
  await client.connect();
  const dump = await dumpSchema(client);
  await client.end();
  // Controls: the dump would show a policy that went missing, and a right that was added.
  expect(dump).toContain('policy tenant_scope on alerts');
  expect(dump).toContain('audit_log to monsys_app: insert, select');
  await expect(dump).toMatchFileSnapshot(SCHEMA_FILE);
});
