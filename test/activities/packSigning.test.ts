/** What the signing worker looks up before it puts the hub's name under a manifest. */

import { describe, expect, it } from 'vitest';
import { packIdOf } from '../../src/activities/packGathering.ts';
import { createPackSigningActivities } from '../../src/activities/packSigning.ts';
import { publishHandover, publishPack } from '../../src/db/packs.ts';
import { insertReport, publishReport } from '../../src/db/reports.ts';
import { type TenantTx, withTenant } from '../../src/db/scope.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import { hubKeyId } from '../../src/domain/ed25519.ts';
import { monthBounds, type PackManifest, packManifestText, parsePackSig } from '../../src/domain/pack.ts';
import { hostsDigest } from '../../src/domain/report.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createTestLog } from '../support/transparency.ts';

const db = await createTestDatabase();
const api = await createTestApi(db);
const log = createTestLog(db);
await log.announceHubKey();
const signing = createPackSigningActivities({ pool: db.signing, signer: log.signer });
const { a: acme, b: globex } = api.tenants;
const inTenant = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(db.core, acme, work);
const byApi = <T>(work: (tx: TenantTx) => Promise<T>): Promise<T> => withTenant(db.app, acme, work);

const KEY_ID = hubKeyId(log.signer.publicKey);
const SHA = 'a'.repeat(64);
const SUFFIX = '@msp.example';
const NO_LINES = { eat: 0, audit: 0, alert: 0, kernel_update: 0, cve_fixed: 0, session: 0, trust_score: 0 };

function manifest(month: string, change: Partial<PackManifest> = {}): PackManifest {
  return {
    type: 'monsys-audit-pack',
    schema_version: 1,
    pack_id: packIdOf(acme, month),
    tenant: { id: acme, slug: 'acme', name: 'ACME' },
    msp: { id: api.msp.id, name: 'MSP' },
    period: { month, ...monthBounds(month) },
    filter: null,
    counts: NO_LINES,
    entries: 1,
    files: {
      jsonl: { name: `${month}.jsonl.gz`, sha256: SHA, bytes: 1, uncompressed_sha256: SHA, uncompressed_bytes: 1 },
      pdf: { name: `${month}.pdf`, sha256: SHA, bytes: 1 },
    },
    hash_chain_root: SHA,
    previous: null,
    ...change,
  };
}
const sign = (made: PackManifest) => signing.signPack({ tenant_id: acme, manifest: packManifestText(made) });
const isSigned = async (made: PackManifest): Promise<void> =>
  expect(parsePackSig((await sign(made)).sig)).toMatchObject({ kind: 'ok' });
const filesOf = (made: PackManifest) => ({
  manifest: packManifestText(made),
  manifest_sha256: sha256Hex(packManifestText(made)),
  sig: 'sig',
  key_id: KEY_ID,
  hash_chain_root: SHA,
  jsonl_sha256: SHA,
  jsonl_bytes: 1,
  pdf_sha256: SHA,
  pdf_bytes: 1,
  entries: 1,
});
const publish = (made: PackManifest, is_preview = false): Promise<boolean> =>
  inTenant((tx) =>
    publishPack(tx, { ...filesOf(made), id: made.pack_id, tenant_id: acme, month: made.period.month, is_preview }),
  );

describe('the manifest of a month', () => {
  it('is signed once: a closed month has no second one, a preview gives way', async () => {
    const preview = manifest('2026-03');
    await isSigned(preview);
    await publish(preview, true);
    const closed = manifest('2026-03', { entries: 2 });
    await isSigned(closed);
    await publish(closed);
    await isSigned(closed);
    await expect(sign(manifest('2026-03', { entries: 3 }))).rejects.toThrow('closed with another manifest');
  });

  it('covers that month, and is of the tenant that asks', async () => {
    const { from } = monthBounds('2026-02');
    const odd = manifest('2026-02', { period: { month: '2026-02', from, until: '2026-02-15T00:00:00.000Z' } });
    await expect(sign(odd)).rejects.toThrow('not the month');
    const text = packManifestText(manifest('2026-02'));
    await expect(signing.signPack({ tenant_id: globex, manifest: text })).rejects.toThrow(
      'not the manifest of a pack of that',
    );
  });
});

describe('the manifest of a handover', () => {
  it('is signed for a pack that is there, and once when its month is closed', async () => {
    const filter = { actor_suffix: SUFFIX, kept: 1, left_out: 0 };
    const handover = manifest('2026-01', { filter });
    await expect(sign(handover)).rejects.toThrow('no pack of which this is a handover');
    await publish(manifest('2026-01'));
    await isSigned(handover);
    await inTenant((tx) =>
      publishHandover(tx, {
        ...filesOf(handover),
        ...filter,
        pack_id: handover.pack_id,
        tenant_id: acme,
        is_preview: false,
      }),
    );
    await isSigned(handover);
    const other = manifest('2026-01', { filter: { ...filter, kept: 0, left_out: 1 } });
    await expect(sign(other)).rejects.toThrow('signed with another manifest');
    await isSigned(manifest('2026-01', { filter: { ...filter, actor_suffix: '@other.example' } }));
  });
});

describe('the manifest of a report on demand', () => {
  const HOSTS = ['6f1c2a34-9b7d-4e21-8c55-0a1b2c3d4e5f', '0f1c2a34-9b7d-4e21-8c55-0a1b2c3d4e5f'];
  const PERIOD = { from: '2026-01-20T00:00:00.000Z', until: '2026-03-05T00:00:00.000Z' };
  async function asked(): Promise<PackManifest> {
    const pack_id = await byApi((tx) =>
      insertReport(tx, {
        tenant_id: acme,
        template: 'per_group',
        title: 'For the board',
        ...PERIOD,
        agent_ids: HOSTS,
        actor_suffix: null,
        requested_by_email: 'alice@msp.example',
      }),
    );
    const scope = { hosts: 2, agent_ids_sha256: hostsDigest(HOSTS) };
    return manifest('2026-01', {
      pack_id,
      period: { month: '2026-01', ...PERIOD },
      report: { template: 'per_group', title: 'For the board', scope },
    });
  }

  it('is signed when it says what was asked for, and again when it is asked twice', async () => {
    const made = await asked();
    await isSigned(made);
    expect((await sign(made)).sig).toBe((await sign(made)).sig);
  });

  it.each([
    ['nobody asked for', (made) => ({ pack_id: packIdOf(acme, made.period.month) }), 'Nobody asked'],
    [
      'another period',
      ({ period }) => ({ period: { ...period, until: '2026-04-01T00:00:00.000Z' } }),
      'not the report',
    ],
    ['another month in its name', ({ period }) => ({ period: { ...period, month: '2026-02' } }), 'not the report'],
    ['a filter', () => ({ filter: { actor_suffix: SUFFIX, kept: 0, left_out: 0 } }), 'not the report'],
    ['every host', ({ report }) => ({ report: { ...report, scope: null } }), 'not the report'],
    [
      'other hosts',
      ({ report }) => ({ report: { ...report, scope: { hosts: 2, agent_ids_sha256: SHA } } }),
      'not the report',
    ],
    ['another title', ({ report }) => ({ report: { ...report, title: 'For others' } }), 'not the report'],
    ['another template', ({ report }) => ({ report: { ...report, template: 'executive' } }), 'not the report'],
  ] as [string, (made: PackManifest) => object, string][])('is refused with %s', async (_name, change, why) => {
    const made = await asked();
    await expect(sign({ ...made, ...change(made) })).rejects.toThrow(why);
  });

  it('of another tenant is refused, and a finished one keeps its manifest', async () => {
    const made = await asked();
    const foreign = { ...made, tenant: { ...made.tenant, id: globex } };
    await expect(signing.signPack({ tenant_id: globex, manifest: packManifestText(foreign) })).rejects.toThrow(
      'Nobody asked',
    );
    const text = packManifestText(made);
    await inTenant((tx) =>
      publishReport(tx, made.pack_id, {
        manifest: text,
        sig: 'sig',
        key_id: KEY_ID,
        jsonl_sha256: SHA,
        pdf_sha256: SHA,
        entries: 1,
      }),
    );
    await isSigned(made);
    await expect(sign({ ...made, entries: 2 })).rejects.toThrow('done with another manifest');
  });
});
