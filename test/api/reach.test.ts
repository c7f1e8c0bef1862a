/** Who may write to a tenant's rows: the scope that a caller's transaction gets, whatever the handler then does. */

import { expect, it } from 'vitest';
import type { UserPrincipal } from '../../src/api/principal.ts';
import { inTenant } from '../../src/api/reach.ts';
import { sql } from '../../src/db/pool.ts';
import type { Role } from '../../src/domain/permissions.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { a: tenantId } = api.tenants;

/** A signed-in person of `role`; with a mode, an engineer in the client's context. */
function person(role: Role, mode?: 'full' | 'read_only'): UserPrincipal {
  const user = api.user(role);
  const expiresAt = '2100-01-01T00:00:00.000Z';
  return {
    kind: 'user',
    userId: user.id,
    email: user.email,
    name: role,
    role,
    mspId: api.msp.id,
    tenantId: mode === undefined ? user.tenantId : tenantId,
    impersonation: mode === undefined ? null : { id: user.id, mode, expiresAt },
    endedImpersonationId: null,
    isSudo: false,
    auditorLinkId: null,
    scopes: null,
    via: { kind: 'session', id: user.id, expiresAt },
  };
}

/** Writes to the tenant as a handler with a mistake would. */
const write = (principal: UserPrincipal) =>
  inTenant({ deps: api.deps, principal }, tenantId, (tx) =>
    tx.query(sql.unsafe`
      insert into tenant_settings (tenant_id, impersonation_consent) values (${tenantId}::uuid, 'none')
      on conflict (tenant_id) do update set impersonation_consent = 'none'`),
  );

it.each([
  ['a client’s viewer', person('client_viewer')],
  ['an auditor', person('auditor')],
  ['an engineer who entered to look', person('admin', 'read_only')],
])('the database refuses a write of %s', async (_, principal) => {
  await expect(write(principal)).rejects.toThrow('this scope is read-only');
});

it.each([
  ['an admin', person('admin')],
  ['an engineer who entered to work', person('admin', 'full')],
])('and lets %s write (a control)', async (_, principal) => {
  expect((await write(principal)).rowCount).toBe(1);
});
