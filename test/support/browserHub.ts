/** Set-up of the browser tests: one `npm start` with its demonstration data, as a person would have it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { z } from 'zod';
import { demoAccounts } from '../../src/platform/embedded/demo.ts';
import { freePort } from './embeddedPostgres.ts';
import { SCREENSHOTS } from './screenshots.ts';

const ROOT = join(import.meta.dirname, '../..');
const READY_MS = 180_000;
/** Shown when the start fails. */
const LAST_WORDS = 4_000;

const demoFile = demoAccounts.extend({ base_url: z.string(), temporal_ui_url: z.string().nullable() });

/** The demonstration hub, as `demo.json` tells it, and its database as the owner sees it. */
export type Demo = z.infer<typeof demoFile> & { readonly ownerUrl: string };

declare module 'vitest' {
  interface ProvidedContext {
    demo: Demo;
  }
}

/**
 * Starts the hub, or takes the running one of MONSYS_BROWSER_HUB (its data folder), whose screens may be served
 * from elsewhere (MONSYS_BROWSER_URL). The returned function stops what it started.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['MONSYS_BROWSER_HUB'];
  if (running) {
    const demo = await readDemo(running);
    project.provide('demo', { ...demo, base_url: process.env['MONSYS_BROWSER_URL'] ?? demo.base_url });
    return async () => undefined;
  }
  // Pictures of a run are its own: one of a page that is gone would lie beside them as if it were there.
  await rm(SCREENSHOTS, { recursive: true, force: true });
  const dataDir = await mkdtemp(join(tmpdir(), 'monsys-browser-'));
  const hub = spawn(process.execPath, ['bin/start.mjs'], {
    cwd: ROOT,
    env: { ...process.env, PORT: String(await freePort()), MONSYS_DATA_DIR: dataDir, RATE_LIMIT_PER_MINUTE: '100000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(hub, 'exit');
  const stop = async (): Promise<void> => {
    hub.kill('SIGTERM');
    await ended;
    await rm(dataDir, { recursive: true, force: true });
  };
  let said = '';
  const isReady = new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready within ${READY_MS / 1000} s`)), READY_MS);
    const hear = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      if (!/^ready http/m.test(said)) return;
      clearTimeout(timer);
      resolve();
    };
    hub.stdout.on('data', hear);
    hub.stderr.on('data', hear);
    void ended.then(() => reject(new Error('it ended')));
  });
  try {
    await isReady;
  } catch (error) {
    await stop();
    throw new Error(`The hub of the browser tests did not start:\n${said.slice(-LAST_WORDS)}`, { cause: error });
  }
  project.provide('demo', await readDemo(dataDir));
  return stop;
}

async function readDemo(dataDir: string): Promise<Demo> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(dataDir, name), 'utf8'));
  const demo = demoFile.parse(await read('demo.json'));
  const { owner_password } = z.object({ owner_password: z.string() }).parse(await read('secrets.json'));
  const app = new URL(z.object({ app_database_url: z.string() }).parse(await read('demo.json')).app_database_url);
  app.username = 'postgres';
  app.password = owner_password;
  return { ...demo, ownerUrl: app.href };
}
