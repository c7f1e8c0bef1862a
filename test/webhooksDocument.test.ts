/** The snippets of docs/webhooks.md, run as a receiver would run them on what the hub signs. */

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { formatWebhookSecret, signatureHeaders, webhookSignature } from '../src/domain/webhook.ts';

const page = readFileSync(join(import.meta.dirname, '..', 'docs', 'webhooks.md'), 'utf8');
/** The one snippet of a language. */
function snippet(language: string): string {
  const found = [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))];
  expect(found, language).toHaveLength(1);
  return found[0]?.[1] as string;
}

const folder = mkdtempSync(join(tmpdir(), 'monsys-webhooks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const secret = formatWebhookSecret(randomBytes(32));
const other = formatWebhookSecret(randomBytes(32));
// The page's own example, as the hub would send it now, with what bytes can go wrong.
const example = JSON.parse(snippet('json')) as { alert: object };
const bodyAt = (at: Date, id: string): string =>
  JSON.stringify({
    ...example,
    alert: { ...example.alert, title: 'Größe “voll”' },
    delivery_id: id,
    timestamp: at.toISOString(),
  });
const now = new Date();
const DAY_MS = 86_400_000;

/** What a receiver is given, and what it must make of it. */
const cases = [
  { name: 'fresh', id: 'one', at: now, by: [secret], as: 'taken' },
  { name: 'the same again', id: 'one', at: now, by: [secret], as: 'seen' },
  { name: 'after a rotation, by a receiver with the old secret', id: 'two', at: now, by: [other, secret], as: 'taken' },
  {
    name: 'after a rotation, by a receiver with the new secret',
    id: 'eight',
    at: now,
    by: [secret, other],
    as: 'taken',
  },
  { name: 'by another secret', id: 'three', at: now, by: [other], as: 'refused' },
  { name: 'without a signature', id: 'three', at: now, by: [], as: 'refused' },
  {
    name: 'the last try of yesterday',
    id: 'four',
    at: new Date(now.getTime() - 1.2 * DAY_MS),
    by: [secret],
    as: 'taken',
  },
  { name: 'an old one', id: 'five', at: new Date(now.getTime() - 2.1 * DAY_MS), by: [secret], as: 'refused' },
  { name: 'one from the future', id: 'six', at: new Date(now.getTime() + 600_000), by: [secret], as: 'refused' },
  { name: 'altered', id: 'seven', at: now, by: [secret], as: 'refused', alter: true },
].map(({ by, at, alter, ...rest }) => {
  const body = bodyAt(at, rest.id);
  return {
    ...rest,
    headers: by.length === 0 ? {} : signatureHeaders(by, body),
    body: alter ? body.replace('web-03', 'web-04') : body,
  };
});
const wanted = cases.map(({ name, as }) => `${name}: ${as}`);

describe('docs/webhooks.md', () => {
  it('shows a receiver in Node that takes what is the hub’s, once', async () => {
    const file = join(folder, 'receiver.mjs');
    writeFileSync(file, snippet('js'));
    const { receive } = (await import(pathToFileURL(file).href)) as {
      readonly receive: (body: Buffer, headers: Readonly<Record<string, string>>, secret: string) => unknown;
    };
    const outcome = ({ body, headers }: (typeof cases)[number]): string => {
      try {
        return receive(Buffer.from(body, 'utf8'), headers, secret) === null ? 'seen' : 'taken';
      } catch {
        return 'refused';
      }
    };
    expect(cases.map((each) => `${each.name}: ${outcome(each)}`)).toEqual(wanted);
  });

  it('shows the same in Python', () => {
    writeFileSync(join(folder, 'cases.json'), JSON.stringify(cases));
    writeFileSync(
      join(folder, 'receiver.py'),
      `${snippet('python')}
import sys
for case in json.load(open(sys.argv[1], encoding="utf8")):
    try:
        outcome = "seen" if receive(case["body"].encode(), case["headers"], sys.argv[2]) is None else "taken"
    except ValueError:
        outcome = "refused"
    print(f'{case["name"]}: {outcome}')
`,
    );
    const printed = execFileSync('python3', [join(folder, 'receiver.py'), join(folder, 'cases.json'), secret], {
      encoding: 'utf8',
      env: { ...process.env, PYTHONIOENCODING: 'utf8' },
    });
    expect(printed.trim().split('\n')).toEqual(wanted);
  });

  it('shows a line of openssl that comes to the same signature', () => {
    const body = bodyAt(now, 'one');
    writeFileSync(join(folder, 'body.json'), body);
    const printed = execFileSync('sh', ['-c', snippet('sh')], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, WEBHOOK_SECRET: secret },
    });
    expect(printed.trim()).toBe(webhookSignature(secret, body));
    expect(printed.trim()).toMatch(/^[0-9a-f]{64}$/);
  });
});
