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
  it('lets a claim without an answer lapse after five minutes, to one of those who ask (its process died)', async () => {
    const key = randomUUID();
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toEqual({ kind: 'claimed' });
    await age(key, 240);
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toMatchObject({ kind: 'kept', status: null });
    await age(key, 61);
    const racers = await Promise.all([1, 2, 3].map(() => claimKey(db.app, 'user:a', key, hash('first'), null)));
    expect(racers.filter(({ kind }) => kind === 'claimed')).toHaveLength(1);
  });

  it('keeps an answer however old the claim is', async () => {
    const key = randomUUID();
    await claimKey(db.app, 'user:a', key, hash('first'), null);
    await keepAnswer(db.app, 'user:a', key, 201, Buffer.from('sealed'));
    await age(key, 3_600);
    expect(await claimKey(db.app, 'user:a', key, hash('first'), null)).toMatchObject({ kind: 'kept', status: 201 });
  });
});
