/** The production layout: what docker-compose.yml gives a process is what the process reads, and packs have one store. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { readConfig, variablesOf } from '../../src/platform/config.ts';
import { ROOT } from '../support/processes.ts';

type Service = {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly read_only: boolean;
  readonly tmpfs: readonly string[];
};
const compose = parse(await readFile(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, object>>;
};
const KINDS = { api: 'api', 'worker-core': 'core', 'worker-signing': 'signing' } as const;
const service = (name: keyof typeof KINDS): Service => compose.services[name] as Service;

/** The volume and the mode of what is mounted at `folder`. */
function mountAt(name: keyof typeof KINDS, folder: string): { readonly volume: string; readonly mode: string } {
  const found = (service(name).volumes ?? []).map((each) => each.split(':')).find(([, target]) => target === folder);
  return { volume: found?.[0] ?? 'none', mode: found?.[2] ?? 'rw' };
}

describe('docker-compose.yml', () => {
  it.each(Object.entries(KINDS))('gives %s variables that it reads, and all that it needs', (name, kind) => {
    const { environment } = service(name as keyof typeof KINDS);
    expect(Object.keys(environment).filter((variable) => !variablesOf(kind).includes(variable))).toEqual([]);
    // As compose fills them in: hex for every secret, a name for the domain.
    const filled = Object.entries(environment).map(([variable, value]) => [
      variable,
      value.replaceAll('${DOMAIN:?}', 'hub.example').replaceAll(/\$\{\w+:\?\}/g, '5e'.repeat(32)),
    ]);
    expect(() => readConfig(kind, Object.fromEntries(filled))).not.toThrow();
  });

  it('keeps packs in one volume, which the core worker writes and the api reads (nothing else of theirs can be written)', () => {
    const folders = (['api', 'worker-core'] as const).map((name) => service(name).environment['MONSYS_PACK_DIR'] ?? '');
    expect(folders).toEqual(['/packs', '/packs']);
    expect(mountAt('worker-core', '/packs')).toEqual({ volume: 'packs', mode: 'rw' });
    expect(mountAt('api', '/packs')).toEqual({ volume: 'packs', mode: 'ro' });
    expect(compose.volumes).toHaveProperty('packs');
    for (const name of ['api', 'worker-core'] as const)
      expect(service(name)).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
  });

  it('mounts it over a folder that the user of the image owns, whose owner a new volume takes', async () => {
    const image = await readFile(join(ROOT, 'Dockerfile'), 'utf8');
    expect(image).toMatch(/^RUN install .*--owner=node .* \/packs\nUSER node$/m);
  });
});
