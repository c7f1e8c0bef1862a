/** A real Caddy in front of a hub, with the Caddyfile of docker-compose.yml and its own CA. Needs `caddy` on the PATH. */

import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { freePort } from './embeddedPostgres.ts';
import { ROOT, spawnProgram } from './processes.ts';

/** Caddy gets its first certificates while it starts. */
export const CADDY_START_MS = 20_000;

/** A running Caddy. `authorities` is the folder of its CA: `root.crt`, `intermediate.crt`. */
export type TestCaddy = { readonly httpsPort: number; readonly authorities: string };

/** The Caddyfile as it is deployed; only ports, CA and upstream are the test's. */
function caddyfile(hubPort: number, httpsPort: number): string {
  const compose = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const found = /^ {4}content: \|\n((?: {6}.*\n|\n)+)/m.exec(compose)?.[1];
  if (found === undefined) throw new Error('docker-compose.yml has no Caddyfile any more');
  const options = `local_certs\n skip_install_trust\n admin off\n auto_https disable_redirects\n https_port ${httpsPort}`;
  return found.replaceAll('$$', '$').replaceAll('api:8080', `127.0.0.1:${hubPort}`).replace('{', `{\n ${options}`);
}

/** Starts Caddy for the hub named `domain` that listens on `hubPort`; ends it after the file. */
export async function startCaddy(domain: string, hubPort: number): Promise<TestCaddy> {
  const folder = await mkdtemp(join(tmpdir(), 'monsys-caddy-'));
  const httpsPort = await freePort();
  await writeFile(join(folder, 'Caddyfile'), caddyfile(hubPort, httpsPort));
  const caddy = spawnProgram('caddy', ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile'], {
    DOMAIN: domain,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
  });
  afterAll(async () => {
    if (caddy.isRunning()) await caddy.stop();
    await rm(folder, { recursive: true, force: true });
  });
  const authorities = join(folder, 'caddy/pki/authorities/local');
  await caddy.waitFor(/serving initial configuration/, CADDY_START_MS);
  await vi.waitUntil(() => existsSync(join(authorities, 'root.crt')), CADDY_START_MS);
  return { httpsPort, authorities };
}
