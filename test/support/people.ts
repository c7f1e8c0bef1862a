/** People who can prove themselves: accounts with a password and an authenticator, browsers with a cookie, a clock to turn. */

import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { SESSION_COOKIE } from '../../src/api/middleware/authenticate.ts';
import type { AppEnv } from '../../src/api/route.ts';
import { sql } from '../../src/db/pool.ts';
import { CLIENT_ROLES, type Role } from '../../src/domain/permissions.ts';
import { hashPassword } from '../../src/platform/passwordHash.ts';
import { newTotpSecret, TOTP_STEP_SECONDS, totpCodeAt, totpSealContext } from '../../src/platform/totpCode.ts';
import type { TestApi } from './api.ts';
import type { TestDatabase } from './postgres.ts';

/** A clock that runs with the machine's, and can be turned forward. */
export type TestClock = { readonly now: () => number; readonly advance: (ms: number) => void };

/** Makes a clock. */
export function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => {
      ahead += ms;
    },
  };
}

/** Gives an account an authenticator; returns its secret. */
export async function giveAuthenticator(db: TestDatabase, api: Pick<TestApi, 'deps'>, userId: string): Promise<string> {
  const secret = newTotpSecret();
  const sealed = api.deps.seal.seal(Buffer.from(secret, 'utf8'), totpSealContext(userId));
  await db.admin.query(sql.unsafe`
    update users set totp_secret_sealed = ${sql.binary(sealed)}, totp_confirmed_at = now() where id = ${userId}::uuid`);
  return secret;
}

/** The code of the next step, which nobody can have used: turns the clock to it. */
export function nextCode(clock: TestClock, secret: string): string {
  clock.advance(TOTP_STEP_SECONDS * 1000);
  return totpCodeAt(secret, clock.now());
}

/** An account with a password and an authenticator. */
export type TestAccount = {
  readonly id: string;
  readonly email: string;
  readonly password: string;
  readonly secret: string;
};

/** Makes an account of `role`; a client's people belong to `tenantId`. */
export async function createAccount(
  db: TestDatabase,
  api: Pick<TestApi, 'deps' | 'msp' | 'tenants'>,
  role: Role,
  tenantId: string | null = CLIENT_ROLES.includes(role) ? api.tenants.a : null,
): Promise<TestAccount> {
  const id = randomUUID();
  const email = `p-${id.slice(0, 8)}@msp.example`;
  const password = `Correct horse ${id.slice(0, 12)}`;
  await db.admin.query(sql.unsafe`
    insert into users (id, msp_id, tenant_id, email, name, role, password_hash)
    values (${id}::uuid, ${api.msp.id}::uuid, ${tenantId}::uuid, ${email}, ${role}, ${role}, ${await hashPassword(password)})`);
  return { id, email, password, secret: await giveAuthenticator(db, api, id) };
}

/** A browser: keeps the session cookie and says where its requests come from. */
export type TestBrowser = {
  readonly send: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Response>;
  readonly cookie: () => string | null;
  readonly setCookie: (value: string) => void;
};

/** Opens a browser on `app`; with `site` its requests come from that kind of page. */
export function openBrowser(app: Hono<AppEnv>, site: 'same-origin' | 'cross-site' = 'same-origin'): TestBrowser {
  let cookie: string | null = null;
  return {
    cookie: () => cookie,
    setCookie: (value) => {
      cookie = value;
    },
    send: async (method, path, body, headers = {}) => {
      const response = await app.request(`http://hub.test/api/v1${path}`, {
        method,
        headers: {
          'sec-fetch-site': site,
          ...(cookie === null ? {} : { cookie: `${SESSION_COOKIE}=${cookie}` }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const set = new RegExp(`^${SESSION_COOKIE}=([^;]*)`).exec(response.headers.get('set-cookie') ?? '');
      if (set) cookie = set[1] || null;
      return response;
    },
  };
}

/** Signs in with password and a fresh code. */
export async function signIn(api: Pick<TestApi, 'app'>, clock: TestClock, account: TestAccount): Promise<TestBrowser> {
  const browser = openBrowser(api.app);
  const response = await browser.send('POST', '/auth/login', {
    email: account.email,
    password: account.password,
    totp_code: nextCode(clock, account.secret),
  });
  if (response.status !== 200) throw new Error(`login: ${response.status} ${await response.text()}`);
  return browser;
}

/** The code of a problem+json answer, e.g. `not_found`. */
export async function problemOf(response: Response): Promise<string> {
  const body = (await response.json()) as { type?: string };
  return body.type?.replace('urn:monsys:problem:', '') ?? JSON.stringify(body);
}

/** Forgets what was counted per address: every test comes from the same one. */
export async function forgetRates(db: TestDatabase): Promise<void> {
  await db.admin.query(sql.unsafe`delete from rate_limits`);
}
