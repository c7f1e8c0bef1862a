import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'slonik';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLivenessActivities } from '../../src/activities/liveness.ts';
import { createTrustScoreActivities } from '../../src/activities/trustScores.ts';
import { listCockpit } from '../../src/db/cockpit.ts';
import { findChangedGroups, listGroupsToCheck } from '../../src/db/groupMembership.ts';
import { beatPresence } from '../../src/db/presence.ts';
import { withMsp, withSystem } from '../../src/db/scope.ts';
import { gatherTrustScoreInputs } from '../../src/db/trustScores.ts';
import { type ChainEntry, verifyChain } from '../../src/domain/auditChain.ts';
import { eatAction } from '../../src/domain/eat.ts';
import { inventory } from '../../src/domain/ingest.ts';
import { maintenanceSchedule } from '../../src/domain/maintenanceSchedule.ts';
import { createPartySchema } from '../../src/domain/party.ts';
import { isAllowed, PERMISSION_NAMES } from '../../src/domain/permissions.ts';
import { tagRule } from '../../src/domain/tagRule.ts';
import { tokenHash } from '../../src/domain/token.ts';
import { recomputeTrustScore } from '../../src/domain/trustScore.ts';
import { webhookSealContext } from '../../src/domain/webhook.ts';
import { businessIds } from '../../src/platform/businessIds.ts';
import { webhookSealKey } from '../../src/platform/embedded/secrets.ts';
import { isPassword } from '../../src/platform/passwordHash.ts';
import { createSeal } from '../../src/platform/seal.ts';
import { totpSealContext } from '../../src/platform/totpCode.ts';
import { readDemoFile, writeDemoFile } from '../../src/workers/demo/file.ts';
import { seedDemo } from '../../src/workers/seedDemo.ts';
import { brokenInvoiceRules } from '../support/peppolRules.ts';
import { createTestDatabase } from '../support/postgres.ts';

const SEAL_KEY = 'ab'.repeat(32);
const db = await createTestDatabase();
const folder = await mkdtemp(join(tmpdir(), 'monsys-seed-'));
const path = join(folder, 'demo-secrets.json');
afterAll(() => rm(folder, { recursive: true, force: true }));

let seedMs = 0;
let isNew = false;
beforeAll(async () => {
  const started = performance.now();
  isNew = await seedDemo({ uri: db.uri('postgres'), sealKeyHex: SEAL_KEY, path });
  seedMs = performance.now() - started;
});

async function file() {
  const read = await readDemoFile(path);
  if (read === null) throw new Error('no file');
  return read;
}

function cockpit(mspId: string) {
  return withMsp(db.app, mspId, (tx) =>
    listCockpit(tx, { mspId, urgencyGreaterThan: null, search: null, sort: '-urgency', after: null, limit: 100 }),
  );
}

describe('the demonstration', () => {
  it('is told within seconds', () => {
    expect(isNew).toBe(true);
    expect(seedMs).toBeLessThan(15_000);
  });

  it('keeps its secrets in a file that only its owner can read', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('has the people, tenants and hosts that the contract names', async () => {
    const { users, tenants, agents, real_agents, msp } = await file();
    const count = (role: string) => users.filter((user) => user.role === role).length;
    expect(count('owner')).toBe(1);
    expect(count('admin')).toBeGreaterThanOrEqual(3);
    expect([count('operator'), count('analyst'), count('viewer'), count('auditor')]).toEqual([1, 1, 1, 1]);
    expect(users.filter((user) => user.role === 'client_viewer').map((user) => user.tenant_id)).toEqual([
      tenants[0]?.id,
      tenants[1]?.id,
    ]);
    expect(msp.email_domain).toBe('yourmsp.com');
    expect(tenants).toHaveLength(12);
    expect(tenants[0]).toMatchObject({ slug: 'acme', name: 'ACME' });
    expect(agents.filter((agent) => !agent.real)).toHaveLength(120);
    expect(new Set(real_agents.map((agent) => agent.tenant_id)).size).toBe(3);
  });

  it('stores every proof as the API checks it', async () => {
    const { users } = await file();
    const rows = await db.admin.any(
      sql.type(
        z.object({
          id: z.string(),
          password_hash: z.string(),
          totp: z.instanceof(Buffer),
          token: z.instanceof(Buffer),
          scopes: z.array(z.string()),
        }),
      )`select u.id, password_hash, totp_secret_sealed as totp, token_hash as token, scopes from users u join api_tokens t on t.user_id = u.id`,
    );
    for (const user of users) {
      const row = rows.find(({ id }) => id === user.id);
      expect(await isPassword(user.password, row?.password_hash ?? null)).toBe(true);
      expect(row?.password_hash).toContain('$argon2id$');
      expect(
        createSeal(SEAL_KEY)
          .open(row?.totp as Buffer, totpSealContext(user.id))
          .toString(),
      ).toBe(user.totp_secret);
      expect(row?.token.equals(Buffer.from(tokenHash(user.api_token)))).toBe(true);
      expect(row?.scopes).toEqual(PERMISSION_NAMES.filter((name) => isAllowed(name, user.role, null)));
    }
  });

  it('has invoices of the closed months, numbered without gaps, that the published rules accept', async () => {
    const rows = await db.admin.any(
      sql.type(z.object({ number: z.string(), month: z.string(), xml: z.string(), slug: z.string() }))`
        select number, month, xml, 'operator' as slug from msp_invoices union all
        select i.number, i.month, i.xml, t.slug from tenant_invoices i join tenants t on t.id = i.tenant_id order by 1`,
    );
    const places = (prefix: string) =>
      rows.filter(({ number }) => number.startsWith(prefix)).map(({ number }) => number.slice(prefix.length));
    // Two clients are younger than the first of these months.
    expect(places('HUB-')).toHaveLength(3);
    expect(places('YM-').length).toBeGreaterThanOrEqual(30);
    const years = Map.groupBy(places('YM-'), (place) => place.slice(0, 4));
    for (const ofYear of years.values())
      expect(ofYear.map((place) => Number(place.slice(5)))).toEqual(ofYear.map((_, index) => index + 1));
    const parties = await db.admin.any(
      sql.type(z.object({ party: createPartySchema(businessIds) }))`
        select party from tenant_invoicing union all select party from msp_invoicing`,
    );
    expect(parties, 'each as the API would take it').toHaveLength(13);
    const last = rows.reduce((month, row) => (row.month > month ? row.month : month), '');
    const ofLast = rows.filter(({ month }) => month === last);
    const broken = await brokenInvoiceRules(ofLast.map(({ xml }) => xml));
    expect(ofLast.flatMap(({ slug }, index) => (broken[index] ?? []).map((rule) => `${slug}: ${rule}`))).toEqual([]);
  }, 300_000);

  it('leaves two to five tenants above 50 and the others spread below', async () => {
    const rows = await cockpit((await file()).msp.id);
    expect(rows).toHaveLength(12);
    const hot = rows.filter((row) => row.urgency > 50);
    expect(hot.length).toBeGreaterThanOrEqual(2);
    expect(hot.length).toBeLessThanOrEqual(5);
    expect(new Set(rows.map((row) => Math.round(row.urgency / 5))).size).toBeGreaterThanOrEqual(6);
    expect(rows[0]?.slug).toBe('acme');
    expect(rows.filter((row) => row.kev_open_cves > 0).length).toBeGreaterThanOrEqual(4);
    expect(rows.every((row) => row.trust_score !== null)).toBe(true);
  });

  it('moves every score little within a day, but for one that drops by about twelve', async () => {
    const rows = await cockpit((await file()).msp.id);
    const drops = rows.filter((row) => row.trust_score_delta_24h < -9);
    expect(drops.map((row) => row.slug)).toEqual(['globex']);
    expect(drops[0]?.trust_score_delta_24h).toBeGreaterThan(-16);
    for (const row of rows.filter(({ slug }) => slug !== 'globex'))
      expect(Math.abs(row.trust_score_delta_24h), row.slug).toBeLessThanOrEqual(6);
  });

  it('ends its history exactly where the live pass goes on', async () => {
    const last = await db.admin.any(sql.type(
      z.object({ tenant_id: z.string(), inputs: z.string(), inputs_hash: z.string(), score: z.number() }),
    )`
      select distinct on (tenant_id) tenant_id, inputs, encode(inputs_hash, 'hex') as inputs_hash, score from trust_scores order by tenant_id, computed_at desc`);
    const live = await withSystem(db.core, (tx) =>
      gatherTrustScoreInputs(tx, { at: '2026-01-01T00:00:00.000Z', afterTenantId: null, limit: 100 }),
    );
    expect(last).toHaveLength(12);
    for (const row of last) {
      const told = JSON.parse(row.inputs) as Record<string, unknown>;
      expect(recomputeTrustScore(row.inputs, row.inputs_hash)?.score).toBe(row.score);
      expect({ ...told, computed_at: null }).toEqual({
        ...live.find(({ tenant_id }) => tenant_id === row.tenant_id),
        computed_at: null,
      });
    }
  });

  it('is left alone by the live passes', async () => {
    await beatPresence(db.app);
    // As if the hub had been listening for ten minutes in which no demonstration host said a word.
    await db.admin.query(sql.unsafe`update hub_presence set hearing_since = now() - interval '10 minutes'`);
    await db.admin.query(sql.unsafe`update agents set last_seen_at = last_seen_at - interval '10 minutes'`);
    const mspId = (await file()).msp.id;
    const before = await cockpit(mspId);
    expect(await createLivenessActivities({ pool: db.core }).checkLiveness()).toEqual({
      marked: 0,
      raised: 0,
      cleared: 0,
    });
    await createTrustScoreActivities({ pool: db.core }).snapshotTrustScores(
      new Date(Date.now() + 1_800_000).toISOString(),
    );
    const after = await cockpit(mspId);
    for (const row of after) {
      const old = before.find(({ slug }) => slug === row.slug);
      expect(Math.abs((row.trust_score ?? 0) - (old?.trust_score ?? 0)), row.slug).toBeLessThan(1);
      expect(row.agents_offline).toBe(old?.agents_offline);
    }
    const [stale] = await db.admin.any(sql.type(z.object({ count: z.number() }))`
      select count(*) as count from agents where link_state = 'online' and last_seen_at < now() - interval '90 seconds'`);
    expect(stale?.count).toBe(0);
  });

  it('follows the weights of a young tenant', async () => {
    const rows = await db.admin.any(sql.type(z.object({ slug: z.string(), weight: z.number() }))`
      select distinct on (slug) slug, (components -> 'evidence_continuity' ->> 'weight')::float8 as weight
      from trust_scores join tenants on tenants.id = tenant_id where slug in ('acme', 'alpine-dairy', 'brightside') order by slug, computed_at desc`);
    expect(rows).toEqual([
      { slug: 'acme', weight: 10 },
      { slug: 'alpine-dairy', weight: 5 },
      { slug: 'brightside', weight: 0 },
    ]);
  });

  it('chains its audit log', async () => {
    const entry = z.object({ chain_id: z.string(), hash: z.string() }).loose();
    const rows = await db.admin.any(sql.type(entry)`
      select chain_id, seq, msp_id, tenant_id, event_type, actor_kind, actor_user_id, actor_email, impersonation_id, event_data, occurred_at, encode(hash, 'hex') as hash
      from audit_log order by chain_id, seq`);
    const chains = new Map<string, (ChainEntry & { hash: string })[]>();
    for (const row of rows) chains.set(row.chain_id, [...(chains.get(row.chain_id) ?? []), row as never]);
    expect(chains.size).toBe(13);
    const heads = await db.admin.any(sql.type(z.object({ chain_id: z.string(), hash: z.string() }))`
      select chain_id, encode(hash, 'hex') as hash from audit_chain_heads`);
    for (const [id, entries] of chains)
      expect(verifyChain(entries)).toEqual({
        kind: 'intact',
        head: heads.find(({ chain_id }) => chain_id === id)?.hash,
      });
  });

  it('tells its audit log in the order of time, up to now and no further', async () => {
    const [row] = await db.admin.any(sql.type(
      z.object({ backward: z.number(), future: z.number(), kinds: z.number() }),
    )`
      select count(*) filter (where occurred_at < before) as backward, count(*) filter (where occurred_at > now()) as future, count(distinct event_type) as kinds
      from (select *, lag(occurred_at) over (partition by chain_id order by seq) as before from audit_log) as entries`);
    expect(row).toMatchObject({ backward: 0, future: 0 });
    expect(row?.kinds).toBeGreaterThanOrEqual(20);
  });

  it('has groups whose members are whom the rules mean, asked after those that a visitor makes', async () => {
    const { tenants } = await file();
    const rows = await db.admin.any(
      sql.type(
        z.object({
          slug: z.string(),
          name: z.string(),
          rule: z.unknown(),
          priority: z.number(),
          member_count: z.number(),
        }),
      )`select t.slug, g.name, g.rule, g.priority, g.member_count from groups g join tenants t on t.id = g.tenant_id`,
    );
    expect(rows.length).toBeGreaterThanOrEqual(12);
    for (const row of rows) {
      tagRule.parse(row.rule);
      expect(row.member_count, `${row.slug}: ${row.name}`).toBeGreaterThan(0);
      // The priority that a group has where nobody says another, and the name that docs/groups.md gives one.
      expect(row.priority).toBeGreaterThan(100);
      expect(row.name.toLowerCase()).not.toBe('production-eu');
    }
    const rule = { all_of: [{ tag: 'production' }, { tag: 'eu-west-1' }] };
    expect(rows.filter(({ slug }) => slug === 'acme').map((row) => row.rule)).toContainEqual(rule);
    const withGroups = new Set(rows.map(({ slug }) => slug));
    expect(tenants.filter(({ slug }) => !withGroups.has(slug)).length, 'clients without a group').toBeGreaterThan(0);
    const changed = await withSystem(db.core, async (tx) =>
      findChangedGroups(tx, await listGroupsToCheck(tx, null, 100)),
    );
    expect(changed, 'what the pass would change').toEqual([]);
  });

  it('looks the same on every day of the week: no open alert waits for office hours', async () => {
    const rows = await db.admin.any(sql.type(z.object({ policy: z.string(), calendar: z.string(), count: z.number() }))`
      select sla ->> 'policy_name' as policy, sla -> 'calendar' ->> 'kind' as calendar, count(*) as count from alerts
      where status = 'open' group by 1, 2`);
    expect(new Set(rows.map(({ calendar }) => calendar))).toEqual(new Set(['24x7']));
    expect(rows.map(({ policy }) => policy)).toContain('Gold 24x7');
  });

  it('sends nothing to anybody: its webhook is off, and every delivery is over', async () => {
    const rows = await db.admin.any(sql.type(
      z.object({
        url: z.string(),
        is_active: z.boolean(),
        deliveries: z.number(),
        waiting: z.number(),
        bodies: z.unknown(),
      }),
    )`
      select url, w.is_active, count(*) as deliveries, count(*) filter (where status <> 'delivered') as waiting, (array_agg(d.body::json))[1] as bodies
      from webhooks w join webhook_deliveries d on d.webhook_id = w.id group by 1, 2`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ is_active: false, waiting: 0 });
    expect(new URL(rows[0]?.url ?? '').hostname).toMatch(/\.example$/);
    expect(rows[0]?.deliveries).toBeGreaterThan(20);
    expect(rows[0]?.bodies).toMatchObject({ alert: { number: expect.any(Number), hostname: expect.any(String) } });
    const [secret] = await db.admin.any(
      sql.type(z.object({ id: z.string(), sealed: z.instanceof(Buffer) }))`
        select webhook_id as id, sealed from webhook_secrets`,
    );
    const seal = createSeal(webhookSealKey(SEAL_KEY));
    expect(seal.open(secret?.sealed as Buffer, webhookSealContext(secret?.id as string)).toString()).toMatch(/^whsec_/);
  });

  it('plans maintenance that hides none of its trouble', async () => {
    const rows = await db.admin.any(sql.type(z.object({ slug: z.string(), schedule: z.unknown(), ahead: z.number() }))`
      select t.slug, w.schedule, (select count(*) from maintenance_periods p where p.window_id = w.id and p.ends_at > now()) as ahead
      from maintenance_windows w join tenants t on t.id = w.tenant_id`);
    for (const { schedule } of rows) maintenanceSchedule.parse(schedule);
    expect(rows.filter(({ ahead }) => ahead > 0).length).toBeGreaterThanOrEqual(2);
    expect(rows.filter(({ ahead }) => ahead === 0).length).toBeGreaterThanOrEqual(2);
    const hot = (await cockpit((await file()).msp.id)).filter((row) => row.urgency > 50);
    const inTrouble = new Set<string | null>(hot.map(({ slug }) => slug));
    expect(rows.filter(({ slug, ahead }) => ahead > 0 && inTrouble.has(slug))).toEqual([]);
  });

  it('tells of restores that two admins approved, none of them the one who asked', async () => {
    const rows = await db.admin.any(sql.type(
      z.object({ state: z.string(), approvers: z.number(), own: z.number(), tokens: z.number(), evidence: z.number() }),
    )`
      select q.state, count(d.user_id) filter (where d.decision = 'approve') as approvers, count(*) filter (where d.user_id = q.requested_by) as own,
        (select count(*) from eats e where e.quorum_request_id = q.id) as tokens,
        (select count(*) from audit_log a where a.event_type = 'emergency_quorum_approved' and a.event_data ->> 'request_id' = q.id::text) as evidence
      from quorum_requests q join quorum_decisions d on d.request_id = q.id group by q.id`);
    const approved = rows.filter(({ state }) => state === 'approved');
    expect(approved.length).toBeGreaterThanOrEqual(3);
    for (const row of approved) expect(row).toMatchObject({ approvers: 2, own: 0, tokens: 1, evidence: 1 });
    expect(rows.filter(({ state }) => state === 'rejected')).toMatchObject([{ approvers: 0, own: 0, tokens: 0 }]);
    const actions = await db.admin.any(sql.type(z.object({ action: z.unknown() }))`
      select distinct jsonb_array_elements(actions) as action from eats`);
    for (const { action } of actions) eatAction.parse(action);
  });

  it('gives hosts inventories that an agent could have sent', async () => {
    const rows = await db.admin.any(sql.type(z.object({ document: z.unknown() }))`select document from inventories`);
    expect(rows).toHaveLength(120);
    for (const { document } of rows) inventory.parse(document);
  });

  it('opens and closes kernel CVEs with their times', async () => {
    const [row] = await db.admin.any(sql.type(z.object({ open: z.number(), patched: z.number(), odd: z.number() }))`
      select count(*) filter (where patched_at is null) as open, count(*) filter (where patched_at is not null) as patched,
        count(*) filter (where patched_at <= detected_at or patched_at > now()) as odd from agent_cves`);
    expect(row?.open).toBeGreaterThan(500);
    expect(row?.patched).toBeGreaterThan(500);
    expect(row?.odd).toBe(0);
  });

  it('marks everything it tells as demonstration', async () => {
    const [row] = await db.admin.any(sql.type(z.object({ count: z.number() }))`
      select (select count(*) from tenants where not is_demo) + (select count(*) from agents where not is_demo) + (select count(*) from alerts where not is_demo)
        + (select count(*) from eats where not is_demo) + (select count(*) from audit_packs where not is_demo) as count`);
    expect(row?.count).toBe(0);
  });
});

describe('another run', () => {
  it('changes nothing in a seeded database', async () => {
    const before = await readFile(path, 'utf8');
    expect(await seedDemo({ uri: db.uri('postgres'), sealKeyHex: SEAL_KEY, path })).toBe(false);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('uses the secrets of a file that is there', async () => {
    const other = await createTestDatabase();
    const { stdout } = await promisify(execFile)(process.execPath, ['src/workers/seedDemo.ts', '--file', path], {
      env: { ...process.env, DATABASE_URL: other.uri('postgres'), MONSYS_SEAL_KEY: SEAL_KEY },
    });
    expect(stdout).toBe('seeded the demonstration\n');
    const rows = await other.admin.any(sql.type(z.object({ id: z.string() }))`select id from users order by id`);
    expect(rows.map(({ id }) => id)).toEqual((await file()).users.map(({ id }) => id).toSorted());
  });

  it('makes one demonstration of two runs at once', async () => {
    const other = await createTestDatabase();
    const run = () => seedDemo({ uri: other.uri('postgres'), sealKeyHex: SEAL_KEY, path: join(folder, 'raced.json') });
    expect(new Set(await Promise.all([run(), run()]))).toEqual(new Set([true, false]));
  });

  it('refuses a role that row-level security binds, and a file of another kind', async () => {
    const other = await createTestDatabase();
    await expect(seedDemo({ uri: other.uri('monsys_core'), sealKeyHex: SEAL_KEY, path })).rejects.toThrow(
      'row-level security',
    );
    const odd = join(folder, 'odd.json');
    await writeDemoFile(odd, { ...(await file()), users: [] });
    await expect(seedDemo({ uri: other.uri('postgres'), sealKeyHex: SEAL_KEY, path: odd })).rejects.toThrow(
      'move it away',
    );
  });
});
