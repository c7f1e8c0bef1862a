import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type AuditEvent, appendAudit, appendAudits } from '../../src/db/audit.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { type ChainEntry, verifyChain } from '../../src/domain/auditChain.ts';
import type { Json } from '../../src/domain/canonicalJson.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const MSP = randomUUID();
const TENANT = randomUUID();
await db.admin.query(sql.unsafe`insert into msps (id, name, email_domain) values (${MSP}::uuid, 'M', 'm.example')`);
await db.admin.query(
  sql.unsafe`insert into tenants (id, msp_owner, slug, name) values (${TENANT}::uuid, ${MSP}::uuid, 'a', 'A')`,
);

const event = (event_data: AuditEvent['event_data']): AuditEvent => ({
  msp_id: MSP,
  tenant_id: TENANT,
  event_type: 'test_happened',
  actor: { kind: 'system' },
  event_data,
});

const entryRow = z.object({
  chain_id: z.string(),
  seq: z.number(),
  msp_id: z.string(),
  tenant_id: z.string().nullable(),
  event_type: z.string(),
  actor_kind: z.string(),
  actor_user_id: z.string().nullable(),
  actor_email: z.string().nullable(),
  impersonation_id: z.string().nullable(),
  event_data: z.custom<Json>(),
  occurred_at: z.string(),
  hash: z.string(),
});
const readChain = async (): Promise<readonly (ChainEntry & { hash: string })[]> =>
  db.admin.any(sql.type(entryRow)`
    select chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email, impersonation_id, event_data, occurred_at,
      encode(hash, 'hex') as hash from audit_log where chain_id = ${TENANT}::uuid order by seq`);

describe('the audit log', () => {
  it('chains forty appends that race without a gap, and the chain verifies', async () => {
    const numbers = [0, -0, 1.5, 1e21, 1e-7, 123456789012];
    await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        withTenant(db.app, TENANT, (tx) =>
          appendAudit(
            tx,
            event({
              index,
              number: numbers[index % 6] as number,
              text: 'Ωλ “quoted” \u0001 \\',
              nested: { b: [true, null], a: '' },
            }),
          ),
        ),
      ),
    );
    const chain = await readChain();
    expect(chain).toHaveLength(40);
    expect(verifyChain(chain).kind).toBe('intact');
  });

  it('shows where a chain was altered, shortened at the front or re-ordered', async () => {
    const chain = await readChain();
    const altered = chain.map((entry) => (entry.seq === 17 ? { ...entry, actor_email: 'mallory@example.com' } : entry));
    expect(verifyChain(altered)).toEqual({ kind: 'broken', seq: 17 });
    expect(verifyChain(chain.slice(1))).toEqual({ kind: 'broken', seq: 1 });
    expect(verifyChain([...chain.slice(0, 4), chain[5], chain[4], ...chain.slice(6)] as typeof chain)).toEqual({
      kind: 'broken',
      seq: 5,
    });
  });

  it('takes several rows at once, in their order and beside others that race', async () => {
    const before = (await readChain()).length;
    const { msp_id, tenant_id, ...fact } = event({});
    const several = [1, 2, 3].map((place) => ({ ...fact, event_data: { place } }));
    await Promise.all(
      Array.from({ length: 5 }, () =>
        withTenant(db.app, TENANT, (tx) => appendAudits(tx, { msp_id, tenant_id }, several)),
      ),
    );
    await withTenant(db.app, TENANT, (tx) => appendAudits(tx, { msp_id, tenant_id }, []));
    const chain = await readChain();
    expect(chain.slice(before).map((entry) => (entry.event_data as { place: number }).place)).toEqual(
      Array.from({ length: 5 }, () => [1, 2, 3]).flat(),
    );
    expect(verifyChain(chain).kind).toBe('intact');
  });

  it('takes its row back with the effect it belongs to (no row, no effect, and the reverse)', async () => {
    const before = (await readChain()).length;
    await expect(
      withTenant(db.app, TENANT, async (tx) => {
        await appendAudit(tx, event({}));
        throw new Error('the effect failed');
      }),
    ).rejects.toThrow('the effect failed');
    expect(await readChain()).toHaveLength(before);
  });

  it.each([['app'], ['core'], ['signing']] as const)(
    'lets the role of %s neither change nor delete a row',
    async (role) => {
      for (const statement of [
        sql.unsafe`update audit_log set actor_email = 'x' where tenant_id = ${TENANT}::uuid`,
        sql.unsafe`delete from audit_log where tenant_id = ${TENANT}::uuid`,
        sql.unsafe`truncate audit_log`,
      ]) {
        await expect(withTenant(db[role], TENANT, (tx) => tx.query(statement))).rejects.toThrow();
      }
      expect((await readChain()).length).toBeGreaterThan(0);
    },
  );
});
