/** Reports on demand over the API: every template, over all hosts or some, built by real workers and signed. */

import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { isPackSigValid, PACK_START, type PackManifest, parsePackSig, readPackLine } from '../../src/domain/pack.ts';
import { run } from '../../src/verify/run.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestHub } from '../support/hub.ts';
import { recordLastRun } from '../support/replay.ts';

const hub = await createTestHub();
const { a: acme, b: globex } = hub.api.tenants;
const admin = await hub.person('admin');
const client = await hub.person('client_viewer', acme);
const sister = await hub.person('client_viewer', globex);
const web = await registerTestAgent(hub.api, acme, 'web-prod-01');
const db = await registerTestAgent(hub.api, acme, 'db-prod-01');
const foreign = await registerTestAgent(hub.api, globex, 'globex-01');

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
// Over the turn of at least one month, so that no monthly pack has this period.
const PERIOD = { from: daysAgo(40), until: daysAgo(2) };

const group = randomUUID();
for (const statement of [
  sql.unsafe`update agents set tags = array['web'] where id = ${web.id}::uuid`,
  sql.unsafe`insert into groups (id, tenant_id, name, rule) values (${group}::uuid, ${acme}::uuid, 'web', '{"tag":"web"}')`,
  sql.unsafe`delete from group_members where tenant_id = ${acme}::uuid`,
  sql.unsafe`insert into group_members (tenant_id, group_id, agent_id) values (${acme}::uuid, ${group}::uuid, ${web.id}::uuid)`,
  // 30 alerts of one host, 20 of the other, every second one resolved by the admin; 7 lie outside the period.
  sql.unsafe`insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at, status, resolved_at, resolved_by)
    select ${acme}::uuid, 1000 + n, (case when n <= 30 then ${web.id} else ${db.id} end)::uuid, 'rule', 'report-' || n, 'high', 'Disk nearly full ' || n,
      at, at, at + interval '1 hour', 'resolved', at + interval '10 minutes', case when n % 2 = 0 then ${admin.id}::uuid end
    from (select n, (case when n <= 50 then ${daysAgo(20)} else ${daysAgo(60)} end)::timestamptz + n * interval '1 minute' as at from generate_series(1, 57) n) s`,
  sql.unsafe`insert into kernel_changes (tenant_id, agent_id, changed_at, from_release, to_release)
    select ${acme}::uuid, id::uuid, ${daysAgo(10)}::timestamptz, '6.1.0-1', '6.1.0-2' from unnest(array[${web.id}, ${db.id}]) id`,
])
  await hub.db.admin.query(statement);

const { public_key: hubKey } = await hub.db.admin.one(
  sql.type(z.object({ public_key: z.instanceof(Buffer) }))`select public_key from hub_keys`,
);
const folder = await mkdtemp(join(tmpdir(), 'monsys-reports-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
await writeFile(join(folder, 'hub.pub'), publicKeyPem(hubKey));
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function ask(body: Record<string, unknown>, by = admin): Promise<Response> {
  return by.call('POST', '/reports', { tenant_id: acme, ...PERIOD, ...body });
}

async function file(id: string, format: string, by = admin): Promise<{ status: number; bytes: Buffer }> {
  const response = await by.call('GET', `/reports/${id}/download?format=${format}`);
  return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()) };
}

type Built = { id: string; manifest: PackManifest; lines: readonly Record<string, unknown>[]; pdf: Buffer };

/** Builds, and checks everything that holds for every report, as an auditor would. */
async function build(body: Record<string, unknown>): Promise<Built> {
  const started = await ask(body);
  expect(started.status, await started.clone().text()).toBe(202);
  const { id, workflow_id } = (await started.json()) as { id: string; workflow_id: string };
  // A build that fails is repeated for hours; the test is not.
  await hub.client.withDeadline(Date.now() + 45_000, () => hub.client.workflow.getHandle(workflow_id).result());
  await recordLastRun(hub.client, hub.temporal.address, workflow_id, 'reportBuild');
  const progress = await (await admin.call('GET', `/reports/${id}`)).json();
  const sigFile = await file(id, 'sig');
  const sig = parsePackSig(sigFile.bytes.toString('utf8'));
  if (sig.kind !== 'ok') throw new Error(sig.fault);
  expect(isPackSigValid(sig.sig, hubKey)).toBe(true);
  const { manifest } = sig.sig;
  expect((await file(id, 'manifest')).bytes.toString('utf8')).toBe(sig.sig.manifestText);
  const [jsonl, pdf] = [await file(id, 'jsonl'), await file(id, 'pdf')];
  expect(sha256(jsonl.bytes)).toBe(manifest.files.jsonl.sha256);
  expect(sha256(pdf.bytes)).toBe(manifest.files.pdf.sha256);
  let cursor = PACK_START;
  const lines: Record<string, unknown>[] = [];
  for (const line of gunzipSync(jsonl.bytes).toString('utf8').trimEnd().split('\n')) {
    const read = readPackLine(Buffer.from(line, 'utf8'), cursor);
    if (read.kind !== 'ok') throw new Error(`line ${cursor.seq + 1}: ${read.fault}`);
    cursor = read.next;
    lines.push(read.entry);
  }
  expect(cursor.previousHash).toBe(manifest.hash_chain_root);
  expect(progress).toMatchObject({ state: 'done', stage: 'done', lines: manifest.entries, error: null });
  await verify(manifest, { sig: sigFile.bytes, jsonl: jsonl.bytes, pdf: pdf.bytes });
  return { id, manifest, lines, pdf: pdf.bytes };
}

/** The auditor's own program accepts both files, and refuses them altered. */
async function verify(manifest: PackManifest, files: { sig: Buffer; jsonl: Buffer; pdf: Buffer }): Promise<void> {
  const sig = join(folder, 'report.sig');
  await writeFile(sig, files.sig);
  for (const [name, bytes] of [
    [manifest.files.jsonl.name, files.jsonl],
    [manifest.files.pdf.name, files.pdf],
  ] as const) {
    const path = join(folder, name);
    const said: string[] = [];
    const check = async (content: Buffer): Promise<number> => {
      await writeFile(path, content);
      const args = ['verify-pack', '--pack', path, '--sig', sig, '--pubkey', join(folder, 'hub.pub')];
      const keep = (text: string): void => void said.push(text);
      return run(args, { out: keep, error: keep });
    };
    expect(await check(bytes), said.join('')).toBe(0);
    expect(said.join('')).toContain('report on demand, not the pack of a month');
    expect(await check(Buffer.concat([bytes.subarray(0, -1), Buffer.of(0x21)]))).not.toBe(0);
  }
}

const alertsOf = ({ lines }: Built) => lines.filter((line) => line['kind'] === 'alert');
const HEADINGS = {
  hosts: '(Hosts)',
  alerts: 'Alerts against SLA',
  sessions: 'Sessions opened',
  cves: 'CVEs fixed',
  kernel: 'Kernel updates',
};
/** Titles of the chapters, from the bookmarks of the PDF (UTF-16 with a byte order mark, or plain). */
function bookmarks(pdf: Buffer): readonly string[] {
  return [...pdf.toString('latin1').matchAll(/\/Title \(((?:[^()\\]|\\.)*)\)/g)].map(([, text]) => {
    const raw = (text as string).replaceAll(/\\([()\\])/g, '$1');
    return raw.startsWith('þÿ') ? Buffer.from(raw.slice(2), 'latin1').swap16().toString('utf16le') : raw;
  });
}

describe('each template', () => {
  it('executive: the chapters for a reader in a hurry, over the whole period', async () => {
    const report = await build({ template: 'executive', title: 'For the board' });
    expect(report.manifest.report).toEqual({ template: 'executive', title: 'For the board', scope: null });
    expect(report.manifest).toMatchObject({ period: PERIOD, filter: null, previous: null, counts: { alert: 50 } });
    const chapters = bookmarks(report.pdf);
    expect(chapters).toEqual(expect.arrayContaining(['Summary', 'Trust Score', 'What mattered most', 'Verification']));
    expect(chapters).not.toContain(HEADINGS.alerts);
  });

  it('technical_audit: everything', async () => {
    const report = await build({ template: 'technical_audit' });
    expect(report.manifest.counts).toMatchObject({ alert: 50, kernel_update: 2 });
    const { alerts, sessions, cves, kernel } = HEADINGS;
    expect(bookmarks(report.pdf)).toEqual(
      expect.arrayContaining(['Hosts', alerts, sessions, cves, kernel, 'Emergency action tokens']),
    );
  });

  it('per_group: nothing about a host that is not in the group', async () => {
    const report = await build({ template: 'per_group', scope: { group_id: group } });
    expect(report.manifest.report?.scope).toMatchObject({ hosts: 1 });
    expect(report.manifest.counts).toMatchObject({ alert: 30, kernel_update: 1, session: 0 });
    expect(new Set(alertsOf(report).map((line) => line['hostname']))).toEqual(new Set(['web-prod-01']));
    expect(JSON.stringify(report.lines)).not.toContain(db.id);
    expect(bookmarks(report.pdf)).toContain('Hosts');
    expect(bookmarks(report.pdf)).not.toContain(HEADINGS.sessions);
  });

  it('msp_handover: what the MSP’s own people did', async () => {
    const report = await build({ template: 'msp_handover', actor_suffix: '@MSP.example' });
    expect(report.manifest.filter).toMatchObject({ actor_suffix: '@msp.example' });
    expect(report.manifest.counts.alert).toBe(25);
    expect(report.manifest.filter?.left_out).toBeGreaterThanOrEqual(27);
    expect(bookmarks(report.pdf)).toEqual(expect.arrayContaining([HEADINGS.sessions, HEADINGS.alerts]));
    expect(bookmarks(report.pdf)).not.toContain('Trust Score');
  });
});

describe('the scope', () => {
  it('by tags and by hosts keeps other hosts’ lines out', async () => {
    const byTag = await build({ template: 'technical_audit', scope: { tags: ['web'] } });
    expect(byTag.manifest.counts.alert).toBe(30);
    expect(JSON.stringify(byTag.lines)).not.toContain('db-prod-01');
    const byHost = await build({ template: 'technical_audit', scope: { agent_ids: [db.id] } });
    expect(byHost.manifest.counts.alert).toBe(20);
    expect(JSON.stringify(byHost.lines)).not.toContain('web-prod-01');
  });

  it('of another tenant is not found, and of no host is refused', async () => {
    const inGlobex = { tenant_id: globex, template: 'per_group' };
    for (const body of [
      { ...inGlobex, scope: { group_id: group } },
      { ...inGlobex, scope: { agent_ids: [web.id] } },
      { template: 'per_group', scope: { agent_ids: [web.id, foreign.id] } },
      { template: 'executive', tenant_id: randomUUID() },
    ])
      expect((await ask(body)).status, JSON.stringify(body)).toBe(404);
    const empty = await ask({ template: 'per_group', scope: { tags: ['no-such-tag'] } });
    expect(await empty.json()).toMatchObject({ type: 'urn:monsys:problem:report_scope_empty' });
  });
});

describe('what is refused', () => {
  it('a period of more than 365 days, backwards, or not over', async () => {
    for (const period of [
      { from: daysAgo(368), until: daysAgo(2) },
      { from: PERIOD.until, until: PERIOD.from },
      { from: daysAgo(2), until: daysAgo(-1) },
    ]) {
      const answer = await ask({ template: 'executive', ...period });
      expect(await answer.json()).toMatchObject({ type: 'urn:monsys:problem:report_period_invalid' });
    }
  });

  it('a handover without its actors, actors without a handover, a group report without a group', async () => {
    for (const body of [
      { template: 'msp_handover' },
      { template: 'executive', actor_suffix: '@msp.example' },
      { template: 'per_group' },
    ])
      expect((await ask(body)).status, JSON.stringify(body)).toBe(400);
  });

  it('a client’s wish for one; it reads its own, and nobody another’s', async () => {
    expect((await ask({ template: 'executive' }, client)).status).toBe(403);
    const { items } = (await (await client.call('GET', '/reports')).json()) as {
      items: { id: string; state: string }[];
    };
    const done = items.find(({ state }) => state === 'done');
    expect((await file(done?.id as string, 'pdf', client)).status).toBe(200);
    expect((await file(done?.id as string, 'pdf', sister)).status).toBe(404);
    expect((await sister.call('GET', `/reports/${done?.id}`)).status).toBe(404);
    expect(await (await sister.call('GET', '/reports')).json()).toEqual({ items: [] });
  });

  it('a download before the files are there, and any change of a report that is done', async () => {
    const id = randomUUID();
    await hub.db.admin.query(sql.unsafe`
      insert into reports (id, tenant_id, template, title, period_from, period_until, requested_by_email)
      values (${id}::uuid, ${acme}::uuid, 'executive', 'waiting', ${PERIOD.from}, ${PERIOD.until}, 'admin@msp.example')`);
    expect(JSON.parse((await file(id, 'pdf')).bytes.toString('utf8'))).toMatchObject({
      type: 'urn:monsys:problem:report_not_built',
    });
    await expect(
      hub.db.admin.query(sql.unsafe`update reports set error = 'altered' where state = 'done'`),
    ).rejects.toThrow();
  });
});

describe('the audit log', () => {
  it('says who asked, and what was signed', async () => {
    const rows = await hub.db.admin.any(sql.type(z.object({ event_type: z.string(), count: z.number() }))`
      select event_type, count(*) as count from audit_log where tenant_id = ${acme}::uuid and event_type like 'report\\_%' group by 1 order by 1`);
    expect(rows.map((row) => row.event_type)).toEqual(['report_requested', 'report_signed']);
    expect(rows[0]?.count).toBe(rows[1]?.count);
  });
});
