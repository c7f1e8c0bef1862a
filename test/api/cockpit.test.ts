import { randomBytes, randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { urgency } from '../../src/domain/urgency.ts';
import { createTestApi, insertUser } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { waitUntil } from '../support/processes.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const { tenants } = api;

const KEV = ['CVE-2022-0847', 'CVE-2024-1086'] as const;
const OTHER_CVES = ['CVE-2023-1111', 'CVE-2023-2222'] as const;
for (const cve of KEV) {
  await db.admin.query(sql.unsafe`
    insert into kev_entries (cve_id, vendor, product, name, date_added, ransomware)
    values (${cve}, 'Linux', 'Kernel', ${cve}, '2024-01-01', ${cve === 'CVE-2024-1086'})`);
}

type Fleet = {
  readonly agents: readonly { readonly active: boolean; readonly online: boolean }[];
  readonly alerts: readonly { readonly severity: string; readonly status: string; readonly dueInMinutes: number }[];
  readonly cves: readonly { readonly agent: number; readonly cve: string; readonly patched: boolean }[];
  readonly scores: readonly { readonly hoursAgo: number; readonly score: number }[];
  readonly eats: readonly {
    readonly expiredMinutesAgo: number;
    readonly answered: boolean;
    readonly acknowledged: boolean;
  }[];
};

const fleet: fc.Arbitrary<Fleet> = fc.record({
  agents: fc.array(fc.record({ active: fc.boolean(), online: fc.boolean() }), { minLength: 1, maxLength: 4 }),
  alerts: fc.array(
    fc.record({
      severity: fc.constantFrom('critical', 'high', 'medium', 'low', 'info'),
      status: fc.constantFrom('open', 'open', 'acknowledged', 'resolved'),
      // Never within a minute of a boundary: the statement's clock is a moment later than the test's.
      dueInMinutes: fc.integer({ min: -5000, max: 5000 }).map((minutes) => minutes + 0.5),
    }),
    { maxLength: 12 },
  ),
  cves: fc.array(
    fc.record({ agent: fc.nat({ max: 3 }), cve: fc.constantFrom(...KEV, ...OTHER_CVES), patched: fc.boolean() }),
    { maxLength: 8 },
  ),
  scores: fc.array(
    fc.record({
      hoursAgo: fc.integer({ min: 0, max: 100 }).map((hours) => hours + 0.5),
      score: fc.integer({ min: 0, max: 10_000 }).map((n) => n / 100),
    }),
    { maxLength: 6 },
  ),
  eats: fc.array(
    fc.record({
      expiredMinutesAgo: fc.integer({ min: -50, max: 50 }).map((minutes) => minutes + 0.5),
      answered: fc.boolean(),
      acknowledged: fc.boolean(),
    }),
    { maxLength: 5 },
  ),
});

const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

async function insertFleet(tenantId: string, f: Fleet): Promise<string[]> {
  const agentIds: string[] = [];
  for (const [index, agent] of f.agents.entries()) {
    const id = randomUUID();
    agentIds.push(id);
    await db.admin.query(sql.unsafe`
      insert into agents (id, tenant_id, hostname, public_key, is_active, link_state, agent_version)
      values (${id}::uuid, ${tenantId}::uuid, ${`host-${index}`}, ${sql.binary(randomBytes(32))}, ${agent.active}, ${agent.online ? 'online' : 'offline'}, '1')`);
  }
  for (const [index, alert] of f.alerts.entries()) {
    await db.admin.query(sql.unsafe`
      insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, status, opened_at, last_occurred_at, sla_due_at, resolved_at)
      values (${tenantId}::uuid, ${index + 1}, ${agentIds[0] as string}::uuid, 'rule', ${`f${index}`}, ${alert.severity}, ${`alert ${index}`}, ${alert.status},
        ${ago(6000)}::timestamptz, now(), ${ago(-alert.dueInMinutes)}::timestamptz, ${alert.status === 'resolved' ? ago(0) : null}::timestamptz)`);
  }
  for (const cve of f.cves) {
    const agentId = agentIds[cve.agent % agentIds.length] as string;
    await db.admin.query(sql.unsafe`
      insert into agent_cves (tenant_id, agent_id, source, package, cve_id, installed_version, fixed_version, detected_at, patched_at)
      values (${tenantId}::uuid, ${agentId}::uuid, 'kernel', 'linux', ${cve.cve}, '5.15.20', '5.15.25', now(), ${cve.patched ? ago(0) : null}::timestamptz)
      on conflict do nothing`);
  }
  for (const score of f.scores) {
    await db.admin.query(sql.unsafe`
      insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
      values (${tenantId}::uuid, ${ago(score.hoursAgo * 60)}::timestamptz, ${score.score}, '{}', '1.2', '{}', ${sql.binary(randomBytes(32))}) on conflict do nothing`);
  }
  for (const eat of f.eats) {
    await db.admin.query(sql.unsafe`
      insert into eats (nonce, tenant_id, agent_id, level, actions, reason, issued_at, expires_at, outcome, result_at, acknowledged_at)
      values (${randomUUID()}::uuid, ${tenantId}::uuid, ${agentIds[0] as string}::uuid, 3, '[]', 'test', ${ago(100)}::timestamptz, ${ago(eat.expiredMinutesAgo)}::timestamptz,
        ${eat.answered ? 'succeeded' : null}, ${eat.answered ? ago(1) : null}::timestamptz, ${eat.acknowledged ? ago(1) : null}::timestamptz)`);
  }
  return agentIds;
}

/** The six terms from the raw rows, read row by row and counted here: shares nothing with the statement under test. */
async function recompute(tenantId: string): Promise<Parameters<typeof urgency>[0]> {
  const rows = <S extends z.ZodType>(schema: S, text: ReturnType<typeof sql.fragment>) =>
    db.admin.any(sql.type(schema)`${text}`);
  const id = sql.fragment`${tenantId}::uuid`;
  const now = Date.now();
  const alerts = (
    await rows(
      z.object({ severity: z.string(), status: z.string(), sla_due_at: z.string() }),
      sql.fragment`select severity, status, sla_due_at from alerts where tenant_id = ${id}`,
    )
  ).filter((alert) => alert.status === 'open');
  const agents = await rows(
    z.object({ id: z.string(), is_active: z.boolean() }),
    sql.fragment`select id, is_active from agents where tenant_id = ${id}`,
  );
  const active = new Set(agents.filter((agent) => agent.is_active).map((agent) => agent.id));
  const cves = await rows(
    z.object({ agent_id: z.string(), cve_id: z.string(), patched_at: z.string().nullable() }),
    sql.fragment`select agent_id, cve_id, patched_at from agent_cves where tenant_id = ${id}`,
  );
  const scores = (
    await rows(
      z.object({ computed_at: z.string(), score: z.number() }),
      sql.fragment`select computed_at, score from trust_scores where tenant_id = ${id}`,
    )
  ).toSorted((a, b) => Date.parse(b.computed_at) - Date.parse(a.computed_at));
  const eats = await rows(
    z.object({ expires_at: z.string(), outcome: z.string().nullable(), acknowledged_at: z.string().nullable() }),
    sql.fragment`select expires_at, outcome, acknowledged_at from eats where tenant_id = ${id}`,
  );
  const dayOld = scores.find((score) => now - Date.parse(score.computed_at) >= 86_400_000);
  return {
    open_critical: alerts.filter((alert) => alert.severity === 'critical').length,
    open_high: alerts.filter((alert) => alert.severity === 'high').length,
    sla_breach_minutes: alerts.reduce(
      (sum, alert) => sum + Math.max(0, Math.floor((now - Date.parse(alert.sla_due_at)) / 60_000)),
      0,
    ),
    kev_open_cves: new Set(
      cves
        .filter(
          (cve) =>
            cve.patched_at === null && active.has(cve.agent_id) && (KEV as readonly string[]).includes(cve.cve_id),
        )
        .map((cve) => cve.cve_id),
    ).size,
    trust_score_delta_24h: scores[0] && dayOld ? scores[0].score - dayOld.score : 0,
    overdue_eats: eats.filter(
      (eat) => eat.outcome === null && eat.acknowledged_at === null && Date.parse(eat.expires_at) < now,
    ).length,
  };
}

async function clear(): Promise<void> {
  await db.admin.query(sql.unsafe`truncate alerts, agent_cves, trust_scores, eats, agents cascade`);
}

type Row = {
  tenant: { id: string; name: string };
  urgency: number;
  urgency_terms: Parameters<typeof urgency>[0];
  trust_score: { current: number | null; delta_24h: number; sparkline: (number | null)[] };
  top_alert: null | { title: string; severity: string; host: string; age_minutes: number; sla_state: string };
  top_kernel_cve: null | { id: string; kev: boolean; hosts: number; fixed_version: string | null };
  agents: { active: number; offline: number };
};
async function cockpit(query = ''): Promise<{ items: Row[]; next_cursor: string | null }> {
  const response = await api.as('admin')('GET', `/msp/cockpit${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { items: Row[]; next_cursor: string | null };
}

beforeEach(clear);

describe('GET /msp/cockpit', () => {
  it('gives the urgency that an independent count of the raw tables gives, whatever the fleets', async () => {
    await fc.assert(
      fc.asyncProperty(fleet, fleet, async (fleetA, fleetB) => {
        await clear();
        await insertFleet(tenants.a, fleetA);
        await insertFleet(tenants.b, fleetB);
        const { items } = await cockpit();
        expect(items).toHaveLength(2);
        for (const item of items) {
          const expected = await recompute(item.tenant.id);
          for (const name of Object.keys(expected) as (keyof typeof expected)[]) {
            expect(item.urgency_terms[name], name).toBeCloseTo(expected[name], 6);
          }
          expect(item.urgency).toBeCloseTo(urgency(expected), 6);
        }
        expect(items.map((item) => item.urgency)).toEqual(items.map((item) => item.urgency).toSorted((a, b) => b - a));
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  const calm: Fleet = { agents: [{ active: true, online: true }], alerts: [], cves: [], scores: [], eats: [] };

  it('isolates the morning’s work with urgency_gt, and a falling score is urgent', async () => {
    await insertFleet(tenants.a, {
      ...calm,
      scores: [
        { hoursAgo: 30, score: 90 },
        { hoursAgo: 1, score: 60 },
      ],
    });
    await insertFleet(tenants.b, calm);
    expect((await cockpit()).items.map((item) => item.urgency)).toEqual([60, 0]);
    expect((await cockpit('?urgency_gt=50')).items.map((item) => item.tenant.name)).toEqual(['ACME']);
    expect((await cockpit('?urgency_gt=60')).items).toEqual([]);
  });

  it('shows the worst and oldest open alert, and the kernel CVE that is known to be exploited first', async () => {
    await insertFleet(tenants.a, {
      ...calm,
      agents: [
        { active: true, online: true },
        { active: true, online: false },
        { active: false, online: false },
      ],
      alerts: [
        { severity: 'high', status: 'open', dueInMinutes: 10.5 },
        { severity: 'critical', status: 'resolved', dueInMinutes: 10.5 },
        { severity: 'critical', status: 'open', dueInMinutes: -30.5 },
      ],
      cves: [
        { agent: 0, cve: 'CVE-2023-1111', patched: false },
        { agent: 1, cve: 'CVE-2023-1111', patched: false },
        { agent: 1, cve: 'CVE-2022-0847', patched: false },
        { agent: 2, cve: 'CVE-2024-1086', patched: false },
      ],
    });
    const acme = (await cockpit()).items.find((item) => item.tenant.name === 'ACME') as Row;
    expect(acme.top_alert).toMatchObject({
      title: 'alert 2',
      severity: 'critical',
      host: 'host-0',
      sla_state: 'breached',
    });
    // CVE-2024-1086 is open on a deactivated host only, so it does not count.
    expect(acme.top_kernel_cve).toEqual({
      id: 'CVE-2022-0847',
      kev: true,
      hosts: 1,
      fixed_version: '5.15.25',
      fixed_versions: ['5.15.25'],
    });
    expect(acme.agents).toEqual({ active: 2, offline: 1 });
    expect(acme.urgency_terms.kev_open_cves).toBe(1);
  });

  it('falls back to the kernel CVE on most hosts when none is known to be exploited', async () => {
    await insertFleet(tenants.a, {
      ...calm,
      agents: [
        { active: true, online: true },
        { active: true, online: true },
      ],
      cves: [
        { agent: 0, cve: 'CVE-2023-2222', patched: false },
        { agent: 0, cve: 'CVE-2023-1111', patched: false },
        { agent: 1, cve: 'CVE-2023-1111', patched: false },
      ],
    });
    const acme = (await cockpit('?q=acm')).items[0] as Row;
    expect(acme.top_kernel_cve).toMatchObject({ id: 'CVE-2023-1111', kev: false, hosts: 2 });
  });

  it('draws fourteen daily points, oldest first, empty before the first score', async () => {
    await insertFleet(tenants.a, {
      ...calm,
      scores: [
        { hoursAgo: 60, score: 70 },
        { hoursAgo: 1, score: 80 },
      ],
    });
    const acme = (await cockpit('?q=acme')).items[0] as Row;
    expect(acme.trust_score.sparkline).toEqual([...Array<null>(11).fill(null), 70, 70, 80]);
    expect(acme.trust_score).toMatchObject({ current: 80, delta_24h: 10 });
  });

  it('pages without repeating or losing a tenant, in every order', async () => {
    await insertFleet(tenants.a, { ...calm, eats: [{ expiredMinutesAgo: 5.5, answered: false, acknowledged: false }] });
    for (const [sort, expected] of [
      ['-urgency', ['ACME', 'Globex']],
      ['urgency', ['Globex', 'ACME']],
      ['name', ['ACME', 'Globex']],
      ['-name', ['Globex', 'ACME']],
    ] as const) {
      const first = await cockpit(`?sort=${sort}&limit=1`);
      const second = await cockpit(`?sort=${sort}&limit=1&cursor=${first.next_cursor}`);
      expect([...first.items, ...second.items].map((item) => item.tenant.name)).toEqual(expected);
      expect(second.next_cursor).toBeNull();
    }
  });

  it('searches literally (a % is not a wildcard)', async () => {
    expect((await cockpit('?q=%25')).items).toEqual([]);
    expect((await cockpit('?q=GLOB')).items.map((item) => item.tenant.name)).toEqual(['Globex']);
  });

  it('never shows a tenant of another MSP, not even by its id', async () => {
    expect((await cockpit()).items.map((item) => item.tenant.id)).not.toContain(tenants.other);
    const named = await cockpit(`?tenant_ids=${tenants.other},${tenants.b}`);
    expect(named.items.map((item) => item.tenant.id)).toEqual([tenants.b]);
  });

  it('refuses the client’s people, a foreign cursor and a wrong sort', async () => {
    expect((await api.as('client_viewer')('GET', '/msp/cockpit')).status).toBe(403);
    expect((await api.as('admin')('GET', '/msp/cockpit?cursor=bm9wZQ')).status).toBe(400);
    expect((await api.as('admin')('GET', '/msp/cockpit?sort=urgency%20desc')).status).toBe(400);
  });
});

describe('GET /msp/cockpit/summary', () => {
  it('sums what the rows show, of the MSP’s own tenants alone', async () => {
    const alert = { status: 'open', dueInMinutes: 90.5 };
    const agents = [
      { active: true, online: true },
      { active: true, online: false },
    ];
    await insertFleet(tenants.a, {
      agents,
      alerts: Array.from({ length: 6 }, () => ({ ...alert, severity: 'critical' })),
      cves: [{ agent: 0, cve: KEV[0], patched: false }],
      scores: [],
      eats: [{ expiredMinutesAgo: 5.5, answered: false, acknowledged: false }],
    });
    await insertFleet(tenants.b, { agents, alerts: [{ ...alert, severity: 'high' }], cves: [], scores: [], eats: [] });
    await insertFleet(tenants.other, { agents, alerts: [], cves: [], scores: [], eats: [] });
    const ask = async (query = '') => (await api.as('viewer')('GET', `/msp/cockpit/summary${query}`)).json();
    expect(await ask()).toEqual({
      tenants: 2,
      tenants_above: 1,
      open_critical: 6,
      open_high: 1,
      tenants_with_kev: 1,
      kev_open_cves: 1,
      overdue_eats: 1,
      agents_offline: 2,
    });
    expect(await ask('?urgency_gt=66')).toMatchObject({ tenants_above: 0 });
  });

  it('refuses the client’s people', async () => {
    expect((await api.as('client_viewer')('GET', '/msp/cockpit/summary')).status).toBe(403);
  });
});

describe('GET /msp/cockpit/events', () => {
  it('tells of a tenant whose rows changed, and not of another MSP’s', async () => {
    const response = await api.as('viewer')('GET', '/msp/cockpit/events');
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    let text = '';
    const readUntil = async (pattern: RegExp): Promise<void> => {
      while (!pattern.test(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`stream ended: ${text}`);
        text += decoder.decode(value, { stream: true });
      }
    };
    await readUntil(/event: resync/);
    const touch = (tenantId: string) =>
      db.admin.query(sql.unsafe`
      insert into trust_scores (tenant_id, computed_at, score, components, formula_version, inputs, inputs_hash)
      values (${tenantId}::uuid, clock_timestamp(), 50, '{}', '1.2', '{}', ${sql.binary(randomBytes(32))})`);
    await touch(tenants.other);
    await touch(tenants.b);
    await readUntil(/event: tenants_changed\ndata: .*\n/);
    await reader.cancel();
    expect(text).toContain(tenants.b);
    expect(text).not.toContain(tenants.other);
  });
});

describe('GET /msp/cockpit/events, when the caller loses the right', () => {
  it('ends at once, on whichever instance it runs (a control: it was open before)', async () => {
    const person = await insertUser(db, api.msp.id, 'viewer', null);
    const response = await api.app.request('http://hub.test/api/v1/msp/cockpit/events', {
      headers: { authorization: `Bearer ${person.token}` },
    });
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('resync');
    const startedAt = performance.now();
    await db.admin.query(sql.unsafe`update users set is_active = false where id = ${person.id}::uuid`);
    for (;;) if ((await reader.read()).done) break;
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });
});

describe('GET /msp/cockpit/events, read slowly', async () => {
  let loops = 0;
  const slow = await createTestApi(db, {
    now: () => {
      loops += 1;
      return Date.now();
    },
  });

  it('tells at once what changed while an event was being written (nobody was there to be woken)', async () => {
    const response = await slow.as('viewer')('GET', '/msp/cockpit/events');
    const heard: string[] = [];
    const stop = slow.deps.events.on('cockpit', (tenantId) => heard.push(tenantId));
    const change = async (tenantId: string): Promise<void> => {
      await db.admin.query(sql.unsafe`select pg_notify('cockpit', ${tenantId})`);
      await waitUntil('the change is heard', () => heard.includes(tenantId));
    };
    const before = loops;
    await change(slow.tenants.a);
    // The stream looks at the clock once a round, right before it writes; without a reader that write waits.
    await waitUntil('the event is being written', () => loops > before);
    await change(slow.tenants.b);
    stop();
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    const decoder = new TextDecoder();
    const startedAt = performance.now();
    let text = '';
    while (!text.includes(slow.tenants.b)) text += decoder.decode((await reader.read()).value, { stream: true });
    await reader.cancel();
    expect(text.match(/tenants_changed/g)).toHaveLength(2);
    // The keep-alive would bring it after 15 s.
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
