import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import {
  createEnrolmentToken,
  createTestAgent,
  registerTestAgent,
  registrationBody,
  testInventory,
} from '../support/agent.ts';
import { createTestApi, json } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants } = api;

type Group = {
  readonly id: string;
  readonly name: string;
  readonly member_count: number;
  readonly runbook_version: number;
};

type Alert = { readonly id: string; readonly opened_at: string; readonly sla_due_at: string };

let made = 0;
async function createGroup(body: Record<string, unknown>): Promise<Group> {
  made += 1;
  return json(await api.as('admin')('POST', '/groups', { tenant_id: tenants.a, name: `group-${made}`, ...body }), 201);
}

async function hostnamesOf(groupId: string): Promise<readonly string[]> {
  const { items } = await json<{ items: { hostname: string }[] }>(
    await api.as('client_viewer')('GET', `/groups/${groupId}/members`),
    200,
  );
  return items.map((item) => item.hostname);
}

async function problem(response: Response, status: number) {
  return json<{ type: string; detail: string; errors?: { part: string; pointer: string; message: string }[] }>(
    response,
    status,
  );
}

describe('POST /groups', () => {
  it('takes the example as curl -d sends it, and a host that registers with both tags is in it at once', async () => {
    const body = `{
  "tenant_id": "${tenants.a}", "name": "production-eu",
  "rule": { "all_of": [ {"tag": "production"}, {"tag": "eu-west-1"} ] },
  "runbook_md": "# Production EU runbook\\n\\n…" }`;
    const group = await json<Group>(
      await api.as('admin')('POST', '/groups', body, { 'content-type': 'application/x-www-form-urlencoded' }),
      201,
    );
    expect(group).toMatchObject({ name: 'production-eu', member_count: 0, runbook_version: 1, priority: 100 });
    const agent = createTestAgent();
    const { token } = await createEnrolmentToken(api, tenants.a, { default_tags: ['eu-west-1'] });
    expect(
      (await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token, 'eu-web-01'))).status,
    ).toBe(200);
    // No pass has run: the registration itself put it there.
    expect(await hostnamesOf(group.id)).toEqual(['eu-web-01']);
    const effective = await json<Record<string, unknown>>(
      await api.as('operator')('GET', `/agents/${agent.id}/effective`),
      200,
    );
    expect(effective).toMatchObject({
      runbook: {
        group: { id: group.id, name: 'production-eu', priority: 100 },
        reason: 'Only "production-eu" has a runbook.',
        version: 1,
        url: `/api/v1/groups/${group.id}/runbook?format=html`,
      },
    });
  });

  it('takes in the hosts that are there already, and records it with them by name', async () => {
    await registerTestAgent(api, tenants.a, 'there-01');
    const group = await createGroup({ rule: { hostname: 'there-*' } });
    expect(group.member_count).toBe(1);
    const rows = await db.admin.any(sql.type(z.object({ type: z.string(), added: z.string().nullable() }))`
      select event_type as type, event_data -> 'added' -> 0 ->> 'hostname' as added from audit_log
      where tenant_id = ${tenants.a}::uuid and event_data ->> 'group_id' = ${group.id} order by seq`);
    expect(rows).toEqual([
      { type: 'group_created', added: null },
      { type: 'group_members_changed', added: 'there-01' },
    ]);
  });

  it('points at the bad part of a rule', async () => {
    const answer = await problem(
      await api.as('admin')('POST', '/groups', {
        tenant_id: tenants.a,
        name: 'bad',
        rule: { all_of: [{ tag: 'x' }, { any_of: [{ os: 'debian' }, { colour: 'red' }] }] },
      }),
      400,
    );
    expect(answer.errors).toEqual([
      expect.objectContaining({ part: 'body', pointer: '/rule/all_of/1/any_of/1/colour' }),
    ]);
  });

  it('refuses a name that the tenant has, and lets another tenant have it', async () => {
    await createGroup({ name: 'Databases', rule: { tag: 'db' } });
    const again = { tenant_id: tenants.a, name: 'databases', rule: { tag: 'db' } };
    expect((await problem(await api.as('admin')('POST', '/groups', again), 409)).type).toContain('conflict');
    expect((await api.as('admin')('POST', '/groups', { ...again, tenant_id: tenants.b })).status).toBe(201);
  });

  it('is for owners and admins; a client’s viewer reads', async () => {
    const body = { tenant_id: tenants.a, name: 'mine', rule: { tag: 'x' } };
    for (const role of ['operator', 'analyst', 'viewer', 'client_viewer', 'auditor'] as const)
      expect((await api.as(role)('POST', '/groups', body)).status, role).toBe(403);
    expect((await api.as('client_viewer')('GET', '/groups')).status).toBe(200);
    expect((await api.as('auditor')('GET', '/groups')).status).toBe(403);
  });
});

describe('members', () => {
  it('follow the tags, the activity and the inventory of a host in the very request that changes them', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'follow-01');
    const tagged = await createGroup({ rule: { all_of: [{ hostname: 'follow-*' }, { tag: 'blue' }] } });
    const debian = await createGroup({
      rule: { all_of: [{ hostname: 'follow-*' }, { os: 'debian' }, { kernel: '>=5.10' }] },
    });
    expect(await hostnamesOf(tagged.id)).toEqual([]);
    await api.as('admin')('PATCH', `/agents/${agent.id}`, { tags: ['blue'] });
    expect(await hostnamesOf(tagged.id)).toEqual(['follow-01']);
    await api.as('admin')('PATCH', `/agents/${agent.id}`, { tags: [] });
    expect(await hostnamesOf(tagged.id)).toEqual([]);

    expect(await hostnamesOf(debian.id)).toEqual([]);
    const batch = { batch_id: 'inventory-1', entries: [{ kind: 'inventory', inventory: testInventory() }] };
    expect((await agent.send(api, 'POST', '/ingest', batch)).status).toBe(202);
    expect(await hostnamesOf(debian.id)).toEqual(['follow-01']);
    await api.as('admin')('PATCH', `/agents/${agent.id}`, { is_active: false });
    expect(await hostnamesOf(debian.id)).toEqual([]);
  });

  it('come page by page', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await registerTestAgent(api, tenants.a, name);
    const group = await createGroup({ rule: { hostname: 'page-?' } });
    const first = await json<{ items: { hostname: string }[]; next_cursor: string }>(
      await api.as('viewer')('GET', `/groups/${group.id}/members?limit=2`),
      200,
    );
    const second = await json<{ items: { hostname: string }[]; next_cursor: string | null }>(
      await api.as('viewer')('GET', `/groups/${group.id}/members?limit=2&cursor=${first.next_cursor}`),
      200,
    );
    expect([...first.items, ...second.items].map((item) => item.hostname)).toEqual(['page-1', 'page-2', 'page-3']);
    expect(second.next_cursor).toBeNull();
  });
});

describe('POST /groups/preview', () => {
  it('shows who would match and changes nothing', async () => {
    await registerTestAgent(api, tenants.a, 'preview-01');
    await registerTestAgent(api, tenants.b, 'preview-02');
    const count = () =>
      db.admin.oneFirst(sql.type(z.object({ count: z.number() }))`
      select (select count(*) from groups) + (select count(*) from group_members) + (select count(*) from audit_log) as count`);
    const before = await count();
    const body = { tenant_id: tenants.a, rule: { hostname: 'preview-*' } };
    const answer = await json<{ total: number; items: { hostname: string }[] }>(
      await api.as('viewer')('POST', '/groups/preview', body),
      200,
    );
    expect(answer).toMatchObject({ total: 1, items: [{ hostname: 'preview-01' }] });
    expect(await count()).toBe(before);
  });
});

describe('PUT and DELETE /groups/:id', () => {
  it('change the members at once, and refuse the name of another', async () => {
    await registerTestAgent(api, tenants.a, 'put-01');
    await registerTestAgent(api, tenants.a, 'put-02');
    const group = await createGroup({ name: 'put', rule: { hostname: 'put-01' } });
    await createGroup({ name: 'put-other', rule: { tag: 'none' } });
    const put = (body: Record<string, unknown>) => api.as('admin')('PUT', `/groups/${group.id}`, body);
    expect((await problem(await put({ name: 'PUT-other', rule: { tag: 'x' } }), 409)).type).toContain('conflict');
    await json(await put({ name: 'put', rule: { hostname: 'put-02' } }), 200);
    expect(await hostnamesOf(group.id)).toEqual(['put-02']);
    expect((await api.as('admin')('DELETE', `/groups/${group.id}`)).status).toBe(204);
    expect((await api.as('admin')('GET', `/groups/${group.id}`)).status).toBe(404);
    expect((await api.as('admin')('DELETE', `/groups/${group.id}`)).status).toBe(404);
    // Its name is free again.
    await createGroup({ name: 'put', rule: { tag: 'none' } });
  });
});

describe('runbooks', () => {
  it('are kept version by version', async () => {
    const group = await createGroup({ rule: { tag: 'none' }, runbook_md: 'one' });
    const put = async (body: Record<string, unknown>) =>
      json<Group>(
        await api.as('admin')('PUT', `/groups/${group.id}`, { name: group.name, rule: { tag: 'none' }, ...body }),
        200,
      );
    expect((await put({ runbook_md: 'two' })).runbook_version).toBe(2);
    expect((await put({ runbook_md: 'two' })).runbook_version).toBe(2);
    expect((await put({})).runbook_version).toBe(2);
    const { items } = await json<{ items: Record<string, unknown>[] }>(
      await api.as('viewer')('GET', `/groups/${group.id}/runbook-versions`),
      200,
    );
    expect(items).toMatchObject([
      { version: 2, characters: 3, author_email: api.user('admin').email },
      { version: 1, characters: 3 },
    ]);
    const text = async (query: string) => (await api.as('viewer')('GET', `/groups/${group.id}/runbook${query}`)).text();
    expect(await text('?format=md')).toBe('two');
    expect(await text('?version=1')).toBe('one');
    expect((await api.as('viewer')('GET', `/groups/${group.id}/runbook?version=3`)).status).toBe(404);
    expect(await put({ runbook_md: '' })).toMatchObject({ runbook_version: 3, has_runbook: false, runbook_url: null });
  });

  it('become HTML in which nothing acts and nothing is loaded', async () => {
    const evil = [
      '# Restart **now**',
      '<script>alert(1)</script> <img src=x onerror=alert(1)>',
      '[a](javascript:alert(1)) [b](JaVaScRiPt&colon;alert(1)) [c](data:text/html,x) [d](https://example.com "x\\" onclick=alert(1)") <javascript:alert(1)>',
      '![pixel](https://tracker.example/p.png)',
      '| a | b |\n|---|---|\n| `c` | <b onmouseover=alert(1)>d</b> |',
      '```\n</code><script>x</script>\n```',
    ].join('\n\n');
    const group = await createGroup({ rule: { tag: 'none' }, runbook_md: evil });
    const response = await api.as('client_viewer')('GET', `/groups/${group.id}/runbook?format=html`);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await response.text();
    expect(html).toContain('<h1>Restart <strong>now</strong></h1>');
    expect(html).toContain('<a href="https://example.com"');
    expect(html).toContain('<table>');
    // Every tag that is there, with its attributes: the allow-list is this list.
    const tags = new Set([...html.matchAll(/<([a-z0-9]+)((?:\s[^<>]*)?)>/g)].map((tag) => tag[1]));
    expect([...tags].toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual([
      'a',
      'code',
      'h1',
      'p',
      'pre',
      'strong',
      'table',
      'tbody',
      'td',
      'th',
      'thead',
      'tr',
    ]);
    const links = [...html.matchAll(/href="([^"]*)"/g)].map((link) => link[1]);
    expect(links.filter((link) => !/^https:\/\/(example\.com|tracker\.example\/p\.png)/.test(link ?? ''))).toEqual([]);
    const attributes = [...html.matchAll(/<[a-z0-9]+((?:\s[a-z-]+="[^"]*")*)\s*>/g)].flatMap((tag) =>
      [...(tag[1] ?? '').matchAll(/([a-z-]+)="[^"]*"/g)].map((attribute) => attribute[1]),
    );
    expect([...new Set(attributes)].toSorted((a, b) => (a ?? '').localeCompare(b ?? ''))).toEqual([
      'href',
      'rel',
      'title',
    ]);
  });
});

describe('a host in several groups', () => {
  it('inherits each thing by priority, and its alerts name the group of the runbook', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'several-01');
    const rule = { hostname: 'several-*' };
    await createGroup({
      rule,
      name: 'on-call-first',
      priority: 1,
      on_call: { name: 'Eve', contact: '+32 2 555 01 00' },
    });
    const book = await createGroup({
      rule,
      name: 'book',
      priority: 2,
      runbook_md: 'x',
      sla_resolve_minutes: { critical: 15 },
    });
    await createGroup({
      rule,
      name: 'a-later',
      priority: 3,
      runbook_md: 'y',
      sla_resolve_minutes: { critical: 5, high: 30 },
    });
    expect(await json(await api.as('client_viewer')('GET', `/agents/${agent.id}/effective`), 200)).toMatchObject({
      groups: [{ name: 'on-call-first' }, { name: 'book' }, { name: 'a-later' }],
      runbook: { group: { name: 'book' }, reason: '"book" comes first by priority 2. 1 before it has none.' },
      on_call: { group: { name: 'on-call-first' }, now: { name: 'Eve', contact: '+32 2 555 01 00' } },
      sla: {
        critical: { group: { name: 'book' }, resolve_minutes: 15 },
        high: { group: { name: 'a-later' }, resolve_minutes: 30 },
        low: {
          group: null,
          resolve_minutes: 4320,
          reason: 'None of its groups has a time for low alerts. The default of the hub.',
        },
      },
    });
    const event = { fingerprint: 'f', severity: 'critical', title: 'Trouble', at: new Date().toISOString() };
    const batch = { batch_id: 'event-0001', entries: [{ kind: 'event', event }] };
    expect((await agent.send(api, 'POST', '/ingest', batch)).status).toBe(202);
    const { items } = await json<{ items: Alert[] }>(
      await api.as('operator')('GET', `/alerts?agent_id=${agent.id}`),
      200,
    );
    const named = { id: book.id, name: 'book', runbook_url: `/api/v1/groups/${book.id}/runbook?format=html` };
    expect(items).toMatchObject([{ effective_group: named }]);
    // Its clock is the group's, also after the tenant's own times change; what no group names follows the tenant.
    const minutesToDue = ({ opened_at, sla_due_at }: Alert): number =>
      (Date.parse(sla_due_at) - Date.parse(opened_at)) / 60_000;
    expect(items.map(minutesToDue)).toEqual([15]);
    const settings = { sla_resolve_minutes: { critical: 77, low: 99 } };
    await json(await api.as('admin')('PUT', `/tenants/${tenants.a}/settings`, settings), 200);
    const again = await json<Alert>(await api.as('operator')('GET', `/alerts/${items[0]?.id}`), 200);
    expect(minutesToDue(again)).toBe(15);
    expect(await json(await api.as('operator')('GET', `/alerts/${items[0]?.id}`), 200)).toMatchObject({
      effective_group: named,
    });
  });
});
