/** Finds the Temporal server, or gets it. */

import { spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hasCode, StartError } from './files.ts';

/** The version that is fetched; a `temporal` on PATH may be another. */
const VERSION = 'v1.5.1';
/** MONSYS_TEMPORAL_DOWNLOAD_URL names a mirror of it. */
const DOWNLOAD_URL = `https://temporal.download/cli/archive/${VERSION}`;
const MODULE = `github.com/temporalio/cli/cmd/temporal@${VERSION}`;
/** A download that brings nothing for so long is given up. */
const STALL_MS = 15_000;

/** Where a fetched server is kept for every hub of this user. */
function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME'];
  return join(base !== undefined && base.startsWith('/') ? base : join(homedir(), '.cache'), 'monsys-msp');
}

/**
 * Path of the `temporal` program: on PATH, in the user's cache, downloaded, or built with Go, in this order.
 * `say` tells what takes long. Throws a sentence when there is no way.
 */
export async function resolveTemporalBinary(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void = () => undefined,
): Promise<string> {
  const onPath = await findOnPath('temporal', env);
  if (onPath !== null) return onPath;
  const folder = cacheFolder(env);
  const cached = join(folder, 'temporal');
  if (await isExecutable(cached)) return cached;
  await mkdir(folder, { recursive: true });
  const making = await mkdtemp(join(folder, 'making-'));
  try {
    const reasons: string[] = [];
    for (const get of [download, build]) {
      const reason = await get(making, env, say);
      if (reason === null && (await run(join(making, 'temporal'), ['--version'], env)).code === 0) {
        // Two starts at once: each has a whole file, the last one stays.
        await rename(join(making, 'temporal'), cached);
        return cached;
      }
      reasons.push(reason ?? 'what came does not run');
    }
    throw new StartError(
      `There is no Temporal server (${reasons.join('; ')}): install the Temporal CLI from https://docs.temporal.io/cli so that ` +
        '`temporal` is on PATH, or set TEMPORAL_ADDRESS to a running server.',
    );
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function findOnPath(program: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const folder of (env['PATH'] ?? '').split(delimiter).filter((entry) => entry.startsWith('/')))
    if (await isExecutable(join(folder, program))) return join(folder, program);
  return null;
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return false;
    throw error;
  }
}

type Getter = (folder: string, env: NodeJS.ProcessEnv, say: (line: string) => void) => Promise<string | null>;

/** The project's own archive. Null when it worked, else why not. */
const download: Getter = async (folder, env, say) => {
  const platform = process.platform;
  const arch = process.arch === 'x64' ? 'amd64' : process.arch;
  say(`downloading the Temporal server ${VERSION} (given up after ${STALL_MS / 1000} s of silence)`);
  const stall = new AbortController();
  let timer = setTimeout(() => stall.abort(), STALL_MS);
  try {
    const response = await fetch(
      `${env['MONSYS_TEMPORAL_DOWNLOAD_URL'] ?? DOWNLOAD_URL}?platform=${platform}&arch=${arch}`,
      { signal: stall.signal },
    );
    if (!response.ok || response.body === null) return `the download answered ${response.status}`;
    const tar = spawn('tar', ['-xzf', '-', '-C', folder, 'temporal'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
    const unpacked = new Promise<number | null>((resolve) => {
      tar.once('error', () => resolve(null));
      tar.once('exit', resolve);
    });
    const body = Readable.fromWeb(response.body);
    body.on('data', () => {
      clearTimeout(timer);
      timer = setTimeout(() => stall.abort(), STALL_MS);
    });
    await pipeline(body, tar.stdin);
    return (await unpacked) === 0 ? null : 'the downloaded archive could not be unpacked';
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return stall.signal.aborted ? `the download did not come within ${STALL_MS / 1000} s` : 'the download failed';
  } finally {
    clearTimeout(timer);
  }
};

/** From source by Go, whose module proxy is reachable where GitHub's files are not. */
const build: Getter = async (folder, env, say) => {
  if ((await findOnPath('go', env)) === null) return 'no Go to build it with';
  say(`building the Temporal server ${VERSION} with Go (about 2 minutes, once)`);
  const { code, error } = await run('go', ['install', MODULE], { ...env, GOBIN: folder });
  return code === 0 ? null : `go install failed: ${error.trim().split('\n').at(-1) ?? ''}`;
};

function run(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly error: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let error = '';
    child.stderr.on('data', (chunk: Buffer) => {
      error = `${error}${chunk.toString('utf8')}`.slice(-2_000);
    });
    child.once('error', ({ message }) => resolve({ code: null, error: message }));
    child.once('close', (code) => resolve({ code, error }));
  });
}
