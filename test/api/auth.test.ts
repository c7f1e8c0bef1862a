import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/api/app.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { openPool, sql } from '../../src/db/pool.ts';
import { isAllowed, PERMISSION_NAMES } from '../../src/domain/permissions.ts';
import { totpCodeAt } from '../../src/platform/totpCode.ts';
import { createTestApi } from '../support/api.ts';
import {
  createAccount,
  createTestClock,
  forgetRates,
  nextCode,
  openBrowser,
  problemOf,
  signIn,
  type TestAccount,
} from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
beforeEach(() => forgetRates(db));

const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;
const login = (account: Pick<TestAccount, 'email' | 'password'>, proof: Record<string, string>, app = api.app) =>
  openBrowser(app).send('POST', '/auth/login', { email: account.email, password: account.password, ...proof });
const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

describe('POST /auth/login', () => {
  it('200: signs in with password and code, audits it, and sets a cookie that no script reads and no other site sends', async () => {
    const account = await createAccount(db, api, 'admin');
    const response = await login(account, { totp_code: nextCode(clock, account.secret) });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      enrolment_required: false,
      user: { email: account.email, role: 'admin', tenant_id: null },
    });
    const cookie = response.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^monsys_session=msys_session_[0-9a-f]{64}_[0-9a-f]{8};/);
    for (const attribute of ['HttpOnly', 'SameSite=Lax', 'Path=/', 'Max-Age=43200'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toMatch(/Domain=/i);
    expect(
      await count(sql.fragment`from audit_log where event_type = 'signed_in' and actor_email = ${account.email}`),
    ).toBe(1);
    const token = /^monsys_session=([^;]+)/.exec(cookie)?.[1] as string;
    expect(await count(sql.fragment`from sessions where user_id = ${account.id}::uuid`)).toBe(1);
    expect(
      await count(sql.fragment`from sessions s where position(${token} in s::text) > 0`),
      'the token itself is not stored',
    ).toBe(0);
  });

  it('200: marks the cookie Secure where the hub is reached by https', async () => {
    const account = await createAccount(db, api, 'viewer');
    const app = createApp(
      { ...api.deps, config: { ...api.deps.config, PUBLIC_URL: 'https://hub.msp.example' } },
      ROUTES,
    );
    const response = await login(account, { totp_code: nextCode(clock, account.secret) }, app);
    expect(response.headers.get('set-cookie')).toContain('Secure');
  });

  it('401: says the same of a wrong password, a wrong code, a missing code and an account that is not there', async () => {
    const account = await createAccount(db, api, 'admin');
    const code = nextCode(clock, account.secret);
    const answers = [
      await login({ ...account, password: 'wrong horse battery' }, { totp_code: code }),
      await login(account, { totp_code: code === '000000' ? '000001' : '000000' }),
      await login(account, {}),
      await login({ email: 'nobody@msp.example', password: account.password }, { totp_code: code }),
    ];
    const bodies = await Promise.all(answers.map((answer) => json<Record<string, unknown>>(answer)));
    expect(new Set(bodies.map(({ instance, ...rest }) => JSON.stringify([typeof instance, rest]))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 401, type: 'urn:monsys:problem:bad_credentials' });
    expect(answers.every((answer) => answer.headers.get('set-cookie') === null)).toBe(true);
    // Control: the same account with the same code, unused so far, gets in.
    expect((await login(account, { totp_code: code })).status).toBe(200);
  });

  it('401: takes about as long for an account that is not there as for one that is', async () => {
    const account = await createAccount(db, api, 'admin');
    const time = async (email: string): Promise<number> => {
      const startedAt = performance.now();
      await login({ email, password: 'wrong horse battery' }, { totp_code: '123456' });
      return performance.now() - startedAt;
    };
    const known: number[] = [];
    const unknown: number[] = [];
    for (let index = 0; index < 4; index++) {
      known.push(await time(account.email));
      unknown.push(await time(`nobody-${index}@msp.example`));
    }
    // argon2id dominates both; without the decoy hash the second would be many times faster.
    expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3);
  });

  it('401: takes a code once, also when two requests bring it at the same moment', async () => {
    const account = await createAccount(db, api, 'admin');
    const code = nextCode(clock, account.secret);
    const statuses = await Promise.all([1, 2, 3].map(async () => (await login(account, { totp_code: code })).status));
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    expect((await login(account, { totp_code: code })).status).toBe(401);
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(200);
  });

  it.each([
    ['a space behind', (code: string) => `${code} `],
    ['a space before', (code: string) => ` ${code}`],
    [
      'full-width digits',
      (code: string) => code.replaceAll(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
    ],
    ['a line break', (code: string) => `${code}\n`],
    ['a seventh digit', (code: string) => `${code}0`],
  ])('401: knows one spelling of a code, not one with %s', async (_, spell) => {
    const account = await createAccount(db, api, 'admin');
    const code = nextCode(clock, account.secret);
    expect((await login(account, { totp_code: spell(code) })).status).toBe(401);
    expect((await login(account, { totp_code: code })).status).toBe(200);
  });

  it('401: takes a code of the step before, not one of two steps before', async () => {
    const account = await createAccount(db, api, 'admin');
    const old = nextCode(clock, account.secret);
    nextCode(clock, account.secret);
    clock.advance(30_000);
    expect((await login(account, { totp_code: old })).status).toBe(401);
    expect((await login(account, { totp_code: totpCodeAt(account.secret, clock.now() - 30_000) })).status).toBe(200);
  });

  it.each([
    ['deactivated', sql.fragment`is_active = false`],
    ['expired', sql.fragment`expires_at = now() - interval '1 minute'`],
  ])('401: lets nobody in whose account is %s', async (_, change) => {
    const account = await createAccount(db, api, 'admin');
    await db.admin.query(sql.unsafe`update users set ${change} where id = ${account.id}::uuid`);
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(401);
  });

  it('403: refuses a sign-in from a page of another site', async () => {
    const account = await createAccount(db, api, 'admin');
    const code = nextCode(clock, account.secret);
    const body = { email: account.email, password: account.password, totp_code: code };
    expect(await problemOf(await openBrowser(api.app, 'cross-site').send('POST', '/auth/login', body))).toBe('csrf');
    expect(await problemOf(await api.anonymous('POST', '/auth/login', body, { origin: 'https://evil.example' }))).toBe(
      'csrf',
    );
    // A program says neither where it comes from nor holds a cookie.
    expect((await api.anonymous('POST', '/auth/login', body)).status).toBe(200);
  });

  it('429: locks after five wrong attempts, on every instance of the API, and a right proof does not open it', async () => {
    const account = await createAccount(db, api, 'admin');
    const pool = await openPool(db.uri('monsys_app'), { maxPoolSize: 2, applicationName: 'second' });
    const second = createApp({ ...api.deps, pool }, ROUTES);
    try {
      for (let index = 0; index < 5; index++) {
        expect((await login(account, { totp_code: '000000' }, index % 2 === 0 ? api.app : second)).status).toBe(401);
      }
      for (const app of [api.app, second]) {
        const response = await login(account, { totp_code: nextCode(clock, account.secret) }, app);
        expect(response.status).toBe(429);
        expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(20);
        expect(await problemOf(response)).toBe('locked_out');
      }
    } finally {
      await pool.end();
    }
    expect(
      await count(sql.fragment`from audit_log where event_type = 'sign_in_locked' and actor_email = ${account.email}`),
    ).toBe(1);
    await db.admin.query(
      sql.unsafe`update auth_failures set locked_until = now() where subject = ${`login:${account.email}`}`,
    );
    // The lock over, one wrong attempt locks again and for longer; the right one clears the count.
    expect((await login(account, { totp_code: '000000' })).status).toBe(401);
    const again = await login(account, { totp_code: '000000' });
    expect(Number(again.headers.get('retry-after'))).toBeGreaterThan(40);
    await db.admin.query(
      sql.unsafe`update auth_failures set locked_until = now() where subject = ${`login:${account.email}`}`,
    );
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(200);
    expect(await count(sql.fragment`from auth_failures where subject = ${`login:${account.email}`}`)).toBe(0);
  });

  it('429: strangers who lock an account keep nobody out of a browser that is known, which has five tries of its own', async () => {
    const [account, other] = [await createAccount(db, api, 'admin'), await createAccount(db, api, 'admin')];
    const from = async (cookie: string, code?: string): Promise<Response> =>
      api.anonymous(
        'POST',
        '/auth/login',
        { email: account.email, password: account.password, totp_code: code ?? nextCode(clock, account.secret) },
        cookie === '' ? {} : { cookie },
      );
    const deviceOf = (answer: Response): string =>
      answer.headers
        .getSetCookie()
        .find((cookie) => cookie.startsWith('monsys_device='))
        ?.split(';')[0] as string;
    const known = deviceOf(await from(''));
    expect(known).toMatch(/^monsys_device=./);
    const foreign = deviceOf(await login(other, { totp_code: nextCode(clock, other.secret) }));
    for (let index = 0; index < 5; index++) expect((await from('', '000000')).status).toBe(401);
    for (const cookie of ['', foreign, `${known.slice(0, -4)}AAAA`]) expect((await from(cookie)).status).toBe(429);
    expect((await from(known)).status).toBe(200);
    for (let index = 0; index < 5; index++) expect((await from(known, '000000')).status).toBe(401);
    expect((await from(known)).status).toBe(429);
  });

  it('429: gives twenty parallel attempts no more tries than five', async () => {
    const account = await createAccount(db, api, 'admin');
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await login(account, { totp_code: '000000' })).status),
    );
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.filter((status) => status === 429)).toHaveLength(15);
  });

  it('429: limits attempts of one address over all accounts', async () => {
    const statuses: number[] = [];
    for (let index = 0; index < 31; index++) {
      statuses.push((await login({ email: `x${index}@msp.example`, password: 'x' }, {})).status);
    }
    expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true);
    expect(statuses[30]).toBe(429);
  });
});

/** An account that has a password and nothing else yet. */
async function newcomer(): Promise<TestAccount> {
  const account = await createAccount(db, api, 'operator');
  await db.admin.query(
    sql.unsafe`update users set totp_secret_sealed = null, totp_confirmed_at = null where id = ${account.id}::uuid`,
  );
  return account;
}

async function enrolmentToken(account: TestAccount): Promise<string> {
  const answer = await json<{ enrolment_required: boolean; enrolment_token: string }>(await login(account, {}));
  expect(answer.enrolment_required).toBe(true);
  return answer.enrolment_token;
}

async function enrol(token: string): Promise<{ secret: string; otpauth_uri: string; qr_svg: string }> {
  const response = await openBrowser(api.app).send('POST', '/auth/totp/enrol', { enrolment_token: token });
  expect(response.status).toBe(200);
  return json(response);
}

type Confirmed = { readonly recovery_codes: readonly string[] };

describe('POST /auth/totp/enrol and /confirm', () => {
  it('200: shows the secret as QR code, takes its first code, gives ten recovery codes and a session', async () => {
    const account = await newcomer();
    const token = await enrolmentToken(account);
    const { secret, otpauth_uri, qr_svg } = await enrol(token);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    expect(otpauth_uri).toContain(`secret=${secret}`);
    expect(otpauth_uri).toMatch(/^otpauth:\/\/totp\/monsys-msp/);
    expect(qr_svg).toMatch(/^<svg /);
    const browser = openBrowser(api.app);
    const code = nextCode(clock, secret);
    const confirmed = await browser.send('POST', '/auth/totp/confirm', { enrolment_token: token, totp_code: code });
    expect(confirmed.status).toBe(200);
    const { recovery_codes } = await json<Confirmed>(confirmed);
    expect(new Set(recovery_codes).size).toBe(10);
    expect(recovery_codes[0]).toMatch(/^([A-HJ-NP-Z2-9]{4}-){3}[A-HJ-NP-Z2-9]{4}$/);
    expect(await (await browser.send('GET', '/auth/me')).json()).toMatchObject({ id: account.id, via: 'session' });
    // Neither the code nor the token is good a second time.
    expect((await login(account, { totp_code: code })).status).toBe(401);
    expect(
      await problemOf(await openBrowser(api.app).send('POST', '/auth/totp/enrol', { enrolment_token: token })),
    ).toBe('token_expired');
    // Stored sealed: the secret is in no column.
    expect(await count(sql.fragment`from users u where position(${secret} in u::text) > 0`)).toBe(0);
  });

  it('200: takes each recovery code for one sign-in, however it is spelled, and no more', async () => {
    const account = await newcomer();
    const token = await enrolmentToken(account);
    const { secret } = await enrol(token);
    const { recovery_codes } = await json<Confirmed>(
      await openBrowser(api.app).send('POST', '/auth/totp/confirm', {
        enrolment_token: token,
        totp_code: nextCode(clock, secret),
      }),
    );
    const code = recovery_codes[3] as string;
    const racing = await Promise.all([
      login(account, { recovery_code: code }),
      login(account, { recovery_code: code.toLowerCase() }),
      login(account, { recovery_code: code.replaceAll('-', '') }),
    ]);
    expect(racing.map((response) => response.status).toSorted((a, b) => a - b)).toEqual([200, 401, 401]);
    expect((await login(account, { recovery_code: code })).status).toBe(401);
    expect((await login(account, { recovery_code: recovery_codes[4] as string })).status).toBe(200);
    expect(
      await count(
        sql.fragment`from audit_log where actor_email = ${account.email} and event_data ->> 'how' = 'recovery_code'`,
      ),
    ).toBe(2);
  });

  it('401: refuses a wrong code, locks after five, and leaves TOTP unset', async () => {
    const account = await newcomer();
    const token = await enrolmentToken(account);
    await enrol(token);
    const confirm = () =>
      openBrowser(api.app).send('POST', '/auth/totp/confirm', { enrolment_token: token, totp_code: '000000' });
    for (let index = 0; index < 5; index++) expect(await problemOf(await confirm())).toBe('totp_invalid');
    expect((await confirm()).status).toBe(429);
    expect(await count(sql.fragment`from users where id = ${account.id}::uuid and totp_confirmed_at is not null`)).toBe(
      0,
    );
  });

  it('401: lets no second enrolment token of the same account replace what was confirmed', async () => {
    const account = await newcomer();
    const [mine, other] = [await enrolmentToken(account), await enrolmentToken(account)];
    const { secret } = await enrol(mine);
    const confirmed = await openBrowser(api.app).send('POST', '/auth/totp/confirm', {
      enrolment_token: mine,
      totp_code: nextCode(clock, secret),
    });
    expect(confirmed.status).toBe(200);
    expect(
      await problemOf(await openBrowser(api.app).send('POST', '/auth/totp/enrol', { enrolment_token: other })),
    ).toBe('token_expired');
  });

  it('401: takes an enrolment token for nothing else, and no other token as one', async () => {
    const account = await newcomer();
    const token = await enrolmentToken(account);
    const browser = openBrowser(api.app);
    browser.setCookie(token);
    expect((await browser.send('GET', '/auth/me')).status).toBe(401);
    expect((await api.anonymous('GET', '/auth/me', undefined, { authorization: `Bearer ${token}` })).status).toBe(401);
    expect((await api.anonymous('POST', '/auth/totp/enrol', { enrolment_token: api.user('admin').token })).status).toBe(
      401,
    );
  });
});

describe('POST /auth/totp/replace', () => {
  it('200: replaces a lost authenticator by a recovery code; the old one and every session end with the new one', async () => {
    const account = await createAccount(db, api, 'admin');
    const browser = await signIn(api, clock, account);
    const renewed = await browser.send('POST', '/auth/recovery-codes', undefined, {
      'x-totp-code': nextCode(clock, account.secret),
    });
    const { recovery_codes } = await json<Confirmed>(renewed);
    const replace = (body: Record<string, string>) =>
      browser.send('POST', '/auth/totp/replace', { password: account.password, ...body });
    expect(await problemOf(await replace({}))).toBe('totp_required');
    expect(await problemOf(await replace({ recovery_code: 'AAAA-AAAA-AAAA-AAAA' }))).toBe('totp_invalid');
    const started = await replace({ recovery_code: recovery_codes[0] as string });
    expect(started.status).toBe(200);
    const { enrolment_token: token } = await json<{ enrolment_token: string }>(started);
    const { secret } = await enrol(token);
    // The old one is good until the new one is confirmed.
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(200);
    const confirmed = await openBrowser(api.app).send('POST', '/auth/totp/confirm', {
      enrolment_token: token,
      totp_code: nextCode(clock, secret),
    });
    expect(confirmed.status).toBe(200);
    expect((await browser.send('GET', '/auth/me')).status).toBe(401);
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(401);
    expect((await login(account, { totp_code: nextCode(clock, secret) })).status).toBe(200);
  });

  it('401, 403: wants the password, and a session rather than a token', async () => {
    const account = await createAccount(db, api, 'admin');
    const browser = await signIn(api, clock, account);
    expect(
      await problemOf(
        await browser.send(
          'POST',
          '/auth/totp/replace',
          { password: 'wrong horse battery' },
          { 'x-totp-code': nextCode(clock, account.secret) },
        ),
      ),
    ).toBe('bad_credentials');
    expect(await problemOf(await api.as('admin')('POST', '/auth/totp/replace', { password: 'x' }))).toBe('forbidden');
  });
});

describe('the session', () => {
  it('204: ends with sign-out, for whoever kept the cookie too', async () => {
    const account = await createAccount(db, api, 'viewer');
    const browser = await signIn(api, clock, account);
    const kept = browser.cookie() as string;
    expect((await browser.send('GET', '/auth/me')).status).toBe(200);
    const out = await browser.send('POST', '/auth/logout');
    expect(out.status).toBe(204);
    expect(out.headers.get('set-cookie')).toMatch(/^monsys_session=;.*Max-Age=0/);
    expect((await browser.send('GET', '/auth/me')).status).toBe(401);
    browser.setCookie(kept);
    expect(await problemOf(await browser.send('GET', '/auth/me'))).toBe('token_expired');
  });

  it('200, 204: lists one’s own sessions and ends one of them, never another person’s', async () => {
    const account = await createAccount(db, api, 'viewer');
    const [first, second] = [await signIn(api, clock, account), await signIn(api, clock, account)];
    const stranger = await signIn(api, clock, await createAccount(db, api, 'owner'));
    const { items } = await json<{ items: { id: string; is_this: boolean }[] }>(
      await second.send('GET', '/auth/sessions'),
    );
    expect(items).toHaveLength(2);
    const other = items.find((session) => !session.is_this)?.id as string;
    expect((await stranger.send('DELETE', `/auth/sessions/${other}`)).status).toBe(404);
    expect((await first.send('GET', '/auth/me')).status).toBe(200);
    expect((await second.send('DELETE', `/auth/sessions/${other}`)).status).toBe(204);
    expect((await first.send('GET', '/auth/me')).status).toBe(401);
    expect((await second.send('GET', '/auth/me')).status).toBe(200);
  });

  it('401: is over at its time, and is no use altered', async () => {
    const account = await createAccount(db, api, 'viewer');
    const browser = await signIn(api, clock, account);
    const good = browser.cookie() as string;
    for (const altered of [
      good.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      good.replace('msys_session_', 'msys_api_'),
      good.toUpperCase(),
      'x',
    ]) {
      browser.setCookie(altered);
      expect((await browser.send('GET', '/auth/me')).status, altered).toBe(401);
    }
    browser.setCookie(good);
    expect((await browser.send('GET', '/auth/me')).status).toBe(200);
    await db.admin.query(
      sql.unsafe`update sessions set expires_at = now() - interval '1 second' where user_id = ${account.id}::uuid`,
    );
    expect(await problemOf(await browser.send('GET', '/auth/me'))).toBe('token_expired');
  });

  it('403: does nothing for a page of another site, or for a request that does not say where it is from', async () => {
    const account = await createAccount(db, api, 'admin');
    const browser = await signIn(api, clock, account);
    const cookie = { cookie: `monsys_session=${browser.cookie()}` };
    const tenant = { name: 'Forged', slug: 'forged' };
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'none' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: 'http://hub.test.evil.example' },
      {},
    ]) {
      const response = await api.anonymous('POST', '/tenants', tenant, {
        ...cookie,
        'content-type': 'text/plain',
        ...headers,
      });
      expect(await problemOf(response), JSON.stringify(headers)).toBe('csrf');
    }
    expect(await count(sql.fragment`from tenants where slug = 'forged'`)).toBe(0);
    // Reading is harmless, and our own pages may write.
    expect(
      (await api.anonymous('GET', '/auth/me', undefined, { ...cookie, 'sec-fetch-site': 'cross-site' })).status,
    ).toBe(200);
    const own = await api.anonymous('POST', '/tenants', tenant, {
      ...cookie,
      origin: 'http://hub.test',
      host: 'hub.test',
    });
    expect(own.status).toBe(201);
  });

  it('204: changing the password ends the other sessions and the old password', async () => {
    const account = await createAccount(db, api, 'viewer');
    const [browser, elsewhere] = [await signIn(api, clock, account), await signIn(api, clock, account)];
    const change = (new_password: string, current_password = account.password) =>
      browser.send(
        'POST',
        '/auth/password',
        { current_password, new_password },
        { 'x-totp-code': nextCode(clock, account.secret) },
      );
    expect(await problemOf(await change('short'))).toBe('password_too_weak');
    expect(await problemOf(await change('a very different horse', 'wrong horse battery'))).toBe('bad_credentials');
    expect((await change('a very different horse')).status).toBe(204);
    expect((await browser.send('GET', '/auth/me')).status).toBe(200);
    expect((await elsewhere.send('GET', '/auth/me')).status).toBe(401);
    expect((await login(account, { totp_code: nextCode(clock, account.secret) })).status).toBe(401);
    const changed = { ...account, password: 'a very different horse' };
    expect((await login(changed, { totp_code: nextCode(clock, account.secret) })).status).toBe(200);
  });
});

const ALL_OF_ADMIN = PERMISSION_NAMES.filter((name) => isAllowed(name, 'admin', null));

describe('API tokens', () => {
  type Made = { readonly id: string; readonly token: string };
  const make = async (account: TestAccount, scopes: readonly string[], days = 30): Promise<Response> =>
    (await signIn(api, clock, account)).send(
      'POST',
      '/auth/tokens',
      { name: 'script', scopes, expires_in_days: days },
      { 'x-totp-code': nextCode(clock, account.secret) },
    );
  const use = (token: string, method: string, path: string, body?: unknown) =>
    api.anonymous(method, path, body, { authorization: `Bearer ${token}` });

  it('201: are shown once, narrow what their owner may do, and are stored as a hash', async () => {
    const account = await createAccount(db, api, 'admin');
    const response = await make(account, ['alerts.read']);
    expect(response.status).toBe(201);
    const { token } = await json<Made>(response);
    expect((await use(token, 'GET', '/alerts')).status).toBe(200);
    const refused = await use(token, 'GET', '/agents');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ permission: 'agents.read' });
    expect(await (await use(token, 'GET', '/auth/me')).json()).toMatchObject({
      permissions: ['alerts.read'],
      via: 'api_token',
    });
    expect(await count(sql.fragment`from api_tokens t where position(${token} in t::text) > 0`)).toBe(0);
  });

  it('401: ask for a fresh code when made', async () => {
    const account = await createAccount(db, api, 'admin');
    const browser = await signIn(api, clock, account);
    const body = { name: 'script', scopes: ['alerts.read'], expires_in_days: 1 };
    expect(await problemOf(await browser.send('POST', '/auth/tokens', body))).toBe('totp_required');
    expect(await problemOf(await browser.send('POST', '/auth/tokens', body, { 'x-totp-code': '000000' }))).toBe(
      'totp_invalid',
    );
    const code = nextCode(clock, account.secret);
    const racing = await Promise.all(
      [1, 2].map(() => browser.send('POST', '/auth/tokens', body, { 'x-totp-code': code })),
    );
    expect(racing.map((response) => response.status).toSorted((a, b) => a - b)).toEqual([201, 401]);
    expect(await problemOf(racing.find((response) => response.status === 401) as Response)).toBe('totp_reused');
  });

  it('403: never carry what their owner’s role does not hold, now or after the role has changed', async () => {
    const operator = await createAccount(db, api, 'operator');
    expect(await problemOf(await make(operator, ['tenants.write']))).toBe('forbidden');
    const admin = await createAccount(db, api, 'admin');
    const { token } = await json<Made>(await make(admin, ALL_OF_ADMIN));
    const tenant = { name: 'By token', slug: 'by-token' };
    expect((await use(token, 'POST', '/tenants', tenant)).status).toBe(201);
    await db.admin.query(sql.unsafe`update users set role = 'viewer' where id = ${admin.id}::uuid`);
    expect((await use(token, 'POST', '/tenants', { ...tenant, slug: 'by-token-2' })).status).toBe(403);
  });

  it('403: cannot make tokens or change the account, whatever their scopes', async () => {
    const account = await createAccount(db, api, 'admin');
    const { token } = await json<Made>(await make(account, ALL_OF_ADMIN));
    const response = await api.anonymous(
      'POST',
      '/auth/tokens',
      { name: 'more', scopes: ['alerts.read'], expires_in_days: 1 },
      { authorization: `Bearer ${token}`, 'x-totp-code': nextCode(clock, account.secret) },
    );
    expect(await problemOf(response)).toBe('forbidden');
  });

  it('401: end when revoked, expired or altered, and when another scheme carries them', async () => {
    const account = await createAccount(db, api, 'admin');
    const made = await json<Made>(await make(account, ['alerts.read']));
    expect((await use(made.token, 'GET', '/alerts')).status).toBe(200);
    const altered = made.token.replace(/_([0-9a-f])/, (_, digit: string) => `_${digit === '0' ? '1' : '0'}`);
    expect((await use(altered, 'GET', '/alerts')).status).toBe(401);
    for (const authorization of [`Basic ${made.token}`, made.token, `Bearer  ${made.token}`, 'Bearer']) {
      expect((await api.anonymous('GET', '/alerts', undefined, { authorization })).status, authorization).toBe(401);
    }
    const browser = await signIn(api, clock, account);
    const { items } = await json<{ items: { id: string }[] }>(await browser.send('GET', '/auth/tokens'));
    expect(items.map((item) => item.id)).toEqual([made.id]);
    const stranger = await signIn(api, clock, await createAccount(db, api, 'owner'));
    expect((await stranger.send('DELETE', `/auth/tokens/${made.id}`)).status).toBe(404);
    expect((await browser.send('DELETE', `/auth/tokens/${made.id}`)).status).toBe(204);
    expect(await problemOf(await use(made.token, 'GET', '/alerts'))).toBe('token_expired');

    const short = await json<Made>(await make(account, ['alerts.read']));
    await db.admin.query(
      sql.unsafe`update api_tokens set expires_at = now() - interval '1 second' where id = ${short.id}::uuid`,
    );
    expect(await problemOf(await use(short.token, 'GET', '/alerts'))).toBe('token_expired');
  });
});

describe('GET /auth/me', () => {
  it('200: tells the permissions of a session, 401 without one', async () => {
    const account = await createAccount(db, api, 'client_viewer');
    const browser = await signIn(api, clock, account);
    expect(await (await browser.send('GET', '/auth/me')).json()).toMatchObject({
      role: 'client_viewer',
      tenant_id: api.tenants.a,
      via: 'session',
    });
    expect(await problemOf(await api.anonymous('GET', '/auth/me'))).toBe('unauthenticated');
  });
});
