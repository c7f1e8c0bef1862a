import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rotateHubKey } from '../../src/activities/hubKeys.ts';
import { TransparencyLogFault } from '../../src/activities/transparency.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withSystem, withTenant } from '../../src/db/scope.ts';
import { computePlan, findNewestCheckpoint, listLeaves, queueLeaf } from '../../src/db/transparency.ts';
import { parseLeaf } from '../../src/domain/tlog/leaf.ts';
import { EMPTY_ROOT, isConsistent, leafHash, nodeHash, planConsistency } from '../../src/domain/tlog/merkle.ts';
import { makeNoteKey, type NoteKey, openCheckpoint } from '../../src/domain/tlog/note.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { createTestLog, createTestSigner, ORIGIN, randomLeaf } from '../support/transparency.ts';

async function openLog() {
  const db = await createTestDatabase();
  const log = createTestLog(db);
  const trusted = makeNoteKey(ORIGIN, log.signer.publicKey) as NoteKey;
  const head = async () => {
    const row = await findNewestCheckpoint(db.app);
    if (row === null) return { size: 0, root: EMPTY_ROOT };
    const opened = openCheckpoint(row.note, ORIGIN, [trusted]);
    if (opened.kind === 'refused') throw new Error(opened.why);
    return opened.checkpoint;
  };
  return { db, log, head };
}

/** Root by the definition of RFC 6962, from the stored leaves alone. */
async function definedRoot(db: TestDatabase, size: number): Promise<Uint8Array> {
  const fold = (hashes: readonly Uint8Array[]): Uint8Array => {
    if (hashes.length === 1) return hashes[0] as Uint8Array;
    let k = 1;
    while (k * 2 < hashes.length) k *= 2;
    return nodeHash(fold(hashes.slice(0, k)), fold(hashes.slice(k)));
  };
  return fold((await listLeaves(db.app, 0, size)).map(({ leaf }) => leafHash(leaf)));
}

const count = async (db: TestDatabase, table: 'transparency_pending' | 'transparency_checkpoints'): Promise<number> =>
  (
    await db.admin.one(sql.type(z.object({ n: z.number() }))`
      select count(*) as n from ${sql.identifier([table])}`)
  ).n;

describe('integrateTransparencyLog', async () => {
  const { db, log, head } = await openLog();

  it('signs nothing while there is nothing to sign', async () => {
    expect(await log.integrateTransparencyLog()).toEqual({ added: 0, refused: 0, size: 0, has_more: false });
    expect(await findNewestCheckpoint(db.app)).toBeNull();
  });

  it('records the announced key first, once', async () => {
    await log.announceHubKey();
    await log.announceHubKey();
    expect(await log.integrateTransparencyLog()).toEqual({ added: 1, refused: 0, size: 1, has_more: false });
    const [leaf] = await listLeaves(db.app, 0, 1);
    expect(parseLeaf(leaf?.leaf as Buffer)).toMatchObject({ type: 'key_rotation', key_id: log.key_id });
    expect((await head()).size).toBe(1);
  });

  it('takes leaves in the order in which they were queued, and each new head extends the last (past two tiles)', async () => {
    let last = await head();
    for (const batch of [1, 2, 254, 3, 260]) {
      const queued = await log.queue(batch);
      expect(await log.integrateTransparencyLog()).toMatchObject({ added: batch });
      const next = await head();
      const stored = await listLeaves(db.app, last.size, next.size);
      expect(stored.map(({ leaf }) => parseLeaf(leaf))).toEqual(queued);
      expect(next.root).toEqual(await definedRoot(db, next.size));
      const plan = planConsistency(last.size, next.size);
      if (plan === null) throw new Error('there should be a plan');
      expect(isConsistent(last.size, last.root, next.size, next.root, await computePlan(db.app, plan))).toBe(true);
      last = next;
    }
    expect(await count(db, 'transparency_pending')).toBe(0);
  });

  it('records a thing once, queued again before or after', async () => {
    const [leaf] = await log.queue(1);
    if (leaf === undefined) throw new Error('one leaf was queued');
    await withSystem(db.core, (tx) => queueLeaf(tx, { ...leaf, at: '2026-05-19T18:00:01.000Z' }));
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 1 });
    await withSystem(db.core, (tx) => queueLeaf(tx, leaf));
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 0 });
    expect(await count(db, 'transparency_pending')).toBe(0);
  });

  it('takes the leaf back with the thing it belongs to', async () => {
    await expect(
      withSystem(db.core, async (tx) => {
        await queueLeaf(tx, randomLeaf(log.key_id));
        throw new Error('the effect failed');
      }),
    ).rejects.toThrow('the effect failed');
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 0 });
  });

  it('is not queued a leaf that it would set aside (the thing fails with it)', async () => {
    const leaf = { ...randomLeaf(log.key_id), at: '2026-05-19T18:00:00Z' };
    await expect(withSystem(db.core, (tx) => queueLeaf(tx, leaf))).rejects.toThrow(/UTC with milliseconds/);
    expect(await count(db, 'transparency_pending')).toBe(0);
  });

  it('is fed by the API and the core worker in any scope, and neither can look into the queue or take from it', async () => {
    await withTenant(db.app, randomUUID(), (tx) => queueLeaf(tx, randomLeaf(log.key_id)));
    await withMsp(db.app, randomUUID(), (tx) => queueLeaf(tx, randomLeaf(log.key_id)));
    await withTenant(db.core, randomUUID(), (tx) => queueLeaf(tx, randomLeaf(log.key_id)));
    await withSystem(db.signing, (tx) => queueLeaf(tx, randomLeaf(log.key_id)));
    for (const pool of [db.app, db.core]) {
      for (const statement of [
        sql.unsafe`select * from transparency_pending`,
        sql.unsafe`delete from transparency_pending`,
        sql.unsafe`update transparency_pending set leaf = decode('00', 'hex')`,
      ])
        await expect(pool.query(statement)).rejects.toThrow(/denied|permission/i);
    }
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 4 });
  });

  it('sets a malformed leaf aside and goes on with those behind it', async () => {
    await db.app.query(sql.unsafe`
      insert into transparency_pending (leaf_key, leaf) values ('x', convert_to('{"tenant":"ACME"}', 'UTF8'))`);
    await log.queue(2);
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 2, refused: 1 });
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 0, refused: 0 });
    expect(await count(db, 'transparency_pending')).toBe(1);
  });

  it('never forks when eight run at once while leaves arrive', async () => {
    const before = await head();
    const reports = await Promise.all(
      Array.from({ length: 8 }, async () => {
        await log.queue(25);
        return log.integrateTransparencyLog();
      }),
    );
    await log.integrateTransparencyLog();
    const after = await head();
    expect(after.size).toBe(before.size + 200);
    expect(reports.reduce((sum, report) => sum + report.added, 0)).toBeLessThanOrEqual(200);
    expect(after.root).toEqual(await definedRoot(db, after.size));
    const rows = await db.admin.any(sql.type(z.object({ size: z.number(), root: z.instanceof(Buffer) }))`
      select size, root from transparency_checkpoints order by size`);
    for (const { size, root } of rows) {
      const plan = planConsistency(size, after.size);
      if (plan === null) throw new Error('there should be a plan');
      expect(isConsistent(size, root, after.size, after.root, await computePlan(db.app, plan))).toBe(true);
    }
  });

  it.each([['app'], ['core'], ['signing']] as const)(
    'lets the role of %s change nothing that is there',
    async (role) => {
      for (const table of ['transparency_leaves', 'transparency_subtrees', 'transparency_checkpoints']) {
        const name = sql.identifier([table]);
        for (const statement of [
          sql.unsafe`delete from ${name}`,
          sql.unsafe`truncate ${name}`,
          table === 'transparency_checkpoints'
            ? sql.unsafe`update ${name} set note = ''`
            : sql.unsafe`update ${name} set index = index + 1`,
        ])
          await expect(withSystem(db[role], (tx) => tx.query(statement))).rejects.toThrow(/denied|permission/i);
      }
    },
  );

  it.each([['app'], ['core']] as const)('lets the role of %s append nothing', async (role) => {
    await expect(
      db[role].query(sql.unsafe`
        insert into transparency_leaves (index, leaf_key, leaf, leaf_hash) values (100000, 'x', decode('00', 'hex'), sha256('x'))`),
    ).rejects.toThrow(/denied|permission/i);
  });

  it('leaves no gap, whoever appends', async () => {
    const { size } = await head();
    await expect(
      db.admin.query(sql.unsafe`
        insert into transparency_leaves (index, leaf_key, leaf, leaf_hash) values (${size + 1}, 'x', decode('00', 'hex'), sha256('x'))`),
    ).rejects.toThrow(/foreign key/i);
  });
});

describe('integrateTransparencyLog, when something is wrong', () => {
  it('undoes everything when signing fails, and the next pass does it all (a crash in between)', async () => {
    const { db, log, head } = await openLog();
    await log.announceHubKey();
    await log.integrateTransparencyLog();
    await log.queue(300);
    const broken = createTestLog(db, {
      ...log.signer,
      sign: () => {
        throw new Error('the process died here');
      },
    });
    await expect(broken.integrateTransparencyLog()).rejects.toThrow('the process died here');
    expect(await count(db, 'transparency_pending')).toBe(300);
    expect(await listLeaves(db.app, 1, 400)).toEqual([]);
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 300, size: 301 });
    expect((await head()).root).toEqual(await definedRoot(db, 301));
  });

  it('refuses a signature in which one bit flipped', async () => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    const flipping = createTestLog(db, {
      ...log.signer,
      sign: (message) => {
        const signature = log.signer.sign(message);
        signature[40] = (signature[40] as number) ^ 1;
        return signature;
      },
    });
    await expect(flipping.integrateTransparencyLog()).rejects.toThrow(TransparencyLogFault);
    expect(await count(db, 'transparency_checkpoints')).toBe(0);
  });

  it.each([
    [
      'a leaf at the edge was changed',
      sql.unsafe`update transparency_leaves set leaf_hash = sha256('forged') where index = 300`,
      /does not extend/,
    ],
    [
      'a subtree was changed',
      sql.unsafe`update transparency_subtrees set hash = sha256('forged') where level = 1 and index = 0`,
      /does not extend/,
    ],
    [
      'leaves were cut off',
      sql.unsafe`delete from transparency_leaves where index >= 290`,
      /has 290 leaves and a checkpoint of 301/,
    ],
    [
      'the checkpoint’s root was changed',
      sql.unsafe`update transparency_checkpoints set root = sha256('forged')`,
      /row and its signed note differ/,
    ],
    [
      'the checkpoint’s note was changed',
      sql.unsafe`update transparency_checkpoints set note = replace(note, E'\n301\n', E'\n302\n')`,
      /refused: the signature/,
    ],
  ])('signs nothing more when %s by the owner of the database', async (_, statement, why) => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    await log.queue(300);
    await log.integrateTransparencyLog();
    await log.queue(1);
    // A control: unaltered, it would have gone on.
    await db.admin.query(statement);
    await expect(log.integrateTransparencyLog()).rejects.toThrow(why);
    expect(await count(db, 'transparency_checkpoints')).toBe(1);
    expect(await count(db, 'transparency_pending')).toBe(1);
  });

  it('refuses bytes that the database gives back otherwise than they were written', async () => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    await db.admin.query(sql.unsafe`
      create function flip_leaf() returns trigger language plpgsql as $$
        begin new.leaf := set_byte(new.leaf, 5, get_byte(new.leaf, 5) # 1); return new; end $$`);
    await db.admin.query(sql.unsafe`
      create trigger flip before insert on transparency_leaves for each row execute function flip_leaf()`);
    await expect(log.integrateTransparencyLog()).rejects.toThrow(/leaf 0 is not what was written/);
    await db.admin.query(sql.unsafe`drop trigger flip on transparency_leaves`);
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 1 });
  });

  it('refuses a subtree that the database gives back otherwise than it was written', async () => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    await log.queue(255);
    await db.admin.query(sql.unsafe`
      create function flip_hash() returns trigger language plpgsql as $$
        begin new.hash := set_byte(new.hash, 5, get_byte(new.hash, 5) # 1); return new; end $$`);
    await db.admin.query(sql.unsafe`
      create trigger flip before insert on transparency_subtrees for each row execute function flip_hash()`);
    await expect(log.integrateTransparencyLog()).rejects.toThrow(/subtree 0 of level 1 is not what was written/);
    await db.admin.query(sql.unsafe`drop trigger flip on transparency_subtrees`);
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 256 });
  });

  it('refuses to sign with a key that has not been announced, or under another origin', async () => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    await log.integrateTransparencyLog();
    await log.queue(1);
    const unannounced = createTestLog(db, createTestSigner());
    await expect(unannounced.integrateTransparencyLog()).rejects.toThrow(/has not been announced/);
    const renamed = createTestLog(db, log.signer, 'monsys-msp/other');
    await expect(renamed.integrateTransparencyLog()).rejects.toThrow(/a log cannot be renamed/);
    expect(await log.integrateTransparencyLog()).toMatchObject({ added: 1, size: 2 });
  });

  it('goes on under a new key, after the old one’s last checkpoint was checked with the old key', async () => {
    const { db, log } = await openLog();
    await log.announceHubKey();
    await log.integrateTransparencyLog();
    const next = createTestLog(db, createTestSigner());
    await rotateHubKey({ pool: db.signing, signer: log.signer, next: next.signer.publicKey });
    await db.admin.query(sql.unsafe`update hub_keys set valid_until = now() where key_id = ${log.key_id}`);
    expect(await next.integrateTransparencyLog()).toMatchObject({ added: 1, size: 2 });
    const row = await findNewestCheckpoint(db.app);
    const key = makeNoteKey(ORIGIN, next.signer.publicKey) as NoteKey;
    expect(openCheckpoint(row?.note ?? '', ORIGIN, [key]).kind).toBe('signed');
  });
});
