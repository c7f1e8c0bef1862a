import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadBundledFeeds } from '../../src/activities/feeds.ts';
import { sql } from '../../src/db/pool.ts';
import {
  createEnrolmentToken,
  createTestAgent,
  registerTestAgent,
  registrationBody,
  testInventory,
} from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
await loadBundledFeeds(db.core);
const { tenants } = api;

const problem = async (response: Response): Promise<string> =>
  ((await response.json()) as { type: string }).type.replace('urn:monsys:problem:', '');
const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;
const beat = () => ({ sent_at: new Date().toISOString(), boot_id: 'b', agent_version: '0.1.0', buffered_batches: 0 });
const getJson = async (path: string): Promise<Record<string, unknown>> =>
  (await api.as('admin')('GET', path)).json() as Promise<Record<string, unknown>>;

describe('POST /agents/register', () => {
  it('pins the key, tags the host from token and host, and audits it', async () => {
    const agent = createTestAgent();
    const { token } = await createEnrolmentToken(api, tenants.a, { default_tags: ['eu-west-1'] });
    const response = await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ agent_id: agent.id, tenant_id: tenants.a, heartbeat_seconds: 30 });
    expect(await getJson(`/agents/${agent.id}`)).toMatchObject({
      hostname: 'web-03',
      tags: ['eu-west-1', 'production'],
      link_state: 'online',
    });
    expect(
      await count(
        sql.fragment`from audit_log where event_type = 'agent_registered' and event_data ->> 'agent_id' = ${agent.id}`,
      ),
    ).toBe(1);
  });

  it('answers the same again for the same key without taking a use, even when the token is used up', async () => {
    const agent = createTestAgent();
    const { token, id } = await createEnrolmentToken(api, tenants.a, { max_uses: 1 });
    for (let index = 0; index < 3; index++) {
      expect((await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token))).status).toBe(200);
    }
    expect(await count(sql.fragment`from enrolment_tokens where id = ${id}::uuid and uses = 1`)).toBe(1);
    const late = createTestAgent();
    expect(await problem(await late.send(api, 'POST', '/agents/register', registrationBody(late, token)))).toBe(
      'enrolment_token_invalid',
    );
  });

  it('never enrols more hosts than the token allows, however many race', async () => {
    const { token } = await createEnrolmentToken(api, tenants.a, { max_uses: 3 });
    const agents = Array.from({ length: 10 }, () => createTestAgent());
    const statuses = await Promise.all(
      agents.map(
        async (agent) => (await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token))).status,
      ),
    );
    expect(statuses.filter((status) => status === 200)).toHaveLength(3);
  });

  it('refuses a second key for a known host, raises an alert about it and audits it in the host’s tenant', async () => {
    const agent = await registerTestAgent(api, tenants.a);
    const impostor = createTestAgent(agent.id);
    const { token } = await createEnrolmentToken(api, tenants.b);
    expect(await problem(await impostor.send(api, 'POST', '/agents/register', registrationBody(impostor, token)))).toBe(
      'agent_key_conflict',
    );
    expect(
      await count(
        sql.fragment`from audit_log where tenant_id = ${tenants.a}::uuid and event_type = 'agent_key_conflict' and event_data ->> 'agent_id' = ${agent.id}`,
      ),
    ).toBe(1);
    expect(
      await count(
        sql.fragment`from alerts where tenant_id = ${tenants.a}::uuid and fingerprint = ${`agent_key_conflict:${agent.id}`}`,
      ),
    ).toBe(1);
    // Control: the first key still works.
    expect((await agent.send(api, 'POST', `/agents/${agent.id}/heartbeat`, beat())).status).toBe(200);
  });

  it('lets an admin’s reset pin another key once', async () => {
    const agent = await registerTestAgent(api, tenants.a);
    await db.admin.query(
      sql.unsafe`update agents set key_reset_until = now() + interval '1 hour' where id = ${agent.id}::uuid`,
    );
    const { token } = await createEnrolmentToken(api, tenants.a);
    const replacement = createTestAgent(agent.id);
    expect((await replacement.send(api, 'POST', '/agents/register', registrationBody(replacement, token))).status).toBe(
      200,
    );
    const third = createTestAgent(agent.id);
    expect(await problem(await third.send(api, 'POST', '/agents/register', registrationBody(third, token)))).toBe(
      'agent_key_conflict',
    );
    expect(await problem(await agent.send(api, 'POST', `/agents/${agent.id}/heartbeat`, beat()))).toBe(
      'agent_signature_invalid',
    );
  });

  it('wants proof of possession: a signature by another key, or for another id, is refused', async () => {
    const agent = createTestAgent();
    const other = createTestAgent();
    const { token } = await createEnrolmentToken(api, tenants.a);
    const body = registrationBody(agent, token);
    const text = JSON.stringify(body);
    expect(
      await problem(
        await agent.send(api, 'POST', '/agents/register', body, other.headers('POST', '/api/v1/agents/register', text)),
      ),
    ).toBe('agent_signature_invalid');
    expect(
      await problem(
        await agent.send(api, 'POST', '/agents/register', { ...body, public_key: other.publicKey.toString('base64') }),
      ),
    ).toBe('agent_signature_invalid');
    expect(await problem(await agent.send(api, 'POST', '/agents/register', body, {}))).toBe('agent_signature_missing');
  });

  it.each([
    ['revoked', { max_uses: 1 }, 'revoked_at = now()'],
    ['expired', { max_uses: 1 }, `expires_at = now() - interval '1 second'`],
  ])('refuses a token that is %s', async (_, options, change) => {
    const agent = createTestAgent();
    const { token, id } = await createEnrolmentToken(api, tenants.a, options);
    await (change.startsWith('revoked')
      ? db.admin.query(sql.unsafe`update enrolment_tokens set revoked_at = now() where id = ${id}::uuid`)
      : db.admin.query(
          sql.unsafe`update enrolment_tokens set expires_at = now() - interval '1 second' where id = ${id}::uuid`,
        ));
    expect(await problem(await agent.send(api, 'POST', '/agents/register', registrationBody(agent, token)))).toBe(
      'enrolment_token_invalid',
    );
  });
});

describe('the signature of a request', async () => {
  const agent = await registerTestAgent(api, tenants.a, 'db-prod-01');
  const path = `/api/v1/agents/${agent.id}/heartbeat`;
  const send = (headers: Record<string, string>, body = JSON.stringify(beat()), query = '') =>
    api.app.request(`http://hub.test${path}${query}`, { method: 'POST', body, headers });

  it('is good once (a replay is refused)', async () => {
    const body = JSON.stringify(beat());
    const headers = agent.headers('POST', path, body);
    expect((await send(headers, body)).status).toBe(200);
    expect(await problem(await send(headers, body))).toBe('agent_replay');
  });

  it('covers body, query, method and path', async () => {
    const body = JSON.stringify(beat());
    expect(await problem(await send(agent.headers('POST', path, body), `${body} `))).toBe('agent_signature_invalid');
    expect(await problem(await send(agent.headers('POST', path, body), body, '?x=1'))).toBe('agent_signature_invalid');
    expect(await problem(await send(agent.headers('PUT', path, body), body))).toBe('agent_signature_invalid');
    expect(await problem(await send(agent.headers('POST', '/api/v1/ingest', body), body))).toBe(
      'agent_signature_invalid',
    );
  });

  it('is refused when its time is more than 30 seconds off, and does not burn its nonce', async () => {
    const body = JSON.stringify(beat());
    const nonce = 'ab'.repeat(16);
    for (const off of [-40, 40]) {
      expect(
        await problem(
          await send(agent.headers('POST', path, body, { created: Math.floor(Date.now() / 1000) + off, nonce }), body),
        ),
      ).toBe('agent_clock_skew');
    }
    expect((await send(agent.headers('POST', path, body, { nonce }), body)).status).toBe(200);
  });

  it('of one host does not speak for another, nor for one that is deactivated', async () => {
    const other = await registerTestAgent(api, tenants.b);
    const body = JSON.stringify(beat());
    const response = await api.app.request(`http://hub.test/api/v1/agents/${agent.id}/heartbeat`, {
      method: 'POST',
      body,
      headers: other.headers('POST', path, body),
    });
    expect(response.status).toBe(403);
    await api.as('admin')('PATCH', `/agents/${other.id}`, { is_active: false });
    expect(await problem(await other.send(api, 'POST', `/agents/${other.id}/heartbeat`, beat()))).toBe('agent_unknown');
  });
});

describe('POST /ingest', async () => {
  const agent = await registerTestAgent(api, tenants.a, 'web-07');
  const deliver = async (entries: unknown[], batch_id: string = randomUUID()) =>
    agent.send(api, 'POST', '/ingest', { batch_id, entries });
  const inventory = (change: Parameters<typeof testInventory>[0]) =>
    deliver([{ kind: 'inventory', inventory: testInventory({ hostname: 'web-07', ...change }) }]);
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();

  it('takes a batch once', async () => {
    const id = randomUUID();
    const entries = [
      { kind: 'event', event: { at: at(0), severity: 'high', title: 'RAID degraded', fingerprint: 'raid' } },
    ];
    expect(await (await deliver(entries, id)).json()).toMatchObject({ accepted: 1, duplicate: false });
    expect(await (await deliver(entries, id)).json()).toMatchObject({ accepted: 0, duplicate: true });
    expect(await count(sql.fragment`from alerts where title = 'RAID degraded' and occurrences = 1`)).toBe(1);
  });

  it('opens and closes findings, drift and kernel CVEs with their times', async () => {
    const files = [{ path: '/usr/sbin/sshd', kind: 'binary' as const, sha256: 'a'.repeat(64) }];
    const finding = { kind: 'sshd' as const, subject: 'PermitRootLogin', severity: 'high' as const, detail: 'yes' };
    expect((await inventory({ collected_at: at(1), files, security_findings: [finding] })).status).toBe(202);
    expect(await getJson(`/agents/${agent.id}`)).toMatchObject({
      findings: [{ subject: 'PermitRootLogin' }],
      drifted_files: [],
      kernel_upstream: '5.15.20',
    });
    const open = await getJson(`/inventory/cves?tenant_id=${tenants.a}&q=CVE-2022-0847`);
    expect(open).toMatchObject({
      items: [{ cve_id: 'CVE-2022-0847', kev: true, hosts_open: 1, fixed_versions: ['5.15.25'] }],
    });
    expect(await getJson(`/inventory/cves?agent_id=${agent.id}&q=CVE-2022-0847`)).toEqual(open);
    expect(await getJson(`/inventory/cves?agent_id=${randomUUID()}`)).toMatchObject({ items: [] });
    await db.admin.query(sql.unsafe`
      insert into cve_scores (cve_id, cvss) values ('CVE-2022-0847', 7.8) on conflict (cve_id) do update set cvss = excluded.cvss`);
    for (const [filter, found] of [
      ['min_cvss=7.8', 1],
      ['min_cvss=7.9', 0],
      ['severity=high', 0],
    ] as const)
      expect(
        ((await getJson(`/inventory/cves?agent_id=${agent.id}&q=CVE-2022-0847&${filter}`)) as { items: [] }).items,
        filter,
      ).toHaveLength(found);
    expect(
      await count(
        sql.fragment`from alerts where fingerprint = 'kev_cve:CVE-2022-0847' and status = 'open' and tenant_id = ${tenants.a}::uuid`,
      ),
    ).toBe(1);

    await inventory({
      collected_at: at(2),
      files: [{ ...(files[0] as (typeof files)[number]), sha256: 'b'.repeat(64) }],
      kernel: { release: '5.15.25', version: '', upstream: '5.15.25' },
    });
    expect(await getJson(`/agents/${agent.id}`)).toMatchObject({
      findings: [],
      drifted_files: [{ path: '/usr/sbin/sshd', missing: false, drifted_at: at(2) }],
    });
    expect(await getJson(`/inventory/cves/CVE-2022-0847/hosts?tenant_id=${tenants.a}`)).toMatchObject({
      items: [{ detected_at: at(1), patched_at: at(2), patched_version: '5.15.25', operator_email: null }],
    });
    expect(
      await count(
        sql.fragment`from alerts where fingerprint = 'kev_cve:CVE-2022-0847' and status <> 'resolved' and tenant_id = ${tenants.a}::uuid`,
      ),
    ).toBe(0);
    expect(await count(sql.fragment`from kernel_changes where agent_id = ${agent.id}::uuid`)).toBe(2);
  });

  it('opens a CVE again on a downgrade, and lets an older inventory that comes late change nothing', async () => {
    await inventory({ collected_at: at(3), kernel: { release: '5.15.20', version: '', upstream: '5.15.20' } });
    expect(await getJson(`/inventory/cves/CVE-2022-0847/hosts?tenant_id=${tenants.a}`)).toMatchObject({
      items: [{ detected_at: at(3), patched_at: null }],
    });
    await inventory({ collected_at: at(2.5), kernel: { release: '5.15.99', version: '', upstream: '5.15.99' } });
    expect(await getJson(`/agents/${agent.id}`)).toMatchObject({ kernel_release: '5.15.20' });
  });

  it('makes no claim about a kernel whose upstream version is not known', async () => {
    await inventory({ collected_at: at(4), kernel: { release: '5.14.0-427.el9', version: '', upstream: null } });
    expect(await getJson(`/inventory/cves/CVE-2022-0847/hosts?tenant_id=${tenants.a}`)).toMatchObject({
      items: [{ patched_at: null }],
    });
  });

  it('refuses facts from the future, whole batches of unknown shape, and more than 60 a minute', async () => {
    const future = {
      kind: 'metrics',
      sample: { sampled_at: new Date(Date.now() + 600_000).toISOString(), cpu_pct: 1 },
    };
    expect(await problem(await deliver([future]))).toBe('agent_time_in_future');
    expect(await problem(await deliver([{ kind: 'metrics', sample: { sampled_at: at(0), cpu_pct: 101 } }]))).toBe(
      'invalid_request',
    );
    const busy = await registerTestAgent(api, tenants.a, 'busy');
    const statuses = await Promise.all(
      Array.from(
        { length: 65 },
        async () =>
          (
            await busy.send(api, 'POST', '/ingest', {
              batch_id: randomUUID(),
              entries: [{ kind: 'metrics', sample: { sampled_at: at(0) } }],
            })
          ).status,
      ),
    );
    // The minute may turn in between, so at least the excess of one window is refused or all fit in two.
    expect(statuses.filter((status) => status === 202).length).toBeGreaterThanOrEqual(60);
    expect(statuses.every((status) => status === 202 || status === 429)).toBe(true);
  });
});

describe('heartbeats', () => {
  it('bring a host back at once and clear its alert', async () => {
    const agent = await registerTestAgent(api, tenants.a, 'returning');
    await db.admin.query(sql.unsafe`update agents set link_state = 'offline' where id = ${agent.id}::uuid`);
    await db.admin.query(sql.unsafe`
      insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values (${tenants.a}::uuid, 99999, ${agent.id}::uuid, 'liveness', ${`agent_offline:${agent.id}`}, 'high', 'silent', now(), now(), now())`);
    await agent.send(api, 'POST', `/agents/${agent.id}/heartbeat`, {
      ...beat(),
      metrics: { sampled_at: new Date().toISOString(), cpu_pct: 12.5 },
    });
    expect(await getJson(`/agents/${agent.id}`)).toMatchObject({
      link_state: 'online',
      open_alerts: 0,
      latest_metrics: { cpu_pct: 12.5 },
    });
  });
});

describe('POST /agents/:id/refresh', () => {
  it('is audited with the command that it queued', async () => {
    const agent = await registerTestAgent(api, tenants.a);
    const response = await api.as('admin')('POST', `/agents/${agent.id}/refresh`);
    expect(response.status).toBe(202);
    const { command_id } = (await response.json()) as { command_id: number };
    expect(
      await count(sql.fragment`from audit_log where event_type = 'agent_refresh_requested'
        and event_data ->> 'agent_id' = ${agent.id} and event_data ->> 'command_id' = ${String(command_id)}
        and event_data ->> 'hostname' = (select hostname from agents where id = ${agent.id}::uuid)`),
    ).toBe(1);
  });
});

describe('GET /agents', () => {
  it('pages by name, or offline hosts first, without repeating or losing one', async () => {
    for (const hostname of ['page-a', 'page-b', 'page-c', 'page-d']) await registerTestAgent(api, tenants.a, hostname);
    await db.admin.query(sql.unsafe`update agents set link_state = 'offline' where hostname in ('page-b', 'page-d')`);
    for (const [sort, expected] of [
      ['hostname', ['page-a', 'page-b', 'page-c', 'page-d']],
      ['offline_first', ['page-b', 'page-d', 'page-a', 'page-c']],
    ] as const) {
      const names: string[] = [];
      let cursor = '';
      do {
        const page = (await getJson(`/agents?q=page-&limit=1&sort=${sort}${cursor}`)) as {
          items: { hostname: string }[];
          next_cursor: string | null;
        };
        names.push(...page.items.map(({ hostname }) => hostname));
        cursor = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
      } while (cursor !== '');
      expect(names).toEqual(expected);
    }
  });
});
