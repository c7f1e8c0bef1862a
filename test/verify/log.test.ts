/** `--log` against a real hub's log: what it records is found, what it does not is missed, and a fork is shouted. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withSystem } from '../../src/db/scope.ts';
import { queueLeaf } from '../../src/db/transparency.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { EXIT_CODES } from '../../src/domain/verification/report.ts';
import { run } from '../../src/verify/run.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createServedHub } from '../support/servedHub.ts';
import { createTestLog, ORIGIN } from '../support/transparency.ts';
import { eatLine, makePack, type TestPack } from './support/packs.ts';

const db = await createTestDatabase();
const forkDb = await createTestDatabase();
const log = createTestLog(db);
const fork = createTestLog(forkDb, log.signer);
const hub = await createServedHub(await createTestApi(db));
const forkedHub = await createServedHub(await createTestApi(forkDb));
const folder = mkdtempSync(join(tmpdir(), 'monsys-verify-log-'));
const at = (name: string) => join(folder, name);
let pack: TestPack;
let token: Record<string, unknown>;

async function verify(...args: string[]) {
  const printed: string[] = [];
  const keep = (text: string) => void printed.push(text);
  const code = await run([...args, '--pubkey', at('hub.pub')], { out: keep, error: keep });
  return { code, text: printed.join('') };
}
const verifyInLog = (url: string, state = 'state.json') =>
  verify('verify-pack', '--pack', at('p.pdf'), '--sig', at('p.sig'), '--log', url, '--state', at(state));

beforeAll(async () => {
  pack = await makePack(log.signer, []);
  token = eatLine(log.signer, log.signer);
  writeFileSync(at('p.pdf'), pack.pdf);
  writeFileSync(at('p.sig'), pack.sig);
  writeFileSync(at('eat.json'), JSON.stringify(token));
  writeFileSync(at('hub.pub'), publicKeyPem(log.signer.publicKey));
  for (const each of [log, fork]) {
    await each.announceHubKey();
    await each.queue(9);
    await each.integrateTransparencyLog();
  }
  await Promise.all([hub.start(), forkedHub.start()]);
});
afterAll(async () => {
  await Promise.all([hub.stop(), forkedHub.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function record(database: typeof db, to: typeof log): Promise<void> {
  const { key_id } = to;
  await withSystem(database.core, async (tx) => {
    await queueLeaf(tx, {
      type: 'pack_signed',
      at: pack.manifest.period.until,
      key_id,
      manifest_sha256: sha256Hex(pack.sig.toString('utf8').split('\n')[3]?.slice('manifest: '.length) ?? ''),
      signature_sha256: sha256Hex(pack.sig),
    });
    await queueLeaf(tx, {
      type: 'eat_issued',
      at: token.issued_at as string,
      key_id,
      eat_sha256: sha256Hex(token.token as string),
    });
  });
  await to.integrateTransparencyLog();
}

describe('the log of a hub', () => {
  it('does not hold a pack that was not logged: exit 7, and the head is not kept', async () => {
    expect(await verifyInLog(hub.url)).toMatchObject({ code: EXIT_CODES.log });
  });

  it('holds a pack and a token that were logged; the head is kept', async () => {
    await record(db, log);
    const { code, text } = await verifyInLog(hub.url);
    expect(text).toContain("✓ log holds the pack's signature as leaf 10");
    expect(code).toBe(0);
    expect(JSON.parse(readFileSync(at('state.json'), 'utf8'))).toMatchObject({ origin: ORIGIN });
    expect(
      await verify(
        'verify-eat',
        at('eat.json'),
        '--log',
        `${hub.url}/api/v1/transparency/`,
        '--state',
        at('state.json'),
      ),
    ).toMatchObject({
      code: 0,
      text: expect.stringContaining('✓ log holds the token as leaf 11'),
    });
  });

  it('is followed as it grows', async () => {
    await log.queue(300);
    await log.integrateTransparencyLog();
    expect(await verifyInLog(hub.url)).toMatchObject({
      code: 0,
      text: expect.stringContaining('✓ log extends the checkpoint of 12 leaves seen before'),
    });
  });

  it('that has forked is shouted: exit 9, both heads kept as evidence, the state unchanged', async () => {
    await record(forkDb, fork);
    const before = readFileSync(at('state.json'), 'utf8');
    const { code, text } = await verifyInLog(forkedHub.url);
    expect(code).toBe(EXIT_CODES.fork);
    expect(text).toContain('THE LOG HAS FORKED');
    expect(readFileSync(at('state.json'), 'utf8')).toBe(before);
    expect(readFileSync(at('state.json.fork'), 'utf8').match(new RegExp(`^— ${ORIGIN} `, 'gm'))).toHaveLength(2);
    // The control: to someone who never saw the other history the fork looks like a log.
    expect(await verifyInLog(forkedHub.url, 'other.json')).toMatchObject({ code: 0 });
  });

  it('of the same size as the one seen, with another root, is a fork too', async () => {
    await fork.queue(300);
    await fork.integrateTransparencyLog();
    expect(await verifyInLog(forkedHub.url)).toMatchObject({ code: EXIT_CODES.fork });
  });

  it('signed by a key that was not given is not believed', async () => {
    const stranger = createTestLog(await createTestDatabase());
    writeFileSync(at('hub.pub'), publicKeyPem(stranger.signer.publicKey));
    const own = await makePack(stranger.signer, []);
    writeFileSync(at('own.pdf'), own.pdf);
    writeFileSync(at('own.sig'), own.sig);
    const outcome = await verify(
      'verify-pack',
      '--pack',
      at('own.pdf'),
      '--sig',
      at('own.sig'),
      '--log',
      hub.url,
      '--state',
      at('x.json'),
    );
    expect(outcome.code).toBe(EXIT_CODES.log);
    expect(outcome.text).toContain('not signed by a key that was given');
    writeFileSync(at('hub.pub'), publicKeyPem(log.signer.publicKey));
  });

  it('that cannot be reached: exit 8', async () => {
    // Nothing listens on port 1.
    expect(await verifyInLog('http://127.0.0.1:1')).toMatchObject({ code: EXIT_CODES.network });
  });
});
