import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestApi } from '../support/api.ts';
import { forgetRates, problemOf } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants } = api;
const agent = await registerTestAgent(api, tenants.a, 'web-03');
beforeEach(() => forgetRates(db));

const count = async (query: ReturnType<typeof sql.fragment>): Promise<number> =>
  (await db.admin.one(sql.type(z.object({ count: z.number() }))`select count(*) as count ${query}`)).count;

async function integrationToken(purpose: string, tenantId = tenants.a): Promise<string> {
  const response = await api.as('admin')('POST', '/integration-tokens', {
    tenant_id: tenantId,
    name: purpose,
    purpose,
  });
  expect(response.status).toBe(201);
  return ((await response.json()) as { token: string }).token;
}
const tokens = {
  ingest: await integrationToken('ingest'),
  alertmanager: await integrationToken('alertmanager'),
  trivy: await integrationToken('trivy'),
};
const push = (purpose: keyof typeof tokens, path: string, body: unknown, headers: Record<string, string> = {}) =>
  api.anonymous('POST', path, body, { authorization: `Bearer ${tokens[purpose]}`, ...headers });
const event = (change: Record<string, unknown> = {}) => ({
  kind: 'event',
  hostname: 'web-03',
  event: { at: new Date().toISOString(), severity: 'high', title: 'Backup failed', fingerprint: 'backup', ...change },
});

describe('POST /ingest', () => {
  it('202: takes a batch of an integration once, also when deliveries race, and an agent’s likewise', async () => {
    const batch = { batch_id: 'once-0001', entries: [event()] };
    const answers = await Promise.all(
      [1, 2, 3, 4].map(async () => (await (await push('ingest', '/ingest', batch)).json()) as { duplicate: boolean }),
    );
    expect(answers.filter((answer) => !answer.duplicate)).toHaveLength(1);
    expect(await count(sql.fragment`from alerts where title = 'Backup failed' and occurrences = 1`)).toBe(1);

    const own = { batch_id: 'once-0001', entries: [{ ...event({ fingerprint: 'own' }), hostname: undefined }] };
    const bodies = [];
    for (let index = 0; index < 2; index++) bodies.push(await (await agent.send(api, 'POST', '/ingest', own)).json());
    expect(bodies).toMatchObject([
      { accepted: 1, duplicate: false },
      { accepted: 0, duplicate: true },
    ]);
  });

  it('202: a batch that failed may come again under its id', async () => {
    const future = new Date(Date.now() + 3600_000).toISOString();
    expect(
      (await push('ingest', '/ingest', { batch_id: 'again-0001', entries: [event({ at: future })] })).status,
    ).toBeGreaterThanOrEqual(400);
    const response = await push('ingest', '/ingest', { batch_id: 'again-0001', entries: [event()] });
    expect(await response.json()).toMatchObject({ accepted: 1, duplicate: false });
  });

  it('202: opens, folds and resolves by the reporter’s fingerprint', async () => {
    const send = (id: string, change: Record<string, unknown>) =>
      push('ingest', '/ingest', { batch_id: id, entries: [event({ fingerprint: 'disk', title: 'Disk', ...change })] });
    await send('fold-0001', { severity: 'low' });
    await send('fold-0002', { severity: 'critical' });
    expect(
      await count(
        sql.fragment`from alerts where title = 'Disk' and severity = 'critical' and occurrences = 2 and status = 'open' and agent_id = ${agent.id}::uuid`,
      ),
    ).toBe(1);
    await send('fold-0003', { resolved: true });
    expect(await count(sql.fragment`from alerts where title = 'Disk' and status = 'resolved'`)).toBe(1);
  });

  it('400: says what is wrong and where, and applies nothing of the batch', async () => {
    const before = await count(sql.fragment`from alerts`);
    const bad = { batch_id: 'bad-00001', entries: [event({ fingerprint: 'new' }), event({ severity: 'awful' })] };
    const response = await push('ingest', '/ingest', bad);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      type: 'urn:monsys:problem:invalid_request',
      errors: [{ part: 'body', pointer: '/entries/1/event/severity' }],
    });
    expect(await count(sql.fragment`from alerts`)).toBe(before);
  });

  it.each([
    ['not JSON', '{"batch_id": '],
    ['a key twice', '{"batch_id":"x1234567","batch_id":"y1234567","entries":[]}'],
    ['a key twice, once escaped', '{"batch_id":"x1234567","\\u0062atch_id":"y1234567","entries":[]}'],
    ['a lone surrogate', '{"batch_id":"\\ud800"}'],
    ['nesting without end', '['.repeat(100_000)],
    ['nothing', ''],
  ])('400: reads no body with %s', async (_, body) => {
    expect(await problemOf(await push('ingest', '/ingest', body))).toBe('malformed_json');
  });

  it('400: reads no body that is not UTF-8', async () => {
    const response = await api.app.request('http://hub.test/api/v1/ingest', {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.ingest}` },
      body: Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    });
    expect(await problemOf(response)).toBe('malformed_json');
  });

  it('400: takes no array where an object is due', async () => {
    for (const body of [[], 'null', '"x"', '1']) {
      expect(await problemOf(await push('ingest', '/ingest', body))).toBe('invalid_request');
    }
  });

  it('413: stops reading at the limit, whether or not the length is announced', async () => {
    const huge = 'x'.repeat(8 * 1024 * 1024 + 1);
    const announced = await push('ingest', '/ingest', huge, { 'content-length': String(huge.length) });
    expect(announced.status).toBe(413);
    expect(await announced.json()).toMatchObject({ limit_bytes: 8 * 1024 * 1024 });
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1;
        controller.enqueue(new Uint8Array(1024 * 1024).fill(0x20));
      },
    });
    const request: RequestInit & { duplex: 'half' } = {
      method: 'POST',
      headers: { authorization: `Bearer ${tokens.ingest}` },
      body: endless,
      duplex: 'half',
    };
    const response = await api.app.request(new Request('http://hub.test/api/v1/ingest', request));
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(20);
  });

  it('401, 403: wants a live token for this purpose', async () => {
    const batch = { batch_id: 'auth-0001', entries: [event()] };
    expect((await api.anonymous('POST', '/ingest', batch)).status).toBe(401);
    expect(await problemOf(await push('trivy', '/ingest', batch))).toBe('forbidden');
    expect(await problemOf(await api.as('owner')('POST', '/ingest', batch))).toBe('token_expired');
    const token = await integrationToken('ingest', tenants.b);
    const use = () => api.anonymous('POST', '/ingest', batch, { authorization: `Bearer ${token}` });
    expect((await use()).status).toBe(202);
    await db.admin.query(
      sql.unsafe`update integration_tokens set revoked_at = now() where tenant_id = ${tenants.b}::uuid`,
    );
    expect(await problemOf(await use())).toBe('token_expired');
  });
});

/** As Alertmanager 0.27 sends it: nanoseconds, an offset, the zero time for an alert that fires. */
const WEBHOOK = {
  receiver: 'monsys',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: { alertname: 'HighErrorRate', instance: 'web-03:9100', job: 'node', severity: 'critical' },
      annotations: { summary: 'Errors on web-03', description: '5 % of requests fail' },
      startsAt: '2024-08-03T09:52:26.739266876+02:00',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus:9090/graph?g0.expr=up&g0.tab=1',
      fingerprint: 'c6eadffa33fcdf37',
    },
    {
      status: 'firing',
      labels: { alertname: 'OddSeverity', instance: '[2001:db8::1]:9100', severity: 'sev-0!' },
      annotations: {},
      startsAt: '2024-08-03T09:52:26Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: 'aaaa0000bbbb1111',
    },
  ],
  groupLabels: { alertname: 'HighErrorRate' },
  commonLabels: { job: 'node' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager:9093',
  version: '4',
  groupKey: '{}:{alertname="HighErrorRate"}',
  truncatedAlerts: 0,
} as const;

describe('POST /integrations/alertmanager', () => {
  const listed = async () => {
    const { items } = (await (await api.as('admin')('GET', '/alerts?source=alertmanager&status=all')).json()) as {
      items: Record<string, unknown>[];
    };
    return items;
  };

  it('200: opens alerts with the host’s name and our severities, folds repeats, resolves by fingerprint', async () => {
    expect(await (await push('alertmanager', '/integrations/alertmanager', WEBHOOK)).json()).toEqual({ accepted: 2 });
    await push('alertmanager', '/integrations/alertmanager', WEBHOOK);
    expect(await listed()).toMatchObject([
      {
        title: 'Errors on web-03',
        severity: 'critical',
        hostname: 'web-03',
        occurrences: 2,
        status: 'open',
        opened_at: '2024-08-03T07:52:26.739Z',
        detail: { 'label job': 'node', description: '5 % of requests fail' },
      },
      // A severity that nobody knows is not silent.
      { title: 'OddSeverity', severity: 'medium', hostname: null, agent_id: null },
    ]);
    const resolved = {
      ...WEBHOOK,
      status: 'resolved',
      alerts: [{ ...WEBHOOK.alerts[0], status: 'resolved', endsAt: '2024-08-03T10:00:00Z' }],
    };
    expect((await push('alertmanager', '/integrations/alertmanager', resolved)).status).toBe(200);
    const after = await listed();
    expect(after.find((alert) => alert['title'] === 'Errors on web-03')).toMatchObject({ status: 'resolved' });
    expect(after.find((alert) => alert['title'] === 'OddSeverity')).toMatchObject({ status: 'open' });
    // Fires again: a new alert, not the old one re-opened.
    await push('alertmanager', '/integrations/alertmanager', WEBHOOK);
    expect((await listed()).filter((alert) => alert['title'] === 'Errors on web-03')).toHaveLength(2);
  });

  it('200: an alert that says it begins tomorrow began now, so that its SLA runs', async () => {
    const startsAt = new Date(Date.now() + 86_400_000).toISOString();
    const alerts = [{ ...WEBHOOK.alerts[0], fingerprint: 'tomorrow', annotations: { summary: 'Tomorrow' }, startsAt }];
    await push('alertmanager', '/integrations/alertmanager', { ...WEBHOOK, alerts });
    expect(await count(sql.fragment`from alerts where title = 'Tomorrow' and opened_at <= now()`)).toBe(1);
  });

  it('400: takes another version of the webhook for what it is, and 403 another purpose’s token', async () => {
    expect((await push('alertmanager', '/integrations/alertmanager', { ...WEBHOOK, version: '3' })).status).toBe(400);
    expect((await push('ingest', '/integrations/alertmanager', WEBHOOK)).status).toBe(403);
  });

  it('200: keeps the alerts in the tenant of the token', async () => {
    const token = await integrationToken('alertmanager', tenants.b);
    const before = await count(sql.fragment`from alerts where tenant_id = ${tenants.a}::uuid`);
    await api.anonymous('POST', '/integrations/alertmanager', WEBHOOK, { authorization: `Bearer ${token}` });
    expect(await count(sql.fragment`from alerts where tenant_id = ${tenants.a}::uuid`)).toBe(before);
    // The host of the same name is another tenant's.
    expect(
      await count(
        sql.fragment`from alerts where tenant_id = ${tenants.b}::uuid and source = 'alertmanager' and agent_id is null`,
      ),
    ).toBe(2);
  });
});

/** As Trivy 0.58 writes it for `trivy rootfs --format json`, shortened. */
const REPORT = {
  SchemaVersion: 2,
  CreatedAt: '2026-05-01T12:20:30.000000005Z',
  ArtifactName: '/',
  ArtifactType: 'filesystem',
  Metadata: { OS: { Family: 'debian', Name: '12.5' } },
  Results: [
    {
      Target: '/ (debian 12.5)',
      Class: 'os-pkgs',
      Type: 'debian',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2023-44487',
          PkgID: 'libnghttp2-14@1.52.0-1',
          PkgName: 'libnghttp2-14',
          InstalledVersion: '1.52.0-1',
          FixedVersion: '1.52.0-1+deb12u1',
          Status: 'fixed',
          Severity: 'HIGH',
          CVSS: { nvd: { V3Score: 7.5 } },
        },
        {
          VulnerabilityID: 'CVE-2011-3374',
          PkgName: 'apt',
          InstalledVersion: '2.6.1',
          Status: 'affected',
          Severity: 'UNKNOWN',
        },
        { VulnerabilityID: 'TEMP-0841856-B18BAF', PkgName: 'bash', InstalledVersion: '5.2.15-2+b2', Severity: 'LOW' },
      ],
    },
    { Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' },
  ],
};

describe('POST /integrations/trivy', () => {
  const cves = async () =>
    db.admin.any(sql.type(z.object({ cve: z.string(), fixed: z.string().nullable(), open: z.boolean() }))`
      select cve_id as cve, fixed_version as fixed, patched_at is null as open from agent_cves
      where agent_id = ${agent.id}::uuid and source = 'trivy' order by cve_id`);

  it('200: takes a report as the host’s package CVEs; what the next no longer names is patched', async () => {
    const response = await push('trivy', '/integrations/trivy?hostname=web-03', REPORT);
    expect(await response.json()).toEqual({ agent_id: agent.id, cves: 2 });
    expect(await cves()).toEqual([
      { cve: 'CVE-2011-3374', fixed: null, open: true },
      { cve: 'CVE-2023-44487', fixed: '1.52.0-1+deb12u1', open: true },
    ]);
    const next = {
      ...REPORT,
      CreatedAt: '2026-05-02T12:00:00Z',
      Results: [{ Target: 'x', Vulnerabilities: [REPORT.Results[0]?.Vulnerabilities?.[1]] }],
    };
    expect((await push('trivy', '/integrations/trivy?hostname=web-03', next)).status).toBe(200);
    expect(await cves()).toMatchObject([
      { cve: 'CVE-2011-3374', open: true },
      { cve: 'CVE-2023-44487', open: false },
    ]);
    expect(
      await count(
        sql.fragment`from audit_log where event_type = 'trivy_report_received' and actor_kind = 'integration'`,
      ),
    ).toBe(2);
  });

  it('404: knows no host of another tenant, and 400 no report of another schema', async () => {
    await registerTestAgent(api, tenants.b, 'only-in-b');
    expect((await push('trivy', '/integrations/trivy?hostname=only-in-b', REPORT)).status).toBe(404);
    expect((await push('trivy', '/integrations/trivy', REPORT)).status).toBe(400);
    expect((await push('trivy', '/integrations/trivy?hostname=web-03', { ...REPORT, SchemaVersion: 1 })).status).toBe(
      400,
    );
    expect((await push('trivy', '/integrations/trivy?hostname=web-03&hostname=x', REPORT)).status).toBe(400);
  });
});

describe('enrolment and integration tokens', () => {
  it('201: are shown once and stored as a hash, with an audit row', async () => {
    const made = (await (
      await api.as('admin')('POST', '/enrolment-tokens', { tenant_id: tenants.a, name: 'fleet', max_uses: 5 })
    ).json()) as { id: string; token: string; install_command: string };
    expect(made.token).toMatch(/^msys_enrol_/);
    expect(made.install_command).toContain(`--hub http://hub.test --enrolment-token ${made.token}`);
    expect(await count(sql.fragment`from enrolment_tokens t where position(${made.token} in t::text) > 0`)).toBe(0);
    expect(await count(sql.fragment`from audit_log where event_data::text like ${`%${made.token}%`}`)).toBe(0);
    const list = await (await api.as('admin')('GET', `/enrolment-tokens?tenant_id=${tenants.a}`)).text();
    expect(list).toContain(made.id);
    expect(list).not.toContain('msys_');
    expect((await api.as('admin')('POST', `/enrolment-tokens/${made.id}/revoke`)).status).toBe(200);
    expect(
      await count(sql.fragment`from audit_log where event_type in ('enrolment_token_created', 'enrolment_token_revoked')
      and event_data ->> 'enrolment_token_id' = ${made.id} and actor_email = ${api.user('admin').email}`),
    ).toBe(2);
  });

  it('400: want the tenant named by people of the MSP', async () => {
    const response = await api.as('admin')('POST', '/enrolment-tokens', { name: 'x' });
    expect(await problemOf(response)).toBe('invalid_request');
  });
});
