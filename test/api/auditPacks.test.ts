/** Packs over the API: built by real workers, whole or not at all, filtered with their own signature, the same bytes again. */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { sql } from '../../src/db/pool.ts';
import { canonicalJson, type Json } from '../../src/domain/canonicalJson.ts';
import { isPackSigValid, PACK_START, parsePackSig, readPackLine } from '../../src/domain/pack.ts';
import { registerTestAgent } from '../support/agent.ts';
import { createTestHub } from '../support/hub.ts';
import { waitUntil } from '../support/processes.ts';
import { recordLastRun } from '../support/replay.ts';

const hub = await createTestHub();
const { a: acme, b: globex } = hub.api.tenants;
const admin = await hub.person('admin');
const client = await hub.person('client_viewer', acme);
const agent = await registerTestAgent(hub.api, acme, 'db-prod-01');

const LAST_MONTH = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - 1, 1))
  .toISOString()
  .slice(0, 7);
const IN_LAST_MONTH = `${LAST_MONTH}-15T12:00:00.000Z`;

// A month with something in it: alerts that an engineer and nobody resolved.
await hub.db.admin.query(sql.unsafe`
  insert into alerts (tenant_id, number, agent_id, source, fingerprint, severity, title, opened_at, last_occurred_at, sla_due_at, status, resolved_at, resolved_by)
  select ${acme}::uuid, 1000 + n, ${agent.id}::uuid, 'rule', 'pack-' || n, 'high', 'Disk nearly full ' || n, ${IN_LAST_MONTH}::timestamptz,
    ${IN_LAST_MONTH}::timestamptz, ${IN_LAST_MONTH}::timestamptz + interval '1 hour', 'resolved', ${IN_LAST_MONTH}::timestamptz + n * interval '1 minute',
    case when n % 2 = 0 then ${admin.id}::uuid end
  from generate_series(1, 700) n`);

type Pack = { id: string; month: string; has_files: boolean; entries: number; is_preview: boolean; type: string };

async function buildPack(tenantId: string, month: string): Promise<Pack> {
  const started = await admin.call('POST', '/audit-packs', { tenant_id: tenantId, month });
  expect(started.status, await started.clone().text()).toBe(202);
  const { workflow_id } = (await started.json()) as { workflow_id: string };
  // A build that fails is repeated for ever; the test is not.
  await hub.client.withDeadline(Date.now() + 45_000, () => hub.client.workflow.getHandle(workflow_id).result());
  await recordLastRun(hub.client, hub.temporal.address, workflow_id, 'auditPackBuild');
  const list = (await (await admin.call('GET', `/audit-packs?tenant_id=${tenantId}&month=${month}`)).json()) as {
    items: Pack[];
  };
  return list.items[0] as Pack;
}

async function file(id: string, query: string, by = admin): Promise<{ status: number; bytes: Buffer; name: string }> {
  const response = await by.call('GET', `/audit-packs/${id}/download?${query}`);
  return {
    status: response.status,
    bytes: Buffer.from(await response.arrayBuffer()),
    name: /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? '',
  };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function hubKey(): Promise<Buffer> {
  const row = await hub.db.admin.one(
    sql.type(z.object({ public_key: z.instanceof(Buffer) }))`select public_key from hub_keys`,
  );
  return row.public_key;
}

const pack = await buildPack(acme, LAST_MONTH);

describe('a closed month', () => {
  it('is signed: manifest, files and chain agree, line by line', async () => {
    expect(pack).toMatchObject({ has_files: true, is_preview: false });
    const sig = parsePackSig((await file(pack.id, 'format=sig')).bytes.toString('utf8'));
    if (sig.kind !== 'ok') throw new Error(sig.fault);
    expect(isPackSigValid(sig.sig, await hubKey())).toBe(true);
    const { manifest } = sig.sig;
    const jsonl = await file(pack.id, 'format=jsonl');
    expect(sha256(jsonl.bytes)).toBe(manifest.files.jsonl.sha256);
    expect(sha256((await file(pack.id, 'format=pdf')).bytes)).toBe(manifest.files.pdf.sha256);
    const plain = gunzipSync(jsonl.bytes);
    expect(sha256(plain)).toBe(manifest.files.jsonl.uncompressed_sha256);
    let cursor = PACK_START;
    for (const line of plain.toString('utf8').trimEnd().split('\n')) {
      const read = readPackLine(Buffer.from(line, 'utf8'), cursor);
      if (read.kind !== 'ok') throw new Error(`line ${cursor.seq + 1}: ${read.fault}`);
      cursor = read.next;
    }
    expect(cursor.seq).toBe(manifest.entries);
    expect(cursor.previousHash).toBe(manifest.hash_chain_root);
    expect(manifest.counts.alert).toBe(700);
  });

  it('has a fixed gzip header: no time, no name', async () => {
    const { bytes } = await file(pack.id, 'format=jsonl');
    expect(bytes.subarray(0, 10).toString('hex')).toBe('1f8b0800000000000003');
  });

  it('never changes: a second request is refused, and a second build gives the same pack', async () => {
    const again = await admin.call('POST', '/audit-packs', { tenant_id: acme, month: LAST_MONTH });
    expect(await again.json()).toMatchObject({ type: 'urn:monsys:problem:pack_closed', pack_id: pack.id });
    await expect(
      hub.db.core.query(sql.unsafe`delete from audit_packs where id = ${pack.id}::uuid`),
    ).resolves.toMatchObject({ rowCount: 0 });
    await expect(hub.db.admin.query(sql.unsafe`delete from audit_packs where id = ${pack.id}::uuid`)).rejects.toThrow();
  });

  it('gives the same bytes when it is built again from the same rows', async () => {
    const before = await file(pack.id, 'format=jsonl');
    const [first, second] = await Promise.all(
      ['rebuild-1', 'rebuild-2'].map((workflowId) =>
        hub.client.workflow.execute('handoverReport', {
          workflowId,
          taskQueue: 'core',
          args: [
            {
              tenant_id: acme,
              msp_id: hub.api.msp.id,
              month: LAST_MONTH,
              actor_suffix: `@${workflowId}.example`,
              announce: false,
            },
          ],
        }),
      ),
    );
    expect(first).toEqual(second);
    expect(sha256((await file(pack.id, 'format=jsonl')).bytes)).toBe(sha256(before.bytes));
  });

  it('is in the audit log and waits for the transparency log', async () => {
    const rows = await hub.db.admin.any(sql.type(z.object({ data: z.record(z.string(), z.unknown()) }))`
      select event_data as data from audit_log where event_type = 'audit_pack_signed' and tenant_id = ${acme}::uuid`);
    expect(rows[0]?.data).toMatchObject({ pack_id: pack.id, month: LAST_MONTH });
  });
});

describe('filtered to the MSP’s own people', () => {
  const suffix = '@msp.example';
  it('keeps what they did, says how much is left out, and has its own signature and names', async () => {
    const [pdf, sigFile] = [
      await file(pack.id, `format=pdf&actor_filter=${suffix}`),
      await file(pack.id, `format=sig&actor_filter=${suffix}`),
    ];
    expect([pdf.name, sigFile.name]).toEqual([`handover-acme-${LAST_MONTH}.pdf`, `handover-acme-${LAST_MONTH}.sig`]);
    const sig = parsePackSig(sigFile.bytes.toString('utf8'));
    if (sig.kind !== 'ok') throw new Error(sig.fault);
    expect(isPackSigValid(sig.sig, await hubKey())).toBe(true);
    expect(sig.sig.manifest.filter).toMatchObject({ actor_suffix: suffix });
    expect(sig.sig.manifest.counts.alert).toBe(350);
    expect(sig.sig.manifest.filter?.left_out).toBeGreaterThanOrEqual(350);
    expect(sha256(pdf.bytes)).toBe(sig.sig.manifest.files.pdf.sha256);
  });

  it('is made of the signed lines: what the database says by now changes neither names nor facts', async () => {
    const signed = gunzipSync((await file(pack.id, 'format=jsonl')).bytes)
      .toString('utf8')
      .trimEnd()
      .split('\n');
    await hub.db.admin.query(sql.unsafe`
      update alerts set title = 'Another title', resolved_by = null where tenant_id = ${acme}::uuid and source = 'rule'`);
    await hub.db.admin.query(sql.unsafe`update tenants set name = 'Renamed' where id = ${acme}::uuid`);
    const query = 'actor_filter=MSP.example';
    const handover = gunzipSync((await file(pack.id, `format=jsonl&${query}`)).bytes)
      .toString('utf8')
      .trimEnd()
      .split('\n');
    const facts = (line: string): Record<string, unknown> => {
      const { seq: _seq, prev: _prev, actor_suffix: _suffix, ...rest } = JSON.parse(line) as Record<string, unknown>;
      return rest;
    };
    const all = new Set(signed.map((line) => canonicalJson(facts(line) as Json)));
    expect(handover.map(facts).filter((line) => !all.has(canonicalJson(line as Json)))).toEqual([]);
    const sig = parsePackSig((await file(pack.id, `format=sig&${query}`)).bytes.toString('utf8'));
    if (sig.kind !== 'ok') throw new Error(sig.fault);
    const { manifest } = sig.sig;
    expect([manifest.counts.alert, manifest.tenant.name]).toEqual([
      350,
      (facts(signed[0] as string)['tenant'] as { name: string }).name,
    ]);
    // Nothing is lost: kept and left out together are the lines of the pack, but its first and the scores.
    const { kept = 0, left_out = 0 } = manifest.filter ?? {};
    expect(kept + left_out + manifest.counts.trust_score + 1).toBe(signed.length);
  });

  it('takes the filter literally: % and _ are no wildcards', async () => {
    const sig = parsePackSig((await file(pack.id, 'format=sig&actor_filter=%25@msp_example')).bytes.toString('utf8'));
    if (sig.kind !== 'ok') throw new Error(sig.fault);
    expect(sig.sig.manifest.counts.alert).toBe(0);
  });
});

describe('the present month', () => {
  it('is a preview that says so, and is replaced by the next one', async () => {
    const month = new Date().toISOString().slice(0, 7);
    const first = await buildPack(acme, month);
    expect(first.is_preview).toBe(true);
    const second = await buildPack(acme, month);
    expect(second.id).toBe(first.id);
  });
});

describe('who gets it', () => {
  it('the client its own, and nobody another’s', async () => {
    expect((await file(pack.id, 'format=pdf', client)).status).toBe(200);
    const foreign = await buildPack(globex, LAST_MONTH);
    expect((await file(foreign.id, 'format=pdf', client)).status).toBe(404);
  });

  it('404 for no such pack, 422 for a month to come, 409 for a month without files', async () => {
    expect((await file(admin.id, 'format=pdf')).status).toBe(404);
    const future = await admin.call('POST', '/audit-packs', { tenant_id: acme, month: '2999-01' });
    expect(await future.json()).toMatchObject({ type: 'urn:monsys:problem:pack_month_invalid' });
    await hub.db.admin.query(
      sql.unsafe`insert into audit_packs (tenant_id, month, built_at, is_demo) values (${acme}::uuid, '2020-01', now(), true)`,
    );
    const list = (await (await admin.call('GET', `/audit-packs?month=2020-01`)).json()) as { items: Pack[] };
    const answer = await file(list.items[0]?.id as string, 'format=pdf');
    expect(JSON.parse(answer.bytes.toString('utf8'))).toMatchObject({ type: 'urn:monsys:problem:pack_not_built' });
  });
});

describe('the whole archive', () => {
  it('holds the four files, and is the same again', async () => {
    const [first, second] = [await file(pack.id, 'format=zip'), await file(pack.id, 'format=zip')];
    expect(first.bytes.subarray(0, 4).toString('hex')).toBe('504b0304');
    expect(sha256(first.bytes)).toBe(sha256(second.bytes));
  });
});

describe('on the first of the month', () => {
  it('every tenant gets its pack, and those that have one are let be', async () => {
    const result = await hub.client.workflow.execute('monthlyAuditPacks', {
      workflowId: 'monthly-test',
      taskQueue: 'core',
      args: [{ month: LAST_MONTH }],
    });
    expect(result).toMatchObject({ failed: 0 });
    await waitUntil('every tenant has one', async () => {
      const rows = await hub.db.admin.one(sql.type(z.object({ missing: z.number() }))`
        select count(*) as missing from tenants t where not exists (
          select from audit_packs p where p.tenant_id = t.id and p.month = ${LAST_MONTH} and p.manifest is not null)`);
      return rows.missing === 0;
    });
  });
});
