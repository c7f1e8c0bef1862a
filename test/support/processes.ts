/** Real processes for tests: nodes running a file of ours, and a Temporal dev server on free ports, all ended with the test. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../../src/workflows/messages.ts';
import { freePort } from './postgres.ts';

/** Root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');
/** Node 24 of the lock file. */
const NODE = join(ROOT, 'node_modules/.bin/node');
const STOP_MS = 20_000;

/** A running child with what it wrote. */
export type TestProcess = {
  readonly pid: number;
  /** Everything written to stdout and stderr so far. */
  readonly output: () => string;
  /** Resolves with the match once the output matches; throws with the output when it does not, or the process ends first. */
  readonly waitFor: (pattern: RegExp, timeoutMs?: number) => Promise<RegExpExecArray>;
  /** Exit code, or null after a signal. */
  readonly exited: Promise<number | null>;
  readonly isRunning: () => boolean;
  /** Sends `signal` (SIGTERM) and waits for the end; SIGKILL after 20 s, which throws. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<void>;
};

const running = new Set<ChildProcess>();
// A test that dies must not leave its children to the next one.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts any program; the environment is `env` and PATH, nothing else. */
export function spawnProgram(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): TestProcess {
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] ?? '', NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let text = '';
  const keep = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((done) => {
    child.once('error', (error) => {
      text += error.message;
      running.delete(child);
      done(127);
    });
    child.once('close', (code) => {
      running.delete(child);
      done(code);
    });
  });
  const isRunning = (): boolean => running.has(child);
  return {
    pid: child.pid ?? -1,
    output: () => text,
    exited,
    isRunning,
    waitFor: async (pattern, timeoutMs = 60_000) => {
      const deadline = Date.now() + timeoutMs;
      for (;;) {
        const match = pattern.exec(text);
        if (match) return match;
        if (!isRunning()) throw new Error(`${args[0] ?? program} ended before ${String(pattern)}:\n${text}`);
        if (Date.now() > deadline)
          throw new Error(`${args[0] ?? program} did not write ${String(pattern)} in ${timeoutMs} ms:\n${text}`);
        await delay(25);
      }
    },
    stop: async (signal = 'SIGTERM') => {
      if (!isRunning()) return;
      child.kill(signal);
      const isLate = await Promise.race([exited.then(() => false), delay(STOP_MS, true, { ref: false })]);
      if (!isLate) return;
      child.kill('SIGKILL');
      await once(child, 'close');
      throw new Error(`${args[0] ?? program} did not end ${STOP_MS} ms after ${signal}:\n${text}`);
    },
  };
}

/** Starts `node <path> ...args` on Node 24; `path` is relative to the repository. */
export function spawnNode(
  path: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): TestProcess {
  return spawnProgram(NODE, [path, ...args], env);
}

/** Polls until `condition` is true (or returns a value that is not undefined or false) and returns it. */
export async function waitUntil<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  timeoutMs = 30_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(50);
  }
}

/** Is somebody listening there? */
export function isListening(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}

/** Is this process alive? A zombie is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

/** A Temporal dev server in memory on free ports, with the hub's search attributes. */
export type TestTemporal = {
  readonly address: string;
  readonly uiUrl: string;
  readonly process: TestProcess;
  readonly stop: () => Promise<void>;
};

/**
 * Starts it and waits until it serves; takes about 2 s. Call `stop` in afterAll. With a file it keeps what it knows
 * there, and another one on the same port goes on from it.
 */
export async function startTemporalServer(
  kept: { readonly port: number; readonly dbFile: string } | null = null,
): Promise<TestTemporal> {
  const [port, uiPort] = [kept?.port ?? (await freePort()), await freePort()];
  const server = spawnProgram('temporal', [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--ui-port',
    String(uiPort),
    '--log-level',
    'error',
    ...(kept === null ? [] : ['--db-filename', kept.dbFile]),
    ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
  ]);
  await waitUntil(
    'Temporal serves',
    async () => {
      if (!server.isRunning()) throw new Error(`Temporal ended:\n${server.output()}`);
      return (await isListening(port)) && (await isListening(uiPort));
    },
    60_000,
  );
  return { address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, process: server, stop: server.stop };
}
