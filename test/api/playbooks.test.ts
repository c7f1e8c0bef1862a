/** Playbooks over the API: who may write, approve, use and archive them, and what that leaves behind. */

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  BuiltInPlaybookChangedError,
  findApprovedPlaybook,
  getPlaybookTexts,
  loadBuiltInPlaybooks,
} from '../../src/db/playbooks.ts';
import { sql } from '../../src/db/pool.ts';
import { withMsp, withSystem, withTenant, withTenantAndPeople } from '../../src/db/scope.ts';
import { BUILT_IN_PLAYBOOKS } from '../../src/domain/builtInPlaybooks.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import { playbookContent, playbookSha256 } from '../../src/domain/playbook.ts';
import { createTestApi } from '../support/api.ts';
import { createTestClock, giveAuthenticator, nextCode, problemOf } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
const api = await createTestApi(db, { now: clock.now });
await loadBuiltInPlaybooks(db.core);
const secrets = {
  owner: await giveAuthenticator(db, api, api.user('owner').id),
  admin: await giveAuthenticator(db, api, api.user('admin').id),
};
type Admin = keyof typeof secrets;

const content = (slug: string, change: Record<string, unknown> = {}) => ({
  slug,
  name: 'Flush the cache',
  steps: [{ kind: 'run_command', argv: ['/usr/bin/redis-cli', 'flushall'] }],
  ...change,
});
type Made = { id: string; slug: string; version: number; sha256: string };
async function write(by: Admin, body: unknown): Promise<Made> {
  const response = await api.as(by)('POST', '/playbooks', body);
  expect(response.status, await response.clone().text()).toBe(201);
  return (await response.json()) as Made;
}
const approve = (by: Admin, id: string, body?: unknown) =>
  api.as(by)('POST', `/playbooks/${id}/approve`, body, { 'x-totp-code': nextCode(clock, secrets[by]) });
const find = (idOrSlug: string) => withTenant(db.app, api.tenants.a, (tx) => findApprovedPlaybook(tx, idOrSlug));
async function auditOf(type: string): Promise<readonly Record<string, unknown>[]> {
  const row = z.object({ data: z.record(z.string(), z.unknown()) });
  const rows = await db.admin.any(sql.type(row)`
    select event_data || jsonb_build_object('by', actor_user_id, 'tenant', tenant_id) as data
    from audit_log where event_type = ${type} order by occurred_at, seq`);
  return rows.map(({ data }) => data);
}

describe('loadBuiltInPlaybooks', () => {
  it('gives every scope the same approved texts, however often it runs', async () => {
    await Promise.all([loadBuiltInPlaybooks(db.core), loadBuiltInPlaybooks(db.core)]);
    for (const { id, content: built } of BUILT_IN_PLAYBOOKS) {
      const bySlug = await find(built.slug);
      expect(bySlug).toMatchObject({ playbook_id: id, version: 1, sha256: playbookSha256(built) });
      expect(await find(id)).toEqual(bySlug);
      if (typeof bySlug !== 'string') expect(sha256Hex(bySlug.content)).toBe(bySlug.sha256);
    }
  });

  it('fails loudly when a content changes without a new version, and takes the new version', async () => {
    const [first] = BUILT_IN_PLAYBOOKS;
    if (first === undefined) throw new Error('there are built-ins');
    const changed = { ...first, content: { ...first.content, name: 'Isolate it' } };
    await expect(loadBuiltInPlaybooks(db.core, [changed])).rejects.toBeInstanceOf(BuiltInPlaybookChangedError);
    const renamed = { ...first, version: 2, content: { ...first.content, slug: 'isolate' } };
    await expect(loadBuiltInPlaybooks(db.core, [renamed])).rejects.toBeInstanceOf(BuiltInPlaybookChangedError);
    expect(await find('isolate-network')).toMatchObject({ version: 1 });
  });

  it('is for the core worker: the API’s role cannot write built-ins', async () => {
    await expect(loadBuiltInPlaybooks(db.app, BUILT_IN_PLAYBOOKS)).rejects.toThrow();
    const insert = withMsp(db.app, api.msp.id, (tx) =>
      tx.query(sql.unsafe`insert into playbooks (msp_id, slug) values (null, 'forged')`),
    );
    await expect(insert).rejects.toThrow(/row-level security/);
  });
});

describe('200', () => {
  it('lists the built-ins with their flag, parameters and versions to every role of the MSP', async () => {
    const response = await api.as('viewer')('GET', '/playbooks');
    expect(response.status).toBe(200);
    const { items } = (await response.json()) as { items: Record<string, unknown>[] };
    expect(items.find((item) => item['slug'] === 'db-restore')).toMatchObject({
      built_in: true,
      irreversible: true,
      latest_version: 1,
      approved_version: 1,
      parameters: [{ name: 'snapshot', type: 'string', default: 'latest' }],
    });
    expect(items.filter((item) => item['built_in'])).toHaveLength(BUILT_IN_PLAYBOOKS.length);
  });

  it('shows one by slug and by id, with the content of each version', async () => {
    const bySlug = await (await api.as('analyst')('GET', '/playbooks/isolate-network')).json();
    const { id } = bySlug as { id: string };
    expect(await (await api.as('analyst')('GET', `/playbooks/${id}`)).json()).toEqual(bySlug);
    expect(bySlug).toMatchObject({ versions: [{ version: 1, content: BUILT_IN_PLAYBOOKS[0]?.content }] });
  });
});

describe('a playbook of the MSP’s own', () => {
  it('runs after another admin has approved it, and leaves both names in the MSP’s audit log', async () => {
    const made = await write('admin', content('flush-cache'));
    expect(made).toMatchObject({ slug: 'flush-cache', version: 1 });
    expect(await find('flush-cache')).toBe('not_approved');
    const response = await approve('owner', 'flush-cache', { version: 1, sha256: made.sha256 });
    expect(response.status, await response.clone().text()).toBe(200);
    expect(await response.json()).toMatchObject({
      approved_version: 1,
      versions: [{ created_by: api.user('admin').id, approved_by: api.user('owner').id }],
    });
    expect(await find(made.id)).toMatchObject({ slug: 'flush-cache', version: 1, sha256: made.sha256 });

    const common = { playbook_id: made.id, slug: 'flush-cache', version: 1, sha256: made.sha256, tenant: null };
    expect(await auditOf('playbook_version_created')).toMatchObject([{ ...common, by: api.user('admin').id }]);
    expect(await auditOf('playbook_approved')).toMatchObject([
      { ...common, by: api.user('owner').id, written_by: api.user('admin').id },
    ]);
  });

  it('keeps running the approved version while the next one waits', async () => {
    const next = await write('owner', content('flush-cache', { name: 'Flush more' }));
    expect(next.version).toBe(2);
    expect(await find('flush-cache')).toMatchObject({ version: 1 });
    expect((await approve('admin', next.id)).status).toBe(200);
    expect(await find('flush-cache')).toMatchObject({ version: 2, sha256: next.sha256 });
  });

  it('goes before a built-in of its slug once approved, not as a draft, and not for another MSP', async () => {
    const draft = await write('admin', content('restart-service'));
    expect(await find('restart-service')).toMatchObject({ playbook_id: BUILT_IN_PLAYBOOKS[2]?.id });
    expect((await approve('owner', draft.id)).status).toBe(200);
    expect(await find('restart-service')).toMatchObject({ playbook_id: draft.id });
    const elsewhere = await withTenant(db.app, api.tenants.other, (tx) => findApprovedPlaybook(tx, 'restart-service'));
    expect(elsewhere).toMatchObject({ playbook_id: BUILT_IN_PLAYBOOKS[2]?.id });
    expect((await api.as('admin')('POST', '/playbooks/restart-service/archive')).status).toBe(204);
    expect(await find('restart-service')).toMatchObject({ playbook_id: BUILT_IN_PLAYBOOKS[2]?.id });
    expect(await find(draft.id)).toBe('unknown');
  });

  it('gets one number each when ten are saved at once', async () => {
    const made = await Promise.all(
      Array.from({ length: 10 }, (_, index) => write('admin', content('raced', { name: `Version ${index}` }))),
    );
    expect(made.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  });

  it('is unseen by another MSP, in every scope', async () => {
    const made = await write('admin', content('secret-sauce'));
    const other = await db.admin.one(sql.type(z.object({ id: z.uuid() }))`
      select msp_owner as id from tenants where id = ${api.tenants.other}::uuid`);
    expect(await withMsp(db.app, other.id, (tx) => findApprovedPlaybook(tx, made.id))).toBe('unknown');
    expect(await withTenant(db.app, api.tenants.other, (tx) => findApprovedPlaybook(tx, 'secret-sauce'))).toBe(
      'unknown',
    );
    // Control: its own MSP does see it.
    expect(await withMsp(db.app, api.msp.id, (tx) => findApprovedPlaybook(tx, made.id))).toBe('not_approved');
  });
});

describe('getPlaybookTexts', () => {
  it('gives the signing worker approved texts by hash, in the tenant’s scope, archived ones too', async () => {
    const made = await write('admin', content('to-be-archived'));
    const read = () =>
      withTenantAndPeople(db.signing, api.tenants.a, api.msp.id, (tx) =>
        getPlaybookTexts(tx, [made.sha256, 'f'.repeat(64)]),
      );
    expect(await read()).toEqual(new Map());
    expect((await approve('owner', made.id)).status).toBe(200);
    const texts = await read();
    expect([...texts.keys()]).toEqual([made.sha256]);
    expect(sha256Hex(texts.get(made.sha256) as string)).toBe(made.sha256);
    expect((await api.as('owner')('POST', '/playbooks/to-be-archived/archive')).status).toBe(204);
    expect((await read()).size).toBe(1);
    expect((await withTenant(db.signing, api.tenants.other, (tx) => getPlaybookTexts(tx, [made.sha256]))).size).toBe(0);
    expect((await withTenant(db.app, api.tenants.a, (tx) => getPlaybookTexts(tx, [made.sha256]))).size).toBe(1);
  });
});

describe('a version', () => {
  it('is changed by no runtime role; only its approval can be added', async () => {
    const change = sql.unsafe`update playbook_versions set content = '{}'`;
    await expect(withMsp(db.app, api.msp.id, (tx) => tx.query(change))).rejects.toThrow(/permission denied/);
    await expect(withSystem(db.core, (tx) => tx.query(change))).rejects.toThrow(/permission denied/);
    await expect(withSystem(db.signing, (tx) => tx.query(change))).rejects.toThrow(/permission denied/);
  });
});

describe('400: invalid_request', () => {
  it.each<[string, Record<string, unknown>]>([
    ['no step', { steps: [] }],
    ['a step of an unknown kind', { steps: [{ kind: 'format_disk' }] }],
    ['a placeholder that is no parameter', { steps: [{ kind: 'run_command', argv: ['/bin/echo', '{{who}}'] }] }],
    ['a relative path', { steps: [{ kind: 'quarantine_file', path: 'etc/passwd' }] }],
    ['a service that is an option', { steps: [{ kind: 'stop_service', service: '--host=evil' }] }],
    ['an invisible character', { name: 'Flush\u202e the cache' }],
    ['a slug that is a UUID', { slug: '6d6f6e73-7973-4000-8000-000000000001' }],
    ['an unknown member', { owner: 'me' }],
  ])('refuses %s', async (_, change) => {
    expect(await problemOf(await api.as('admin')('POST', '/playbooks', content('bad', change)))).toBe(
      'invalid_request',
    );
  });
});

describe('401: approval', () => {
  it('wants a code, and each code once', async () => {
    const made = await write('admin', content('wants-a-code'));
    const path = `/playbooks/${made.id}/approve`;
    expect(await problemOf(await api.as('owner')('POST', path))).toBe('totp_required');
    const code = nextCode(clock, secrets.owner);
    expect((await api.as('owner')('POST', path, undefined, { 'x-totp-code': code })).status).toBe(200);
    const next = await write('admin', content('wants-a-code', { name: 'Two' }));
    expect(
      await problemOf(await api.as('owner')('POST', `/playbooks/${next.id}/approve`, {}, { 'x-totp-code': code })),
    ).toBe('totp_reused');
  });
});

describe('403', () => {
  it('playbook_own_approval: nobody approves their own, though they approved an earlier version', async () => {
    const first = await write('admin', content('own-approval'));
    expect(await problemOf(await approve('admin', first.id))).toBe('playbook_own_approval');
    expect((await approve('owner', first.id)).status).toBe(200);
    await write('owner', content('own-approval', { name: 'By the owner' }));
    expect(await problemOf(await approve('owner', first.id))).toBe('playbook_own_approval');
    expect(await find('own-approval')).toMatchObject({ version: 1 });
  });

  it('playbook_own_approval holds in the database too', async () => {
    const made = await write('admin', content('own-approval-below'));
    const update = withMsp(db.app, api.msp.id, (tx) =>
      tx.query(
        sql.unsafe`update playbook_versions set approved_by = created_by, approved_at = now() where playbook_id = ${made.id}::uuid`,
      ),
    );
    await expect(update).rejects.toThrow(/check constraint|violates/);
  });

  it.each(['operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const)(
    'forbidden: %s writes none',
    async (role) => {
      expect(await problemOf(await api.as(role)('POST', '/playbooks', content('by-others')))).toBe('forbidden');
    },
  );

  it.each(['client_viewer', 'auditor'] as const)('forbidden: %s reads none', async (role) => {
    expect(await problemOf(await api.as(role)('GET', '/playbooks'))).toBe('forbidden');
    expect(await problemOf(await api.as(role)('GET', '/playbooks/isolate-network'))).toBe('forbidden');
  });
});

describe('404: not_found', () => {
  it('answers so for what is not there: playbook, slug, version', async () => {
    expect(await problemOf(await api.as('admin')('GET', '/playbooks/no-such'))).toBe('not_found');
    expect(await problemOf(await api.as('admin')('POST', '/playbooks/no-such/archive'))).toBe('not_found');
    const made = await write('admin', content('one-version'));
    expect(await problemOf(await approve('owner', made.id, { version: 7 }))).toBe('not_found');
  });
});

describe('409: conflict', () => {
  it('leaves built-ins as they are', async () => {
    expect(await problemOf(await approve('owner', 'kernel-update'))).toBe('conflict');
    expect(await problemOf(await api.as('owner')('POST', '/playbooks/kernel-update/archive'))).toBe('conflict');
    expect(await find('kernel-update')).toMatchObject({ version: 1 });
  });

  it('approves once, and only what was reviewed', async () => {
    const made = await write('admin', content('reviewed'));
    expect(await problemOf(await approve('owner', made.id, { sha256: '0'.repeat(64) }))).toBe('conflict');
    expect(await find(made.id)).toBe('not_approved');
    expect((await approve('owner', made.id, { sha256: made.sha256 })).status).toBe(200);
    expect(await problemOf(await approve('owner', made.id))).toBe('conflict');
  });

  it('archives once; the slug is free for another playbook', async () => {
    const made = await write('admin', content('short-lived'));
    expect((await api.as('admin')('POST', '/playbooks/short-lived/archive')).status).toBe(204);
    expect(await problemOf(await api.as('admin')('POST', `/playbooks/${made.id}/archive`))).toBe('conflict');
    const again = await write('admin', content('short-lived'));
    expect(again).toMatchObject({ version: 1 });
    expect(again.id).not.toBe(made.id);
    expect(await auditOf('playbook_archived')).toContainEqual(expect.objectContaining({ playbook_id: made.id }));
  });
});

it('answers with contents that pass the format they were written in', async () => {
  const { versions } = (await (await api.as('admin')('GET', '/playbooks/db-restore')).json()) as {
    versions: { content: unknown; sha256: string }[];
  };
  expect(versions.map((each) => playbookSha256(playbookContent.parse(each.content)))).toEqual(
    versions.map((each) => each.sha256),
  );
});
