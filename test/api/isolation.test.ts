/** What holds for every route, derived from ROUTES: who may call it, and that no id reaches into another tenant. */

import { randomBytes, randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AnyRoute } from '../../src/api/route.ts';
import { ROUTES } from '../../src/api/routes/index.ts';
import { sql } from '../../src/db/pool.ts';
import { isAllowed, type Permission, ROLES, type Role } from '../../src/domain/permissions.ts';
import { BUILT_IN_POLICY } from '../../src/domain/slaPolicy.ts';
import { formatToken, tokenHash } from '../../src/domain/token.ts';
import { createTestApi, insertUser } from '../support/api.ts';
import { createTestClock, giveAuthenticator, nextCode } from '../support/people.ts';
import { createTestDatabase } from '../support/postgres.ts';

const db = await createTestDatabase();
const clock = createTestClock();
// Requests that are refused start no workflow; one that is not fails here rather than in Temporal.
const temporal = new Client({ connection: Connection.lazy({ address: '127.0.0.1:1', connectTimeout: 500 }) });
const api = await createTestApi(db, { now: clock.now, temporal });
const { tenants } = api;

const nameOf = (route: AnyRoute): string => `${route.method.toUpperCase()} ${route.path}`;
const UNKNOWN = '00000000-0000-4000-8000-00000000dead';

/** Fills a path's parameters. */
function fill(path: string, id: string): string {
  return path.replaceAll(/:[a-z_]+/g, (name) => (name === ':cve_id' ? 'CVE-2022-0847' : id));
}

type Answer = { readonly status: number; readonly type: string; readonly permission?: string; readonly text: string };

/** Reads an answer; a stream is hung up on after its head. */
async function read(response: Response): Promise<Answer> {
  if (response.headers.get('content-type')?.includes('event-stream')) {
    await response.body?.cancel();
    return { status: response.status, type: '', text: '' };
  }
  const text = await response.text();
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
  const body = isProblem ? (JSON.parse(text) as { type: string; permission?: string }) : { type: '' };
  return {
    status: response.status,
    text,
    type: body.type.replace('urn:monsys:problem:', ''),
    ...(body.permission === undefined ? {} : { permission: body.permission }),
  };
}

describe('every route that is not public', () => {
  const routes = ROUTES.filter((route) => route.auth.kind !== 'public');
  it.each(routes.map((route) => [nameOf(route), route] as const))(
    'refuses a caller without proof: %s',
    async (_, route) => {
      const path = fill(route.path, UNKNOWN);
      const answer = await read(await api.anonymous(route.method.toUpperCase(), path));
      expect(answer.status, answer.text).toBe(401);
      // Nor does a token of another kind open it, though it is well-formed.
      for (const kind of ['setup', 'invite', 'session'] as const) {
        const authorization = `Bearer ${formatToken(kind, randomBytes(32))}`;
        const other = await read(await api.anonymous(route.method.toUpperCase(), path, undefined, { authorization }));
        expect(other.status, other.text).toBe(401);
      }
    },
  );
});

const userRoutes = ROUTES.flatMap((route) =>
  route.auth.kind === 'user' ? [[nameOf(route), route, route.auth.permission, route.auth.totp ?? false] as const] : [],
);

describe('the permission matrix', () => {
  it.each(userRoutes)('holds for every role: %s', async (_, route, permission, totp) => {
    for (const role of ROLES) {
      const answer = await read(await api.as(role)(route.method.toUpperCase(), fill(route.path, UNKNOWN)));
      if (!isAllowed(permission, role, null)) {
        expect([answer.status, answer.type, answer.permission], role).toEqual([403, 'forbidden', permission]);
      } else if (totp) expect([answer.status, answer.type], role).toEqual([401, 'totp_required']);
      else expect(answer.status === 401 || answer.type === 'forbidden', `${role}: ${answer.text}`).toBe(false);
    }
  });

  it('narrows an owner to the scopes of the token, on every route', async () => {
    const owner = await insertUser(db, api.msp.id, 'owner', null);
    const setScopes = (scopes: readonly Permission[]) =>
      db.admin.query(
        sql.unsafe`update api_tokens set scopes = ${sql.array([...scopes], 'text')} where user_id = ${owner.id}::uuid`,
      );
    const call = async (route: AnyRoute): Promise<Answer> =>
      read(
        await api.anonymous(route.method.toUpperCase(), fill(route.path, UNKNOWN), undefined, {
          authorization: `Bearer ${owner.token}`,
        }),
      );
    await setScopes([]);
    for (const [name, route, permission] of userRoutes) {
      expect([await call(route), name]).toMatchObject([{ status: 403, permission }, name]);
    }
    await setScopes(['alerts.read']);
    for (const [name, route, permission] of userRoutes) {
      expect((await call(route)).permission === permission, name).toBe(permission !== 'alerts.read');
    }
  });
});

/** Ids of one thing of each kind in a tenant, by the first part of the path that names it. */
type Things = Readonly<Record<string, string>>;

async function plant(tenantId: string, mark: string): Promise<Things> {
  const ids = {
    agents: randomUUID(),
    alerts: randomUUID(),
    'alert-rules': randomUUID(),
    groups: randomUUID(),
    'sla-policies': randomUUID(),
    'maintenance-windows': randomUUID(),
    'enrolment-tokens': randomUUID(),
    'integration-tokens': randomUUID(),
    emergency: randomUUID(),
    'pre-issued-eats': randomUUID(),
    quorum: randomUUID(),
    impersonations: randomUUID(),
    'audit-packs': randomUUID(),
    reports: randomUUID(),
    'auditor-links': randomUUID(),
    webhooks: randomUUID(),
    'webhook-deliveries': randomUUID(),
    invoices: `INV-${mark}`,
  };
  const hash = () => sql.binary(randomBytes(32));
  const tenant = sql.fragment`${tenantId}::uuid`;
  for (const statement of [
    sql.unsafe`insert into agents (id, tenant_id, hostname, public_key, agent_version) values (${ids.agents}::uuid, ${tenant}, ${`host-${mark}`}, ${hash()}, '1')`,
    sql.unsafe`insert into alerts (id, tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at)
      values (${ids.alerts}::uuid, ${tenant}, 1, ${ids.agents}::uuid, 'rule', 'f', 'high', ${`alert-${mark}`}, now(), now(), now())`,
    sql.unsafe`insert into alert_rules (id, tenant_id, name, metric, operator, threshold, duration_secs, severity, target)
      values (${ids['alert-rules']}::uuid, ${tenant}, ${`rule-${mark}`}, 'cpu_pct', '>', 85, 60, 'high', '{"kind":"all"}')`,
    sql.unsafe`insert into groups (id, tenant_id, name, rule, runbook_version, has_runbook)
      values (${ids.groups}::uuid, ${tenant}, ${`group-${mark}`}, '{"hostname": "*"}', 1, true)`,
    sql.unsafe`insert into group_members (tenant_id, group_id, agent_id) values (${tenant}, ${ids.groups}::uuid, ${ids.agents}::uuid)`,
    sql.unsafe`insert into group_runbooks (tenant_id, group_id, version, markdown) values (${tenant}, ${ids.groups}::uuid, 1, ${`runbook-${mark}`})`,
    sql.unsafe`insert into enrolment_tokens (id, tenant_id, token_hash, name, max_uses, expires_at)
      values (${ids['enrolment-tokens']}::uuid, ${tenant}, ${hash()}, ${`enrol-${mark}`}, 1, now() + interval '1 day')`,
    sql.unsafe`insert into integration_tokens (id, tenant_id, token_hash, name, purpose)
      values (${ids['integration-tokens']}::uuid, ${tenant}, ${hash()}, ${`integration-${mark}`}, 'ingest')`,
    sql.unsafe`insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, detected_at)
      values (${tenant}, ${ids.agents}::uuid, 'kernel', 'linux', 'CVE-2022-0847', '5.15.20', ${`fixed-${mark}`}, now())`,
    sql.unsafe`insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
      values (${tenant}, now(), 50, '{}', '1.2', ${`inputs-${mark}`}, ${hash()})`,
    sql.unsafe`insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at)
      values (${ids.emergency}::uuid, ${tenant}, ${ids.agents}::uuid, 1, '[]', ${`reason-${mark}`}, now(), now() + interval '2 minutes')`,
    sql.unsafe`insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at, kind, valid_from, conditions)
      values (${ids['pre-issued-eats']}::uuid, ${tenant}, ${ids.agents}::uuid, 1, '[]', ${`reason-${mark}`}, now(), now() + interval '2 hours', 'pre_issued', now(),
        '{"heartbeat_lost_minutes": 5, "or_severity_critical": true}')`,
    sql.unsafe`insert into quorum_requests (id, tenant_id, msp_id, requested_by, requested_by_email, actions, level, reason, required_approvers, expires_at)
      select ${ids.quorum}::uuid, t.id, t.msp_owner, ${api.user('owner').id}::uuid, 'owner@msp.example', '[]', 3, ${`reason-${mark}`}, 2, now() + interval '1 day'
      from tenants t where t.id = ${tenant}`,
    sql.unsafe`insert into impersonations (id, tenant_id, msp_id, user_id, user_email, reason, mode, duration_minutes, state, consent_until, api_token_id)
      select ${ids.impersonations}::uuid, t.id, t.msp_owner, ${api.user('operator').id}::uuid, 'operator@msp.example', ${`to look into ${mark}`}, 'full', 60,
        'awaiting_consent', now() + interval '1 hour', (select id from api_tokens where user_id = ${api.user('operator').id}::uuid) from tenants t where t.id = ${tenant}`,
    sql.unsafe`insert into audit_packs (id, tenant_id, month, built_at, is_demo) values (${ids['audit-packs']}::uuid, ${tenant}, '2020-01', now(), true)`,
    sql.unsafe`insert into reports (id, tenant_id, template, title, period_from, period_until, requested_by_email)
      values (${ids.reports}::uuid, ${tenant}, 'executive', ${`report-${mark}`}, '2020-01-01', '2020-02-01', 'admin@msp.example')`,
    sql.unsafe`with made as (
        insert into users (msp_id, tenant_id, email, name, role, password_hash)
        select t.msp_owner, t.id, ${`link-${ids['auditor-links']}@links.invalid`}, 'link', 'auditor', 'unusable' from tenants t where t.id = ${tenant} returning id, msp_id)
      insert into auditor_links (id, tenant_id, msp_id, user_id, token_hash, note, created_by, created_by_email, expires_at)
      select ${ids['auditor-links']}::uuid, ${tenant}, msp_id, id, ${hash()}, ${`link-${mark}`}, id, 'admin@msp.example', now() + interval '1 day' from made`,
    sql.unsafe`insert into tenant_branding (tenant_id, product_name, logo, logo_type, logo_sha256)
      values (${tenant}, ${`brand-${mark}`}, ${hash()}, 'image/png', ${randomBytes(32).toString('hex')})`,
    sql.unsafe`insert into custom_domains (domain, tenant_id, challenge, proven_at) values (${`${mark}.acme.com`}, ${tenant}, ${randomBytes(20).toString('hex')}, now())`,
    sql.unsafe`insert into tenant_invoicing (tenant_id, party) values (${tenant}, ${JSON.stringify({ ...PARTY, legal_name: `party-${mark}` })}::jsonb)`,
    sql.unsafe`insert into tenant_invoices (tenant_id, month, msp_id, number, issued_on, payable_cents, document, xml)
      select ${tenant}, '2020-01', t.msp_owner, ${ids.invoices}, '2020-02-01', 100, '{}', ${`<Invoice>${mark}</Invoice>`} from tenants t where t.id = ${tenant}`,
    sql.unsafe`insert into sla_policies (id, msp_id, name, minutes, calendar, pauses_in_maintenance)
      select ${ids['sla-policies']}::uuid, t.msp_owner, ${`policy-${mark}`}, ${JSON.stringify(BUILT_IN_POLICY.minutes)}::jsonb, '{"kind":"24x7"}', true
      from tenants t where t.id = ${tenant}`,
    sql.unsafe`insert into tenant_settings (tenant_id, sla_policy_id) values (${tenant}, ${ids['sla-policies']}::uuid)
      on conflict (tenant_id) do update set sla_policy_id = excluded.sla_policy_id`,
    sql.unsafe`insert into maintenance_windows (id, tenant_id, title, reason, scope, schedule)
      values (${ids['maintenance-windows']}::uuid, ${tenant}, ${`window-${mark}`}, 'planned', 'tenant',
        jsonb_build_object('kind', 'once', 'from', now(), 'until', now() + interval '1 hour'))`,
    sql.unsafe`insert into maintenance_periods (tenant_id, window_id, starts_at, ends_at)
      values (${tenant}, ${ids['maintenance-windows']}::uuid, now(), now() + interval '1 hour')`,
    sql.unsafe`insert into maintenance_spent (tenant_id, agent_id, window_id, starts_at, ends_at)
      values (${tenant}, ${ids.agents}::uuid, ${ids['maintenance-windows']}::uuid, now() - interval '1 hour', now())`,
    sql.unsafe`insert into webhooks (id, msp_id, only_tenant_id, name, url, created_by_email)
      select ${ids.webhooks}::uuid, t.msp_owner, t.id, ${`webhook-${mark}`}, 'https://receiver.example/', 'admin@msp.example' from tenants t where t.id = ${tenant}`,
    sql.unsafe`insert into webhook_secrets (webhook_id, sealed) values (${ids.webhooks}::uuid, ${hash()})`,
    sql.unsafe`insert into webhook_deliveries (id, webhook_id, msp_id, tenant_id, event, body, status, finished_at)
      select ${ids['webhook-deliveries']}::uuid, ${ids.webhooks}::uuid, t.msp_owner, t.id, 'ping', ${JSON.stringify({ event: `ping-${mark}` })}, 'failed', now()
      from tenants t where t.id = ${tenant}`,
  ])
    await db.admin.query(statement);
  return { ...ids, tenants: tenantId };
}

/** The id that a path asks for: of the kind that its last fixed part before the parameter names. */
function idFor(route: AnyRoute, things: Things): string {
  const parts = route.path.split('/').filter(Boolean);
  const named = parts.findIndex((part) => part.startsWith(':'));
  const kind = parts[named - 1] ?? '';
  const id = things[kind] ?? things[parts[0] ?? ''];
  if (id === undefined && named >= 0)
    throw new Error(`${nameOf(route)}: plant one "${kind}" of another tenant in test/api/isolation.test.ts`);
  return id ?? '';
}

/** Bodies that are valid but for the tenant they touch, so that the refusal is about the tenant. */
const BODIES: Readonly<Record<string, (things: Things) => unknown>> = {
  'PATCH /agents/:id': () => ({ tags: ['stolen'] }),
  'POST /enrolment-tokens': (things) => ({ tenant_id: things['tenants'], name: 'stolen' }),
  'POST /integration-tokens': (things) => ({ tenant_id: things['tenants'], name: 'stolen', purpose: 'ingest' }),
  'PATCH /alerts/:id/resolve': () => ({ resolution: 'stolen' }),
  'PATCH /alerts/:id/assign': () => ({ user_id: null, note: 'stolen' }),
  'POST /alerts/:id/snooze': () => ({ minutes: 60 }),
  'PUT /sla-policies/:id': () => ({ name: 'stolen', minutes: BUILT_IN_POLICY.minutes, calendar: { kind: '24x7' } }),
  'PUT /tenants/:id/sla-policy': (things) => ({ sla_policy_id: things['sla-policies'] }),
  'POST /maintenance-windows': (things) => ({
    tenant_id: things['tenants'],
    title: 'stolen',
    reason: 'stolen',
    scope: { kind: 'agents', agent_ids: [things['agents']] },
    schedule: { kind: 'once', ...soon() },
  }),
  'PATCH /maintenance-windows/:id': () => ({ title: 'stolen' }),
  'POST /alerts/acknowledge': (things) => ({ ids: [things['alerts']] }),
  'POST /alert-rules': () => RULE,
  'PUT /alert-rules/:id': () => RULE,
  'POST /groups': (things) => ({ tenant_id: things['tenants'], name: 'stolen', rule: { tag: 'stolen' } }),
  'PUT /groups/:id': () => ({ name: 'stolen too', rule: { tag: 'stolen' } }),
  'POST /groups/preview': (things) => ({ tenant_id: things['tenants'], rule: { hostname: '*' } }),
  'POST /emergency/quorum': (things) => ({ ...EMERGENCY, agent_id: things['agents'], required_approvers: 2 }),
  'POST /emergency/quorum/:id/approve': () => ({}),
  'POST /emergency/quorum/:id/reject': () => ({}),
  'POST /agents/:id/emergency': () => EMERGENCY,
  'POST /agents/:id/pre-issued-eats': () => ({
    playbook_id: 'no-such-playbook',
    valid_from: new Date(clock.now()).toISOString(),
    valid_until: new Date(clock.now() + 3600_000).toISOString(),
    conditions: { heartbeat_lost_minutes: 5, or_severity_critical: true },
    reason: EMERGENCY.reason,
  }),
  'POST /auth/impersonations/:id/consent': () => ({ granted: true }),
  'PUT /tenants/:id/automatic-level': () => ({ automatic_level: 2 }),
  'PUT /tenants/:id/billing-settings': () => ({ party: PARTY }),
  'POST /billing/invoices/:number/credit': () => ({ reason: 'stolen from another tenant' }),
  'PUT /tenants/:id/branding': () => form({ product_name: 'stolen', custom_domain: 'stolen.acme.com' }),
  'PUT /tenants/:id/handover-contacts': () => ({ items: [{ email: 'thief@example.com' }] }),
  'POST /audit-packs': (things) => ({ tenant_id: things['tenants'], month: '2999-01' }),
  'POST /reports': (things) => ({
    tenant_id: things['tenants'],
    template: 'executive',
    from: '2999-01-01T00:00:00Z',
    until: '2999-02-01T00:00:00Z',
  }),
  'POST /tenants/:id/auditor-links': () => ({
    expires_at: new Date(clock.now() + 3600_000).toISOString(),
    note: 'stolen',
  }),
  'PUT /tenants/:id/impersonation-consent': () => ({ impersonation_consent: 'none' }),
  'POST /webhooks': (things) => ({
    tenant_id: things['tenants'],
    name: 'stolen',
    url: 'https://thief.example/',
    events: ['alert.created'],
  }),
  'PATCH /webhooks/:id': () => ({ url: 'https://thief.example/' }),
  'PUT /tenants/:id/escalation-policy': () => ({ escalation_policy_id: null }),
  'PUT /tenants/:id/settings': () => ({ sla_resolve_minutes: { critical: 1 } }),
};
/** An hour that has begun. */
function soon(): { readonly from: string; readonly until: string } {
  return { from: new Date(clock.now()).toISOString(), until: new Date(clock.now() + 3600_000).toISOString() };
}
function form(fields: Readonly<Record<string, string>>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.set(name, value);
  return made;
}
const PARTY = { legal_name: 'stolen', street: 'Meir 1', city: 'Antwerp', postal_code: '2000', country: 'BE' };
/** Queries without which a route answers nothing. */
const QUERIES: Readonly<Record<string, string>> = {
  'GET /audit-packs/:id/download': '?format=pdf',
  'GET /reports/:id/download': '?format=pdf',
  'GET /billing/tenants/:id/credit-note': '?month=2020-01',
  'GET /billing/tenants/:id/credit-note.xml': '?month=2020-01',
};
/** Fails on the playbook once the host has been found, so that nothing is signed. */
const EMERGENCY = {
  actions: [{ kind: 'run_playbook', id: 'no-such-playbook' }],
  reason: 'stolen from another tenant',
};
const RULE = {
  name: 'stolen',
  metric: 'cpu_pct',
  operator: '>',
  threshold: 1,
  duration_secs: 0,
  severity: 'info',
};

/** Every customer row of a tenant, as one hash a table. */
async function snapshot(tenantId: string): Promise<Readonly<Record<string, string>>> {
  const tables = await db.admin.any(sql.type(z.object({ name: z.string() }))`
    select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by 1`);
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const { hash } = await db.admin.one(sql.type(z.object({ hash: z.string().nullable() }))`
      select md5(string_agg(t::text, E'\n' order by t::text)) as hash from ${sql.identifier([name])} t where tenant_id = ${tenantId}::uuid`);
    if (hash !== null) hashes[name] = hash;
  }
  return hashes;
}

const planted = {
  a: await plant(tenants.a, 'own'),
  b: await plant(tenants.b, 'sister'),
  other: await plant(tenants.other, 'foreign'),
};
const secrets = new Map<Role, string>();
for (const role of ROLES) secrets.set(role, await giveAuthenticator(db, api, api.user(role).id));
const scoped = userRoutes.filter(([, route]) => route.tenantScoped);

/** Calls a route with the ids of `things`, in every place where an id may stand. */
async function reachFor(route: AnyRoute, role: Role, things: Things): Promise<Answer> {
  const { auth } = route;
  const code = auth.kind === 'user' && auth.totp ? { 'x-totp-code': nextCode(clock, secrets.get(role) as string) } : {};
  const query =
    QUERIES[nameOf(route)] ??
    (route.query && 'tenant_id' in (route.query as z.ZodObject).shape ? `?tenant_id=${things['tenants']}` : '');
  const body = BODIES[nameOf(route)]?.(things);
  if (route.body && body === undefined)
    throw new Error(`${nameOf(route)}: give it a valid body in test/api/isolation.test.ts`);
  const path = route.path.replaceAll(/:[a-z_]+/g, (name) =>
    name === ':cve_id' ? 'CVE-2022-0847' : idFor(route, things),
  );
  return read(await api.as(role)(route.method.toUpperCase(), path + query, body, code));
}

/** Whether the route names a tenant or a thing of one at all; others only list what is in reach. */
const namesIds = (route: AnyRoute): boolean =>
  /:(?!cve_id)/.test(route.path) ||
  nameOf(route) in BODIES ||
  (route.query !== undefined && 'tenant_id' in (route.query as z.ZodObject).shape);

describe('no id reaches into another tenant', () => {
  const attacks: readonly (readonly [string, Role, Things, string])[] = [
    ['an owner with ids of another MSP’s tenant', 'owner', planted.other, 'foreign'],
    ['an admin with ids of another MSP’s tenant', 'admin', planted.other, 'foreign'],
    ['a client’s viewer with ids of a sister company', 'client_viewer', planted.b, 'sister'],
    ['a client’s auditor with ids of a sister company', 'auditor', planted.b, 'sister'],
  ];
  it.each(attacks)('for %s: every tenant-scoped route refuses and changes nothing', async (_, role, things, mark) => {
    const before = await snapshot(things['tenants'] as string);
    expect(Object.keys(before).length, 'a control: there is something to change').toBeGreaterThan(6);
    for (const [name, route] of scoped) {
      const answer = await reachFor(route, role, things);
      if (name === 'POST /alerts/acknowledge' && answer.status === 200) {
        expect(JSON.parse(answer.text)).toEqual({ acknowledged: [], skipped: [things['alerts']] });
      } else if (namesIds(route))
        expect([403, 404], `${name}: ${answer.status} ${answer.text}`).toContain(answer.status);
      else expect(answer.status, `${name}: ${answer.text}`).toBeLessThan(500);
      const leaks = answer.status < 300 && name !== 'POST /alerts/acknowledge';
      expect(leaks && answer.text.includes(mark), `${name} shows ${answer.text}`).toBe(false);
    }
    expect(await snapshot(things['tenants'] as string)).toEqual(before);
  });

  it('for an owner with ids of an own tenant, as a control: the same requests are answered', async () => {
    const refused: string[] = [];
    for (const [name, route, permission] of scoped) {
      if (!isAllowed(permission, 'owner', null)) continue;
      const answer = await reachFor(route, 'owner', planted.a);
      if (['not_found', 'forbidden', 'invalid_request'].includes(answer.type) || answer.status >= 500)
        refused.push(`${name}: ${answer.text}`);
    }
    expect(refused).toEqual([]);
  });

  it('for lists without a tenant: a client’s viewer sees its own company alone, an MSP all of its own', async () => {
    const lists = scoped.filter(([, route]) => route.method === 'get' && !/:/.test(route.path));
    expect(lists.length).toBeGreaterThan(5);
    let seen = 0;
    for (const [name, route, permission] of lists) {
      for (const role of ['owner', 'client_viewer'] as const) {
        if (!isAllowed(permission, role, null)) continue;
        const answer = await read(await api.as(role)('GET', route.path));
        expect(answer.text.includes('foreign'), `${name} as ${role}`).toBe(false);
        if (role === 'client_viewer') expect(answer.text.includes('sister'), `${name} as ${role}`).toBe(false);
        else if (answer.text.includes('sister')) seen += 1;
      }
    }
    expect(seen, 'a control: the owner does see the sister company').toBeGreaterThan(3);
  });
});

describe('an integration token', () => {
  it('is for one purpose, and for the tenant it was made in', async () => {
    const token = formatToken('ingest', randomBytes(32));
    await db.admin.query(sql.unsafe`
      insert into integration_tokens (tenant_id, token_hash, name, purpose)
      values (${tenants.b}::uuid, ${sql.binary(Buffer.from(tokenHash(token)))}, 'b', 'ingest')`);
    const authorization = `Bearer ${token}`;
    const before = await snapshot(tenants.a);
    for (const path of ['/integrations/alertmanager', '/integrations/trivy?hostname=host-own']) {
      expect((await api.anonymous('POST', path, {}, { authorization })).status).toBe(403);
    }
    expect((await api.anonymous('GET', '/alerts', undefined, { authorization })).status).toBe(401);
    const sample = { sampled_at: new Date(clock.now()).toISOString(), cpu_pct: 1 };
    const response = await api.anonymous(
      'POST',
      '/ingest',
      { batch_id: 'batch-0001', entries: [{ kind: 'metrics', hostname: 'host-own', sample }] },
      { authorization },
    );
    expect(await response.json()).toEqual({ accepted: 0, duplicate: false, unknown_hosts: ['host-own'] });
    expect(await snapshot(tenants.a)).toEqual(before);
  });
});
