/** The commands of docs/verification.md do what it says: on a real pack, and on an altered one they do not. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publicKeyPem } from '../../src/domain/ed25519.ts';
import { EXIT_CODES } from '../../src/domain/verification/report.ts';
import { HELP } from '../../src/verify/arguments.ts';
import { smallPack } from './support/packs.ts';

const document = readFileSync(resolve(import.meta.dirname, '../../docs/verification.md'), 'utf8');
const commands = [...document.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] as string);
const folder = mkdtempSync(join(tmpdir(), 'monsys-by-hand-'));
let made: Awaited<ReturnType<typeof smallPack>>;

/** Runs a command in the folder of the files. */
function run(command: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  return { status, stdout: stdout.trim(), stderr };
}

beforeAll(async () => {
  made = await smallPack();
  writeFileSync(join(folder, 'hub.pub'), publicKeyPem(made.hub.publicKey));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(change: Partial<typeof made.pack> = {}): void {
  const { jsonl, pdf, sig } = { ...made.pack, ...change };
  writeFileSync(join(folder, '2026-04.jsonl.gz'), jsonl);
  writeFileSync(join(folder, '2026-04.pdf'), pdf);
  writeFileSync(join(folder, '2026-04.sig'), sig);
}

describe('the commands by hand', () => {
  it('all hold for a pack that the hub made', () => {
    write();
    const answers = commands.map(run);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 0));
    const said = answers.map(({ stdout }) => stdout);
    const [id, signedId, , , signature, , manifest, pdf, jsonl, lines, entries, root, signedRoot, chain] = said;
    expect(said).toHaveLength(14);
    expect(id).toBe(signedId);
    expect(signature).toBe('Signature Verified Successfully');
    expect([manifest, pdf, jsonl]).toEqual(['manifest.json: OK', '2026-04.pdf: OK', '2026-04.jsonl.gz: OK']);
    expect([lines, root, chain]).toEqual([entries, signedRoot, '']);
    expect(lines).toBe('7');
  });

  it('fail for an altered signature, manifest, PDF and JSONL file', () => {
    const { pack } = made;
    const text = pack.sig.toString('utf8');
    const flip = (bytes: Buffer) => Buffer.from(bytes.map((byte, place) => (place === 12 ? byte ^ 1 : byte)));
    const cases: readonly (readonly [number, Partial<typeof pack>])[] = [
      [4, { sig: Buffer.from(text.replace('"entries":7', '"entries":8')) }],
      [6, { sig: Buffer.from(text.replace('"entries":7', '"entries":8')) }],
      [7, { pdf: flip(pack.pdf) }],
      [8, { jsonl: flip(pack.jsonl) }],
    ];
    for (const [failing, change] of cases) {
      write(change);
      const answers = commands.slice(0, 9).map(run);
      expect(answers[failing]?.status, commands[failing]).not.toBe(0);
    }
  });

  it('find the line after one that was altered', () => {
    write();
    const chain = commands
      .at(-1)
      ?.replace('gunzip -c 2026-04.jsonl.gz', "gunzip -c 2026-04.jsonl.gz | sed '3s/TKT-9001/TKT-9002/'");
    expect(run(chain as string)).toMatchObject({ status: 1, stdout: 'line 4 does not follow' });
  });
});

it('the document and the help name every exit code', () => {
  for (const [name, code] of Object.entries(EXIT_CODES)) {
    expect(document, name).toContain(`| ${code} | ${name === 'ok' ? '' : name} |`.replace('  ', ' '));
    expect(HELP).toMatch(new RegExp(`\\b${code} `));
  }
});
