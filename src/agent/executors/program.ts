/**
 * Runs one program for a step: no shell, its own process group, nothing in the environment but PATH, an end after
 * its time. What it writes is read to the end and hashed, but kept only up to a cap.
 */

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { hasCode } from '../durable.ts';

/** Kept of one step's output, in bytes. */
const OUTPUT_CAP_BYTES = 16 * 1024;
/** Looked at for an expected text. */
const SEARCHED_BYTES = 1024 * 1024;
/** A program that left something behind with its output open does not hold the step longer than this. */
const DRAIN_MS = 1_000;
const SEARCH_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What became of a program. */
export type ProgramRun = {
  /** Null when it did not end by itself, or could not be started. */
  readonly exitCode: number | null;
  readonly end: 'exited' | 'killed' | 'timed_out' | 'stopped' | 'not_started';
  readonly output: string;
  readonly isTruncated: boolean;
  /** Of everything that it wrote, kept or not. */
  readonly outputSha256: string;
  readonly outputBytes: number;
  /** The first megabyte of its standard output. */
  readonly stdout: string;
  readonly error: string | null;
};

/** Runs `argv`; `signal` aborts when the agent stops. Never throws for what the program does. */
export async function runProgram(
  argv: readonly string[],
  options: { readonly timeoutSeconds: number; readonly signal: AbortSignal; readonly input?: string },
): Promise<ProgramRun> {
  const hash = createHash('sha256');
  const keptChunks: Buffer[] = [];
  const stdoutChunks: Buffer[] = [];
  let [total, keptBytes, stdoutBytes] = [0, 0, 0];
  let end: ProgramRun['end'] = 'exited';
  const child = spawn(argv[0] as string, argv.slice(1), {
    cwd: '/',
    env: { PATH: SEARCH_PATH },
    // A group of its own, so that its children end with it.
    detached: true,
    shell: false,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const killGroup = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch (error) {
      if (!hasCode(error, 'ESRCH')) throw error;
    }
  };
  const take = (chunk: Buffer): void => {
    hash.update(chunk);
    total += chunk.length;
    const part = chunk.subarray(0, OUTPUT_CAP_BYTES - keptBytes);
    if (part.length > 0) keptChunks.push(part);
    keptBytes += part.length;
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    take(chunk);
    const part = chunk.subarray(0, SEARCHED_BYTES - stdoutBytes);
    if (part.length > 0) stdoutChunks.push(part);
    stdoutBytes += part.length;
  });
  child.stderr?.on('data', take);
  // A program that does not read its input closes the pipe; its exit code tells the rest.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(options.input);

  const timer = setTimeout(() => {
    end = 'timed_out';
    killGroup();
  }, options.timeoutSeconds * 1000);
  const stop = (): void => {
    end = 'stopped';
    killGroup();
  };
  options.signal.addEventListener('abort', stop);
  if (options.signal.aborted) stop();

  const outcome = await new Promise<{ code: number | null; error: string | null }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, error: error.message }));
    child.once('exit', (code) => {
      if (end === 'exited' && code === null) end = 'killed';
      const drained = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
      }, DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drained);
        resolve({ code, error: null });
      });
    });
  });
  clearTimeout(timer);
  options.signal.removeEventListener('abort', stop);
  return {
    exitCode: end === 'exited' ? outcome.code : null,
    end: outcome.error === null ? end : 'not_started',
    output: readableText(Buffer.concat(keptChunks)),
    isTruncated: total > keptBytes,
    outputSha256: hash.digest('hex'),
    outputBytes: total,
    stdout: Buffer.concat(stdoutChunks).toString('utf8'),
    error: outcome.error,
  };
}

/** Text for a result: well-formed, and without control characters that would act on a terminal. */
function readableText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replaceAll(/[^\P{Cc}\n\t\r]/gu, '\uFFFD');
}
