import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestDatabase, freePort } from '../support/postgres.ts';
import { spawnNode } from '../support/processes.ts';

const db = await createTestDatabase();
const nobody = `127.0.0.1:${await freePort()}`;
const env = {
  DATABASE_URL: db.uri('monsys_app'),
  MONSYS_SEAL_KEY: randomBytes(32).toString('hex'),
  TEMPORAL_ADDRESS: nobody,
};

describe('src/api/main.ts', () => {
  it.each([
    ['a missing variable', { ...env, MONSYS_SEAL_KEY: '' }, 'MONSYS_SEAL_KEY: 64 hex digits'],
    ['an unknown log level', { ...env, LOG_LEVEL: 'loud' }, 'The environment of "api" is not complete: LOG_LEVEL'],
    ['no Temporal', env, `Temporal does not answer at ${nobody}; start it or set TEMPORAL_ADDRESS.`],
    [
      'no Postgres',
      { ...env, DATABASE_URL: `postgres://monsys_app:hunter2@${nobody}/monsys` },
      `Postgres does not answer at ${nobody}`,
    ],
  ])('ends with one line that says what to do: %s', async (_, variables, sentence) => {
    const api = spawnNode('src/api/main.ts', [], variables);
    expect(await api.exited).toBe(1);
    const lines = api.output().trim().split('\n');
    expect(lines, api.output()).toHaveLength(1);
    expect((JSON.parse(lines[0] as string) as { msg: string }).msg).toContain(sentence);
    expect(api.output()).not.toContain('hunter2');
  });
});
