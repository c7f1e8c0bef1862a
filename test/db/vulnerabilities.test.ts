import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { syncPackageCves } from '../../src/db/vulnerabilities.ts';
import type { PackageCve } from '../../src/domain/trivy.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';

const db = await createTestDatabase();
const { tenants } = await createTestApi(db);
const tenantId = tenants.a;
const CVE = 'CVE-2024-1086';
const open: PackageCve[] = [
  { cve_id: CVE, package: 'nftables', installed_version: '1.0', fixed_version: '1.1', severity: 'high' },
];
const report = (agentId: string, cves: readonly PackageCve[]) => ({
  tenantId,
  agentId,
  at: new Date().toISOString(),
  cves,
});

async function insertHost(): Promise<string> {
  const id = randomUUID();
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version)
    values (${id}::uuid, ${tenantId}::uuid, ${`host-${id.slice(0, 8)}`}, ${sql.binary(randomBytes(32))}, '0.1.0')`);
  return id;
}
const unresolved = async (): Promise<number> =>
  (
    await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from alerts where fingerprint = ${`kev_cve:${CVE}`} and status <> 'resolved'`)
  ).count;
const waiting = async (): Promise<boolean> =>
  (
    await db.admin.one(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`)
  ).count > 0;

describe('the alert of a known-exploited CVE', () => {
  it('is cleared when its last two hosts are patched at once (each used to see the other open)', async () => {
    await db.admin.query(sql.unsafe`
      insert into kev_entries (cve_id, name, vendor, product, date_added, ransomware)
      values (${CVE}, 'nf_tables use after free', 'Linux', 'Kernel', '2024-05-30', false)`);
    const [one, two] = [await insertHost(), await insertHost()];
    for (const host of [one, two]) {
      await withTenant(db.app, tenantId, (tx) => syncPackageCves(tx, report(host, open), open));
    }
    expect(await unresolved()).toBe(1);
    const gate = Promise.withResolvers<void>();
    const patched = Promise.withResolvers<void>();
    const first = withTenant(db.app, tenantId, async (tx) => {
      await syncPackageCves(tx, report(one, []), []);
      patched.resolve();
      await gate.promise;
    });
    await patched.promise;
    let isSecondDone = false;
    const patchSecond = async (): Promise<void> => {
      await withTenant(db.app, tenantId, (tx) => syncPackageCves(tx, report(two, []), []));
      isSecondDone = true;
    };
    const second = patchSecond();
    await waitUntil('the second is through or waits', async () => isSecondDone || (await waiting()));
    gate.resolve();
    await Promise.all([first, second]);
    expect(await unresolved()).toBe(0);
  });
});
