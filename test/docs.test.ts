/** Documents that cannot drift: variables, problem types, tokens and paths are compared with the code. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { REFUSALS } from '../src/domain/refusal.ts';
import { formatToken, TOKEN_KINDS, tokenHash } from '../src/domain/token.ts';
import { readConfig, variablesOf } from '../src/platform/config.ts';
import { SCHEDULES } from '../src/workflows/messages.ts';

const ROOT = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].toSorted();

describe('the operator guide', () => {
  const guide = read('docs/operator-guide.md');
  const rows = [...guide.matchAll(/^\| `([A-Z][A-Z0-9_]+)` \| ([a-z, ]+) \| (.+?) \| .+ \|$/gm)].map((match) => ({
    name: match[1] as string,
    kinds: (match[2] as string).split(', '),
    fallback: match[3] as string,
  }));
  const KINDS = ['api', 'core', 'signing', 'rotation'] as const;
  const needed = { DATABASE_URL: 'postgres://hub.test/monsys', MONSYS_SEAL_KEY: '00'.repeat(32) };

  it.each(KINDS)(
    'lists exactly the variables that the %s process reads (add a row to docs/operator-guide.md)',
    (kind) => {
      const asked = new Set<string>();
      const env = new Proxy<NodeJS.ProcessEnv>(needed, {
        get: (target, name) => {
          asked.add(String(name));
          return target[String(name)];
        },
      });
      readConfig(kind, env);
      expect(asked).toContain('DATABASE_URL');
      const listed = rows.filter(({ kinds }) => kinds.includes(kind)).map(({ name }) => name);
      expect(listed.toSorted()).toEqual([...asked].toSorted());
    },
  );

  it.each(KINDS)('tells the defaults of the %s process as they are', (kind) => {
    const parsed = readConfig(kind, needed) as Readonly<Record<string, string | number | boolean | undefined>>;
    const told = rows
      .filter(({ kinds }) => kinds.includes(kind))
      .map(({ name, fallback }) => [name, /^`(.+)`$/.exec(fallback)?.[1]]);
    const inForce = told.map(([name]) => {
      const value = name === undefined || name in needed ? undefined : parsed[name];
      return [name, value === undefined ? undefined : String(value)];
    });
    expect(told).toEqual(inForce);
  });
});

describe('the operator guide’s settings of npm start', () => {
  it('are those that it reads beside those of the processes', () => {
    const folder = 'src/platform/embedded';
    const code = readdirSync(join(ROOT, folder)).map((name) => read(join(folder, name)));
    const names = code.flatMap((text) =>
      [...text.matchAll(/\b(?:isOn\(|env\[)'(MONSYS_\w+)'/g)].map((match) => String(match[1])),
    );
    const ofProcesses = new Set((['api', 'core', 'signing'] as const).flatMap(variablesOf));
    // Of bin/start.mjs, which measures how long the start takes.
    const own = new Set(names.filter((name) => !ofProcesses.has(name) && name !== 'MONSYS_START_BEGUN_MS'));
    const section =
      read('docs/operator-guide.md')
        .split('\n### ')
        .find((part) => part.startsWith('npm start')) ?? '';
    const listed = [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => String(match[1]));
    expect(listed.toSorted()).toEqual([...own].toSorted());
  });
});

describe('the operator guide’s schedules', () => {
  it('are one row each', () => {
    const section =
      read('docs/operator-guide.md')
        .split('\n## ')
        .find((part) => part.startsWith('Schedules')) ?? '';
    const listed = [...section.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1] as string);
    expect(listed.toSorted()).toEqual(SCHEDULES.map(({ id }) => id).toSorted());
  });
});

describe('docs/formats/problems.md', () => {
  it('is the refusal list (after a change: npx vitest run test/docs.test.ts -u)', async () => {
    const rows = Object.entries(REFUSALS).map(
      ([code, { status, title, sentence }]) =>
        `| \`${code}\` | ${status} | ${title} | ${sentence.replaceAll('|', '\\|')} |`,
    );
    await expect(`${PROBLEMS_INTRODUCTION}${rows.join('\n')}\n`).toMatchFileSnapshot('../docs/formats/problems.md');
  });
});

const PROBLEMS_INTRODUCTION = `# Problems

Normative; the table is rendered from \`src/domain/refusal.ts\` by \`test/docs.test.ts\`. Code: \`src/api/problem.ts\`.

Whatever the API refuses, it answers with a problem (RFC 9457, \`application/problem+json\`):

    HTTP/1.1 404 Not Found
    Content-Type: application/problem+json; charset=utf-8
    X-Request-Id: 0b0c9b5e-6d5b-4f0e-9d62-0d8a5d1f4c11

    {
      "type": "urn:monsys:problem:not_found",
      "title": "Not found",
      "status": 404,
      "detail": "There is no such tenant.",
      "instance": "urn:monsys:request:0b0c9b5e-6d5b-4f0e-9d62-0d8a5d1f4c11"
    }

| member | meaning |
|---|---|
| \`type\` | \`urn:monsys:problem:<code>\`; compare this, never the texts |
| \`title\` | the same for every problem of the type |
| \`status\` | as in the status line |
| \`detail\` | what to do, or the facts of this case |
| \`instance\` | the request's id, as in \`X-Request-Id\` and in the hub's log |
| \`errors\` | with \`invalid_request\`: \`part\` (\`params\`, \`query\`, \`body\`), \`pointer\` (RFC 6901) and \`message\` of each fault |
| \`limit_bytes\` | with \`body_too_large\` |
| \`permission\` | with \`forbidden\`, where one is missing |
| \`retry_after_seconds\` | with \`rate_limited\` and \`locked_out\`, as in \`Retry-After\` |

An answer with 401 carries \`WWW-Authenticate: Bearer realm="monsys-msp"\`, one with 405 \`Allow\`. Things of other tenants are
\`not_found\`, never \`forbidden\`. The refusals of the agent (\`eat_…\`) use the same codes in its signed results, where the
status means nothing.

A refusal knows that nothing was done: correct the request, and send it again, under the same \`Idempotency-Key\` if you
like. Two problems are failures that nobody foresaw, and do not know it: \`internal\` and \`outcome_unknown\`. A change may
have been made before them, so look before you send it again. Under the same key it does not run again: the retry is
\`idempotency_in_doubt\` until the key is forgotten after a day, as it is when the first request has had no answer for five
minutes. Whoever has looked and seen nothing repeats with a new key.

| code | status | title | what to do |
|---|---:|---|---|
`;

describe('docs/formats/tokens.md', () => {
  const page = read('docs/formats/tokens.md');

  it('has one row for each kind of token', () => {
    expect([...page.matchAll(/^\| `([a-z]+)` \| .+ \| .+ \| .+ \| .+ \|$/gm)].map((match) => match[1])).toEqual([
      ...TOKEN_KINDS,
    ]);
  });

  it('shows the token of 32 zero bytes with its hash', () => {
    const token = formatToken('api', new Uint8Array(32));
    expect(page).toContain(token);
    expect(page).toContain(Buffer.from(tokenHash(token)).toString('hex'));
  });
});

describe.each(PAGES)('%s', (page) => {
  const text = read(page);
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/^ {4}.*$/gm, '');

  it('links only to files that exist', () => {
    const links = [...prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] as string)
      .filter((link) => !/^[a-z]+:/.test(link));
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it('cites only paths that exist', () => {
    const cited = [
      ...prose.matchAll(/`((?:src|test|docs|migrations|bench|bin|dashboard|data)\/[\w./-]*\w|docker-compose\.yml)`/g),
    ].map((match) => match[1] as string);
    expect(cited.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe('README.md', () => {
  it('stays under 120 lines, names only scripts that exist and shows every room', () => {
    const readme = read('README.md');
    expect(readme.split('\n').length).toBeLessThan(120);
    const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };
    const called = [...readme.matchAll(/npm (?:run )?([a-z:]+)/g)].map((match) => match[1] as string);
    expect(called.filter((name) => name !== 'ci' && !(name in scripts))).toEqual([]);
    const rooms = readdirSync(join(ROOT, 'src')).filter((name) => !name.includes('.'));
    expect(rooms.filter((room) => !readme.includes(`\`src/${room}\``))).toEqual([]);
    const decided = read('docs/decisions/0001-rooms.md');
    const rows = [...rooms.map((room) => `src/${room}`), 'dashboard'].filter(
      (room) => !decided.includes(`\n| \`${room}\` |`),
    );
    expect(rows, 'each room has its row in the table of docs/decisions/0001-rooms.md').toEqual([]);
  });

  it('leads to every page but the decisions, which their folder lists', () => {
    const readme = read('README.md');
    const pages = PAGES.filter((page) => page !== 'README.md' && !page.startsWith('docs/decisions/'));
    expect(pages.length).toBeGreaterThan(20);
    expect(pages.filter((page) => !readme.includes(`](${page})`))).toEqual([]);
  });
});
