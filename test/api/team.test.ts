import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createApp } from '../../src/api/app.ts';
import { printSetupToken } from '../../src/api/bootstrap.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { withIdentity } from '../../src/db/scope.ts';
import type { Role } from '../../src/domain/permissions.ts';
import { formatToken } from '../../src/domain/token.ts';
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
  type TestBrowser,
} from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const empty = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
beforeEach(() => forgetRates(db));

const count = async (query: ReturnType<typeof sql.fragment>, database = db): Promise<number> =>
  (await database.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;
const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

describe('POST /bootstrap', () => {
  const app = createApp({ ...api.deps, pool: empty.app }, ROUTES);
  const post = (path: string, body: unknown) => openBrowser(app).send('POST', path, body);
  const owner = { email: 'alice@first.example', password: 'Correct horse battery' };
  const body = (token: string) => ({
    token,
    msp_name: 'First MSP',
    email_domain: 'first.example',
    name: 'Alice',
    ...owner,
  });
  const printed = async (): Promise<string | undefined> => {
    const lines: string[] = [];
    await printSetupToken({ pool: empty.app }, (line) => lines.push(line));
    return lines[0]?.replace('set-up token: ', '');
  };
  let token = '';
  beforeEach(() => forgetRates(empty));

  it('401: refuses a token that was not printed, and one printed by an earlier start', async () => {
    const old = (await printed()) as string;
    token = (await printed()) as string;
    for (const wrong of [formatToken('setup', randomBytes(32)), old, '', `${token} `]) {
      expect((await post('/bootstrap', body(wrong))).status, wrong).toBe(401);
    }
    expect(await count(sql.fragment`from users`, empty)).toBe(0);
  });

  it('422: refuses a weak password and keeps the token good', async () => {
    expect(await problemOf(await post('/bootstrap', { ...body(token), password: 'password12' }))).toBe(
      'password_too_weak',
    );
  });

  it('201: makes the MSP and its owner once, also when ten requests race; then TOTP, sign-in, me and sign-out', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        post('/bootstrap', { ...body(token), email: `o${index}@first.example` }),
      ),
    );
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([
      201,
      ...Array<number>(9).fill(410),
    ]);
    const winner = answers.findIndex((answer) => answer.status === 201);
    const email = `o${winner}@first.example`;
    const { enrolment_token } = await json<{ enrolment_token: string }>(answers[winner] as Response);
    const { secret } = await json<{ secret: string }>(await post('/auth/totp/enrol', { enrolment_token }));
    expect((await post('/auth/totp/confirm', { enrolment_token, totp_code: nextCode(clock, secret) })).status).toBe(
      200,
    );
    const browser = openBrowser(app);
    const signedIn = await browser.send('POST', '/auth/login', {
      email,
      password: owner.password,
      totp_code: nextCode(clock, secret),
    });
    expect(signedIn.status).toBe(200);
    expect(await (await browser.send('GET', '/auth/me')).json()).toMatchObject({ email, role: 'owner' });
    expect((await browser.send('POST', '/auth/logout')).status).toBe(204);
    expect((await browser.send('GET', '/auth/me')).status).toBe(401);
    expect(await count(sql.fragment`from users`, empty)).toBe(1);
    expect(await count(sql.fragment`from msps`, empty)).toBe(1);
    expect(await count(sql.fragment`from audit_log where event_type = 'hub_bootstrapped'`, empty)).toBe(1);
  });

  it('stays closed whatever the spelling of the path, and prints no new token', async () => {
    expect(await printed()).toBeUndefined();
    for (const path of [
      '/bootstrap',
      '/bootstrap/',
      '//bootstrap',
      '/bootstrap%2f',
      '/%62ootstrap',
      '/bootstrap/x',
      '/bootstrap;x',
      '/BOOTSTRAP',
      '/auth/../bootstrap',
      '/./bootstrap',
      '/bootstrap?x=1',
    ]) {
      const response = await post(path, body(token));
      expect([404, 410], `${path}: ${response.status}`).toContain(response.status);
    }
    expect(await count(sql.fragment`from users`, empty)).toBe(1);
  });

  it('cannot be opened again in the database either, by the role of the API', async () => {
    for (const statement of [
      sql.unsafe`update bootstrap set used_at = null`,
      sql.unsafe`delete from bootstrap`,
      sql.unsafe`update bootstrap set token_hash = ''::bytea`,
    ]) {
      await expect(withIdentity(empty.app, (tx) => tx.query(statement))).rejects.toThrow();
    }
  });
});

type Signed = { readonly account: TestAccount; readonly browser: TestBrowser };
const signedIn = async (role: Role): Promise<Signed> => {
  const account = await createAccount(db, api, role);
  return { account, browser: await signIn(api, clock, account) };
};
const invite = ({ account, browser }: Signed, body: Record<string, unknown>) =>
  browser.send('POST', '/invitations', { name: 'New', ...body }, { 'x-totp-code': nextCode(clock, account.secret) });
const change = ({ account, browser }: Signed, id: string, body: Record<string, unknown>) =>
  browser.send('PATCH', `/team/${id}`, body, { 'x-totp-code': nextCode(clock, account.secret) });

describe('invitations', () => {
  const accept = (token: string, password = 'Correct horse battery') =>
    api.anonymous('POST', '/invitations/accept', { token, password });

  it('201: are accepted once, also when requests race, with the role that was offered', async () => {
    const admin = await signedIn('admin');
    const response = await invite(admin, { email: 'Bob@msp.example', role: 'operator' });
    expect(response.status).toBe(201);
    const { token } = await json<{ token: string }>(response);
    const answers = await Promise.all([1, 2, 3].map(() => accept(token)));
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([201, 410, 410]);
    expect((await accept(token)).status).toBe(410);
    expect(await count(sql.fragment`from users where email = 'bob@msp.example' and role = 'operator'`)).toBe(1);
    expect(
      await count(sql.fragment`from audit_log where event_type in ('user_invited', 'invitation_accepted')
      and event_data ->> 'role' = 'operator'`),
    ).toBe(2);
  });

  it('401: ask for a fresh code, so that a leaked token makes no account', async () => {
    const body = { email: 'x@msp.example', name: 'X', role: 'admin' };
    expect(await problemOf(await api.as('owner')('POST', '/invitations', body))).toBe('totp_required');
  });

  it('403: let an admin make no owner', async () => {
    const response = await invite(await signedIn('admin'), { email: 'boss@msp.example', role: 'owner' });
    expect(await problemOf(response)).toBe('forbidden');
  });

  it('404, 400: offer a client’s role in a tenant of one’s own only', async () => {
    const admin = await signedIn('admin');
    const client = { email: 'c@client.example', role: 'client_viewer' };
    expect((await invite(admin, { ...client, tenant_id: api.tenants.other })).status).toBe(404);
    expect((await invite(admin, client)).status).toBe(400);
    expect((await invite(admin, { ...client, role: 'viewer', tenant_id: api.tenants.a })).status).toBe(400);
    expect((await invite(admin, { ...client, tenant_id: api.tenants.a })).status).toBe(201);
  });

  it('409: make no second account of one email, and 422 no weak password', async () => {
    const admin = await signedIn('admin');
    const taken = await json<{ token: string }>(await invite(admin, { email: admin.account.email, role: 'viewer' }));
    expect((await accept(taken.token, 'short')).status).toBe(422);
    expect((await accept(taken.token)).status).toBe(409);
  });

  it.each([
    ['revoked', null],
    ['expired', sql.fragment`invitations set expires_at = now()`],
  ])('410: are no use when %s', async (_, statement) => {
    const admin = await signedIn('admin');
    const made = await json<{ id: string; token: string }>(
      await invite(admin, { email: `late-${randomBytes(4).toString('hex')}@msp.example`, role: 'viewer' }),
    );
    if (statement === null)
      expect((await admin.browser.send('POST', `/invitations/${made.id}/revoke`)).status).toBe(200);
    else await db.admin.query(sql.unsafe`update ${statement} where id = ${made.id}::uuid`);
    expect(await problemOf(await accept(made.token))).toBe('invitation_invalid');
  });

  it('410: end with the account of whoever invited', async () => {
    const [owner, rogue] = [await signedIn('owner'), await signedIn('admin')];
    const made = await json<{ token: string }>(await invite(rogue, { email: 'backdoor@msp.example', role: 'admin' }));
    expect((await change(owner, rogue.account.id, { is_active: false })).status).toBe(204);
    expect(await problemOf(await accept(made.token))).toBe('invitation_invalid');
  });
});

describe('PATCH /team/:id', () => {
  it('204: deactivating ends session and tokens at once, and the tokens for good', async () => {
    const [owner, admin] = [await signedIn('owner'), await signedIn('admin')];
    const made = await json<{ token: string }>(
      await admin.browser.send(
        'POST',
        '/auth/tokens',
        { name: 't', scopes: ['alerts.read'], expires_in_days: 1 },
        { 'x-totp-code': nextCode(clock, admin.account.secret) },
      ),
    );
    const byToken = () => api.anonymous('GET', '/alerts', undefined, { authorization: `Bearer ${made.token}` });
    expect((await byToken()).status).toBe(200);
    expect((await change(owner, admin.account.id, { is_active: false })).status).toBe(204);
    expect((await byToken()).status).toBe(401);
    expect((await admin.browser.send('GET', '/auth/me')).status).toBe(401);
    expect((await change(owner, admin.account.id, { is_active: true })).status).toBe(204);
    expect((await byToken()).status).toBe(401);
    expect((await admin.browser.send('GET', '/auth/me')).status).toBe(401);
    expect(
      await count(sql.fragment`from audit_log where event_type in ('user_deactivated', 'user_reactivated')
      and actor_email = ${owner.account.email} and event_data ->> 'user_id' = ${admin.account.id}`),
    ).toBe(2);
  });

  it('since when somebody may approve, and by whom, is kept: by invitation, by promotion, and anew after a break', async () => {
    const [owner, admin] = [await signedIn('owner'), await signedIn('admin')];
    const invited = await json<{ token: string }>(await invite(owner, { email: 'fresh@msp.example', role: 'admin' }));
    const { user_id } = await json<{ user_id: string }>(
      await api.anonymous('POST', '/invitations/accept', { token: invited.token, password: 'Correct horse battery' }),
    );
    const kept = async (id: string) =>
      db.admin.one(sql.type(z.object({ by: z.string().nullable(), since: z.string().nullable() }))`
        select approver_by as by, approver_since as since from users where id = ${id}::uuid`);
    const first = await kept(user_id);
    expect(first).toEqual({ by: owner.account.email, since: expect.stringMatching(/^20/) });
    expect((await change(admin, user_id, { is_active: false })).status).toBe(204);
    expect(await kept(user_id)).toEqual({ by: null, since: null });
    expect((await change(admin, user_id, { is_active: true })).status).toBe(204);
    expect(await kept(user_id)).toEqual({ by: admin.account.email, since: expect.stringMatching(/^20/) });
    expect((await change(admin, user_id, { role: 'viewer' })).status).toBe(204);
    expect((await kept(user_id)).by).toBeNull();
  });

  it('204: a new role is in force at once', async () => {
    const [owner, person] = [await signedIn('owner'), await signedIn('viewer')];
    expect((await change(owner, person.account.id, { role: 'admin' })).status).toBe(204);
    // The old session ended with the old role.
    expect((await person.browser.send('GET', '/auth/me')).status).toBe(401);
    const again = await signIn(api, clock, person.account);
    expect((await again.send('POST', '/tenants', { name: 'N', slug: 'by-new-admin' })).status).toBe(201);
  });

  it('401: asks for a fresh code', async () => {
    expect(await problemOf(await api.as('owner')('PATCH', `/team/${api.user('viewer').id}`, { role: 'admin' }))).toBe(
      'totp_required',
    );
  });

  it('403: nobody changes themselves, and an admin changes no owner', async () => {
    const [owner, admin] = [await signedIn('owner'), await signedIn('admin')];
    expect(await problemOf(await change(admin, admin.account.id, { role: 'owner' }))).toBe('forbidden');
    expect(await problemOf(await change(admin, owner.account.id, { is_active: false }))).toBe('forbidden');
    expect(await problemOf(await change(admin, api.user('viewer').id, { role: 'owner' }))).toBe('forbidden');
  });

  it('404: knows no person of another MSP, and 409 moves nobody between MSP and client', async () => {
    const owner = await signedIn('owner');
    const stranger = await createAccount(db, { ...api, msp: { ...api.msp, id: await otherMsp() } }, 'admin');
    expect((await change(owner, stranger.id, { is_active: false })).status).toBe(404);
    expect((await change(owner, api.user('client_viewer').id, { role: 'viewer' })).status).toBe(409);
  });

  it('409: two owners who remove each other at the same moment leave one', async () => {
    await db.admin.query(sql.unsafe`update users set is_active = false where role = 'owner'`);
    const [first, second] = [await signedIn('owner'), await signedIn('owner')];
    const answers = await Promise.all([
      change(first, second.account.id, { role: 'admin' }),
      change(second, first.account.id, { is_active: false }),
    ]);
    const active = await count(
      sql.fragment`from users where msp_id = ${api.msp.id}::uuid and role = 'owner' and is_active`,
    );
    expect(active).toBe(1);
    expect(answers.filter((answer) => answer.status === 204)).toHaveLength(1);
  });
});

async function otherMsp(): Promise<string> {
  const row = await db.admin.one(
    sql.type(z.object({ id: z.string() }))`select msp_owner as id from tenants where id = ${api.tenants.other}::uuid`,
  );
  return row.id;
}

describe('GET /team and /invitations', () => {
  it('200: show the people of the MSP and its clients, without their secrets', async () => {
    const response = await api.as('viewer')('GET', '/team');
    expect(response.status).toBe(200);
    const text = await response.text();
    expect(text).toContain(api.user('client_viewer').email);
    expect(text).not.toMatch(/argon2|sealed|password|token_hash/);
  });

  it('403: are not for a client’s people', async () => {
    for (const path of ['/team', '/invitations']) {
      expect((await api.as('client_viewer')('GET', path)).status).toBe(403);
    }
  });
});
