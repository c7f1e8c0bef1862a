/** The SQL of docs/operator-guide.md for an owner who has lost everything, run as it is written there. */

import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import { hashPassword } from '../../src/platform/passwordHash.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const owner = api.user('owner');
const password = 'correct horse battery staple';
const guide = readFileSync(new URL('../../docs/operator-guide.md', import.meta.url), 'utf8');
const blocks = [...guide.slice(guide.indexOf('## A locked-out owner')).matchAll(/```sql\n([\s\S]+?)```/g)].map(
  (match) => (match[1] as string).replaceAll('owner@msp.example', owner.email),
);

async function runAsApp(statements: string): Promise<void> {
  const client = new Client({ connectionString: db.uri('monsys_app') });
  await client.connect();
  try {
    await client.query(statements);
  } finally {
    await client.end();
  }
}
const signIn = (): Promise<Response> => api.anonymous('POST', '/auth/login', { email: owner.email, password });

describe('a locked-out owner', () => {
  it('is let in again by the two statements of the operator guide, by way of the password and a new enrolment', async () => {
    expect(blocks).toHaveLength(2);
    const [liftLock, forgetEnrolment] = blocks as [string, string];
    await db.admin.query(sql.unsafe`
      update users set password_hash = ${await hashPassword(password)}, totp_secret_sealed = '\\x00' where id = ${owner.id}::uuid`);
    // Without a code the password is never enough; the fifth attempt locks.
    for (let attempt = 0; attempt < 5; attempt++) expect((await signIn()).status).toBe(401);
    expect((await signIn()).status).toBe(429);

    await runAsApp(liftLock);
    expect((await signIn()).status).toBe(401);
    await runAsApp(forgetEnrolment);
    expect((await api.as('owner')('GET', '/auth/me')).status).toBe(403);
    const answer = await signIn();
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ enrolment_required: true });
  });
});
