import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findAgentByHostname } from '../../src/db/agents.ts';
import { sql } from '../../src/db/pool.ts';
import { withTenant } from '../../src/db/scope.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const { tenants } = await createTestApi(db);

async function insertHost(hostname: string, isActive = true): Promise<string> {
  const id = randomUUID();
  await db.admin.query(sql.unsafe`
    insert into agents (id, tenant_id, hostname, public_key, agent_version, is_active)
    values (${id}::uuid, ${tenants.a}::uuid, ${hostname}, ${sql.binary(randomBytes(32))}, '0.1.0', ${isActive})`);
  return id;
}
const find = (hostname: string): Promise<string | null> =>
  withTenant(db.app, tenants.a, (tx) => findAgentByHostname(tx, tenants.a, hostname));

describe('findAgentByHostname', () => {
  it('takes the full name before the short one, and a host in service before a retired one', async () => {
    const short = await insertHost('web');
    await insertHost('web.example.org');
    expect(await find('WEB')).toBe(short);
    await insertHost('db.example.org', false);
    const inService = await insertHost('db.example.net');
    expect(await find('db')).toBe(inService);
    const replaced = await insertHost('mail.example.org');
    await insertHost('mail.example.org', false);
    expect(await find('mail.example.org')).toBe(replaced);
    expect(await find('nobody')).toBeNull();
  });

  it('names nobody when two answer to the name alike (facts of one would land on the other)', async () => {
    await insertHost('app.east.example');
    expect(await find('app')).not.toBeNull();
    await insertHost('app.west.example');
    expect(await find('app')).toBeNull();
    expect(await find('app.west.example')).not.toBeNull();
  });
});
