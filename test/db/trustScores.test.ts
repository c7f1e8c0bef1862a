import { describe, expect, it } from 'vitest';
import { sql } from '../../src/db/pool.ts';
import { withSystem } from '../../src/db/scope.ts';
import { gatherTrustScoreInputs } from '../../src/db/trustScores.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const { tenants } = await createTestApi(db);

const packs = async () =>
  (
    await withSystem(db.core, (tx) =>
      gatherTrustScoreInputs(tx, { at: new Date().toISOString(), afterTenantId: null, limit: 100 }),
    )
  ).find(({ tenant_id }) => tenant_id === tenants.a)?.packs;
/** What a finished build leaves. */
const FILES = sql.fragment`manifest, sig, pdf_sha256`;
const SIGNED = sql.fragment`'{}', 'signed', repeat('0', 64)`;
/** A row of the month so many months ago, as `columns` and their values say. */
const insertPack = (
  monthsAgo: number,
  columns: ReturnType<typeof sql.fragment>,
  values: ReturnType<typeof sql.fragment>,
) =>
  db.admin.query(sql.unsafe`
    insert into audit_packs (tenant_id, month, built_at, ${columns})
    values (${tenants.a}::uuid, to_char(date_trunc('month', now()) - make_interval(months => ${monthsAgo}), 'YYYY-MM'), now(), ${values})`);

describe('months with a pack', () => {
  it('are those whose pack is signed and final, and what the demonstration has on record', async () => {
    await db.admin.query(
      sql.unsafe`update tenants set created_at = now() - interval '400 days' where id = ${tenants.a}::uuid`,
    );
    expect(await packs()).toEqual({ months_due: 12, months_built: 0 });
    await insertPack(1, sql.fragment`${FILES}, is_preview`, sql.fragment`${SIGNED}, true`);
    await insertPack(2, sql.fragment`is_preview`, sql.fragment`false`);
    expect(await packs()).toEqual({ months_due: 12, months_built: 0 });
    await insertPack(3, FILES, SIGNED);
    expect(await packs()).toEqual({ months_due: 12, months_built: 1 });
    await insertPack(4, sql.fragment`is_demo`, sql.fragment`true`);
    expect(await packs()).toEqual({ months_due: 12, months_built: 2 });
  });
});
