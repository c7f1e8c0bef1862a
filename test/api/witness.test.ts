import { beforeAll, describe, expect, it } from 'vitest';
import { readWitnesses } from '../../src/api/witnesses.ts';
import { sql } from '../../src/db/pool.ts';
import { type NoteKey, openCheckpoint, parseNote, parseVerifierKey } from '../../src/domain/tlog/note.ts';
import { createTestApi } from '../support/api.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { createTestLog, ORIGIN } from '../support/transparency.ts';
import { createTestWitness } from '../support/witness.ts';

const db = await createTestDatabase();
const one = createTestWitness('witness.example/one');
const two = createTestWitness('witness.example/two');
const api = await createTestApi(db, { witnesses: `${one.key}, ${two.key}` });
const log = createTestLog(db);
const now = (): number => Math.floor(Date.now() / 1000);
const PATH = '/transparency/checkpoint/cosignatures';
const post = (size: number, ...lines: string[]): Promise<Response> => api.anonymous('POST', PATH, { size, lines });
const fetchNote = async (): Promise<string> => (await api.anonymous('GET', '/transparency/checkpoint')).text();
const problem = async (answer: Response): Promise<string> => {
  const { type } = (await answer.json()) as { type: string };
  return `${answer.status} ${type.replace('urn:monsys:problem:', '')}`;
};

/** The checkpoint of 5 leaves, then that of 8. */
let older: string;
let text: string;
beforeAll(async () => {
  await log.announceHubKey();
  await log.queue(4);
  await log.integrateTransparencyLog();
  older = parseNote(await fetchNote())?.text ?? '';
  await log.queue(3);
  await log.integrateTransparencyLog();
  text = parseNote(await fetchNote())?.text ?? '';
});

describe('what is refused leaves the checkpoint as it was', () => {
  it('wrong key, other size, altered text, unknown witness, a time ahead, no line', async () => {
    const before = await fetchNote();
    const stranger = createTestWitness('stranger.example');
    const valid = one.cosign(text, now());
    const altered = Buffer.from(valid.split(' ')[2] as string, 'base64');
    altered[40] = (altered[40] as number) ^ 1;
    const answers = [
      await post(8, stranger.cosign(text, now())),
      await post(8, createTestWitness(one.name).cosign(text, now())),
      await post(8, one.cosign(older, now())),
      await post(5, valid),
      await post(8, one.cosign(text.replace(ORIGIN, 'monsys-msp/else'), now())),
      await post(8, `— ${one.name} ${altered.toString('base64')}`),
      await post(8, one.cosign(text, now() + 3600)),
      await post(8, 'hello'),
      await post(7, valid),
      await post(0, valid),
      await post(8),
      await post(8, valid, stranger.cosign(text, now())),
    ];
    expect(await Promise.all(answers.map(problem))).toEqual([
      '403 witness_unknown',
      '403 witness_unknown',
      '422 cosignature_invalid',
      '422 cosignature_invalid',
      '422 cosignature_invalid',
      '422 cosignature_invalid',
      '422 cosignature_invalid',
      '422 cosignature_invalid',
      '404 not_found',
      '400 invalid_request',
      '400 invalid_request',
      '403 witness_unknown',
    ]);
    expect(await fetchNote()).toBe(before);
  });
});

describe('what is valid', () => {
  it('is served after the hub’s own line, once, and the note still opens with the hub’s key alone', async () => {
    const before = await fetchNote();
    const time = now();
    const lines = [one.cosign(text, time), two.cosign(text, time - 60)];
    const first = await post(8, lines[0] as string);
    expect(first.status).toBe(201);
    expect(await first.json()).toEqual({ size: 8, added: 1 });
    expect(await fetchNote()).toBe(`${before}${lines[0]}\n`);
    expect(await (await post(8, lines[0] as string, `${lines[1]}\n`)).json()).toEqual({ size: 8, added: 1 });

    // Sent again, and a later one of the same witness: the first stays.
    expect(await problem(await post(8, ...lines))).toBe('409 conflict');
    expect(await problem(await post(8, one.cosign(text, time + 1)))).toBe('409 conflict');
    const note = await fetchNote();
    expect(note.startsWith(before)).toBe(true);
    expect(note.slice(before.length).trimEnd().split('\n').toSorted()).toEqual(lines.toSorted());

    const { keys } = (await (await api.anonymous('GET', '/transparency/keys')).json()) as {
      keys: { verifier_key: string }[];
    };
    const trusted = parseVerifierKey(keys[0]?.verifier_key ?? '') as NoteKey;
    expect(openCheckpoint(note, ORIGIN, [trusted])).toMatchObject({ kind: 'signed', checkpoint: { size: 8 } });
  });

  it('of an older checkpoint is taken too, and not served with the newest', async () => {
    const before = await fetchNote();
    expect((await post(5, one.cosign(older, now()))).status).toBe(201);
    expect(await fetchNote()).toBe(before);
  });

  it('cannot be changed or taken back by the API’s role', async () => {
    await expect(db.app.query(sql.unsafe`delete from transparency_cosignatures`)).rejects.toThrow();
    await expect(db.app.query(sql.unsafe`update transparency_cosignatures set cosigned_time = 1`)).rejects.toThrow();
  });
});

it('refuses everybody where no witness is configured', async () => {
  const bare = await createTestDatabase();
  const hub = await createTestApi(bare);
  const itsLog = createTestLog(bare);
  await itsLog.announceHubKey();
  await itsLog.integrateTransparencyLog();
  const its = parseNote(await (await hub.anonymous('GET', '/transparency/checkpoint')).text())?.text ?? '';
  const answer = await hub.anonymous('POST', PATH, { size: 1, lines: [one.cosign(its, now())] });
  expect(await problem(answer)).toBe('403 witness_unknown');
});

it('does not start with witnesses that are not cosignature keys, or the same twice', () => {
  const start = (witnesses: string) => () => readWitnesses({ TRANSPARENCY_WITNESSES: witnesses });
  expect(start(`${one.key},${two.key}`)).not.toThrow();
  for (const wrong of ['', 'hello', `${one.key},`, `${one.key},${one.key}`, one.key.replace('one', 'six')])
    expect(start(wrong), wrong).toThrow('TRANSPARENCY_WITNESSES');
});

it('takes 60 requests a minute from one address', async () => {
  const seen = new Set<number>();
  // Twice as many and one more: the minute may turn once on the way.
  for (let sent = 0; sent < 121 && !seen.has(429); sent++) seen.add((await post(7, 'hello')).status);
  expect([...seen]).toEqual([404, 429]);
});
