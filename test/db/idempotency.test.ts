import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { claimKey, keepAnswer } from '../../src/db/idempotency.ts';
import { sql } from '../../src/db/pool.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
const age = (key: string, seconds: number) =>
  db.admin.query(sql.unsafe`
    update idempotency_keys set created_at = created_at - make_interval(secs => ${seconds}) where key = ${key}`);

describe('claimKey', () => {
  it('leaves a claim without an answer in doubt after five minutes, to nobody who asks (its process died, its work may be done)', async () => {
    const key = randomUUID();
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toEqual({ kind: 'claimed' });
    await age(key, 240);
    const running = { kind: 'kept', status: null, is_in_doubt: false };
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toMatchObject(running);
    await age(key, 61);
    const racers = await Promise.all([1, 2, 3].map(() => claimKey(db.app, 'user:a', key, hash('first'), null)));
    expect(racers).toMatchObject([1, 2, 3].map(() => ({ kind: 'kept', is_in_doubt: true })));
    expect(await claimKey(db.app, 'user:b', key, hash('first'), null)).toEqual({ kind: 'claimed' });
  });

  it('keeps an answer however old the claim is', async () => {
    const key = randomUUID();
    await claimKey(db.app, 'user:a', key, hash('first'), null);
    await keepAnswer(db.app, 'user:a', key, 201, Buffer.from('sealed'));
    await age(key, 3_600);
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toMatchObject({
      kind: 'kept',
      status: 201,
      is_in_doubt: false,
    });
  });
});
