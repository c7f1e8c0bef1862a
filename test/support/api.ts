/** An MSP with two tenants and a person of each role, and the API over it: what most API tests start from. */

import { randomBytes, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { Hono } from 'hono';
import { afterAll, expect } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { listenForEvents } from '../../src/api/events.ts';
import type { AppEnv } from '../../src/api/route.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { readWitnesses } from '../../src/api/witnesses.ts';
import { sql } from '../../src/db/pool.ts';
import type { OperatorInvoicing } from '../../src/domain/invoicing.ts';
import { CLIENT_ROLES, PERMISSIONS, type Permission, ROLES, type Role } from '../../src/domain/permissions.ts';
import { formatToken, tokenHash } from '../../src/domain/token.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createLogger } from '../../src/platform/log.ts';
import { createFolderStore } from '../../src/platform/packStore.ts';
import { createSeal } from '../../src/platform/seal.ts';
import type { TestDatabase } from './postgres.ts';

/** A person of the test MSP with an API token that carries every permission of the role. */
export type TestUser = {
  readonly id: string;
  readonly email: string;
  readonly role: Role;
  readonly token: string;
  readonly tenantId: string | null;
};

export type TestApi = {
  readonly app: Hono<AppEnv>;
  readonly deps: ApiDeps;
  readonly msp: { readonly id: string; readonly email_domain: string };
  /** Two tenants of `msp`; `other` belongs to another MSP altogether. */
  readonly tenants: { readonly a: string; readonly b: string; readonly other: string };
  readonly user: (role: Role) => TestUser;
  /** Calls the API as a person of `role` (the client's people belong to tenant a). A body is sent as JSON, a form as multipart. */
  readonly as: (
    role: Role,
  ) => (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
  /** Calls without any proof. */
  readonly anonymous: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Response>;
};

/** Seals the secrets of webhooks in tests, where API and worker must agree. */
export const TEST_WEBHOOK_SEAL_KEY = '5e'.repeat(32);

/** Options: a Temporal client where routes start workflows, and a clock that can be turned. */
export type TestApiOptions = {
  readonly temporal?: Client;
  readonly now?: () => number;
  readonly rateLimitPerMinute?: number;
  /** Folder of packs' files, when a worker shares it. */
  readonly packDir?: string;
  /** Private addresses and plain HTTP for what people type. */
  readonly allowPrivateTargets?: boolean;
  /** Verifier keys of witnesses, commas between. */
  readonly witnesses?: string;
  /** Who bills MSPs. */
  readonly operator?: OperatorInvoicing;
};

/** Seeds the database and builds the app on the RLS-bound role. */
export async function createTestApi(db: TestDatabase, options: TestApiOptions = {}): Promise<TestApi> {
  const msp = { id: randomUUID(), email_domain: 'msp.example' };
  const tenants = { a: randomUUID(), b: randomUUID(), other: randomUUID() };
  const otherMsp = randomUUID();
  await db.admin.query(sql.unsafe`
    insert into msps (id, name, email_domain) values (${msp.id}::uuid, 'Test MSP', ${msp.email_domain}), (${otherMsp}::uuid, 'Other MSP', 'other.example')`);
  await db.admin.query(sql.unsafe`
    insert into tenants (id, msp_owner, slug, name, created_at) values
      (${tenants.a}::uuid, ${msp.id}::uuid, 'acme', 'ACME', now() - interval '1 year'),
      (${tenants.b}::uuid, ${msp.id}::uuid, 'globex', 'Globex', now() - interval '1 year'),
      (${tenants.other}::uuid, ${otherMsp}::uuid, 'other', 'Other', now() - interval '1 year')`);

  const users = new Map<Role, TestUser>();
  for (const role of ROLES)
    users.set(role, await insertUser(db, msp.id, role, CLIENT_ROLES.includes(role) ? tenants.a : null));

  // An unexpected error must be readable in the test's output; refusals are not errors.
  const log = createLogger('test', 'error');
  const config = readConfig('api', {
    DATABASE_URL: db.uri('monsys_app'),
    MONSYS_SEAL_KEY: randomBytes(32).toString('hex'),
    RATE_LIMIT_PER_MINUTE: String(options.rateLimitPerMinute ?? 1_000_000),
    PUBLIC_URL: 'http://hub.test',
    TEMPORAL_UI_URL: 'http://temporal.test/',
    ALLOW_PRIVATE_TARGETS: String(options.allowPrivateTargets ?? false),
    ...(options.witnesses === undefined ? {} : { TRANSPARENCY_WITNESSES: options.witnesses }),
  });
  const packDir = options.packDir ?? join(tmpdir(), `monsys-test-packs-${randomUUID()}`);
  const events = await listenForEvents(db.uri('monsys_app'), log);
  afterAll(() => events.close());
  const deps: ApiDeps = {
    pool: db.app,
    temporal: options.temporal ?? null,
    config,
    log,
    seal: createSeal(config.MONSYS_SEAL_KEY),
    webhookSeal: createSeal(TEST_WEBHOOK_SEAL_KEY),
    events,
    packs: createFolderStore(packDir),
    witnesses: readWitnesses(config),
    operator: options.operator ?? null,
    now: options.now ?? Date.now,
  };
  const app = createApp(deps, ROUTES);
  const call =
    (authorization: string | null) =>
    async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> =>
      app.request(`http://hub.test/api/v1${path}`, {
        method,
        headers: { ...(authorization === null ? {} : { authorization }), ...headers },
        ...(body === undefined
          ? {}
          : { body: typeof body === 'string' || body instanceof FormData ? body : JSON.stringify(body) }),
      });
  const user = (role: Role): TestUser => users.get(role) as TestUser;
  return { app, deps, msp, tenants, user, as: (role) => call(`Bearer ${user(role).token}`), anonymous: call(null) };
}

/** Expects a status, and reads the JSON of the body; nothing where there is none. */
export async function json<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  expect(response.status, text).toBe(status);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

/** A user with TOTP confirmed and an API token; the password cannot be used to sign in. */
export async function insertUser(
  db: TestDatabase,
  mspId: string,
  role: Role,
  tenantId: string | null,
): Promise<TestUser> {
  const id = randomUUID();
  const email = `${role}-${id.slice(0, 8)}@${tenantId === null ? 'msp' : 'client'}.example`;
  const token = formatToken('api', randomBytes(32));
  const scopes = (Object.keys(PERMISSIONS) as Permission[]).filter((name) =>
    (PERMISSIONS[name].roles as readonly Role[]).includes(role),
  );
  await db.admin.query(sql.unsafe`
    insert into users (id, msp_id, tenant_id, email, name, role, password_hash, totp_confirmed_at)
    values (${id}::uuid, ${mspId}::uuid, ${tenantId}::uuid, ${email}, ${role}, ${role}, 'unusable', now())`);
  await db.admin.query(sql.unsafe`
    insert into api_tokens (token_hash, user_id, msp_id, tenant_id, name, scopes, expires_at)
    values (${sql.binary(Buffer.from(tokenHash(token)))}, ${id}::uuid, ${mspId}::uuid, ${tenantId}::uuid, 'test', ${sql.array(scopes, 'text')}, now() + interval '1 day')`);
  return { id, email, role, token, tenantId };
}
