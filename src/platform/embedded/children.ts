/**
 * The processes of an embedded hub: started by path, each with its own environment and log, started again when
 * they die, stopped in order. Who runs is kept in the data folder, so that the next start can end what a killed
 * one left behind.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode, PRIVATE_FILE, readFileIfAny, StartError } from './files.ts';
import { endProcess, identify, isSameProcess, type ProcessIdentity } from './processTable.ts';

/** Order of stopping, and how long each may take before SIGKILL; together under 20 s. */
const STOPS = [
  { layer: 'agent', graceMs: 2_000, signal: 'SIGTERM' },
  { layer: 'api', graceMs: 4_000, signal: 'SIGTERM' },
  { layer: 'worker', graceMs: 6_000, signal: 'SIGTERM' },
  { layer: 'temporal', graceMs: 3_000, signal: 'SIGTERM' },
  // SIGINT is Postgres' fast shutdown: open sessions are ended, data is flushed.
  { layer: 'postgres', graceMs: 4_000, signal: 'SIGINT' },
  { layer: 'task', graceMs: 1_000, signal: 'SIGTERM' },
] as const;

export type Layer = (typeof STOPS)[number]['layer'];

/** How to start a child. `env` is its whole environment. */
export type ChildSpec = {
  readonly name: string;
  readonly layer: Layer;
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
};

/** Back-off between restarts: doubles from the first to the last. */
const FIRST_BACK_OFF_MS = 500;
const LAST_BACK_OFF_MS = 8_000;
/** More deaths of one child than this within the window end the start. */
const DEATHS_ALLOWED = 5;
const DEATH_WINDOW_MS = 120_000;
/** A log longer than this is set aside at the next start, as <name>.log.1. */
const LOG_BYTES = 10 * 1024 * 1024;
const LOG_READ_BYTES = 256 * 1024;
const RECORD = 'children.json';
const POLL_MS = 25;

type Running = {
  spec: ChildSpec;
  process: ChildProcess | null;
  identity: ProcessIdentity | null;
  logStart: number;
  deaths: number[];
  /** Resolves with a sentence when the child ends. */
  ended: Promise<string>;
  isSupervised: boolean;
  isRestarting: boolean;
};

/** All children of one start. */
export class Children {
  readonly #dataDir: string;
  readonly #say: (line: string) => void;
  readonly #running = new Map<string, Running>();
  readonly #fail: (error: Error) => void;
  #isStopping = false;
  /** Rejects when a child cannot be kept alive. */
  readonly failed: Promise<never>;

  constructor(dataDir: string, say: (line: string) => void) {
    this.#dataDir = dataDir;
    this.#say = say;
    const { promise, reject } = Promise.withResolvers<never>();
    this.failed = promise;
    this.#fail = reject;
    // Whoever races against it hears of it; until then it must not end the process.
    promise.catch(() => undefined);
  }

  /** Starts a child. Before `supervise`, its death is the caller's business (`whileAlive`). */
  start(spec: ChildSpec): void {
    if (this.#isStopping) throw new StartError('Stopped before the hub was ready.');
    const path = this.logPath(spec.name);
    const size = logSize(path);
    if (size > LOG_BYTES) renameSync(path, `${path}.1`);
    const logStart = size > LOG_BYTES ? 0 : size;
    const log = openSync(path, 'a', PRIVATE_FILE);
    const previous = this.#running.get(spec.name);
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    let child: ChildProcess;
    try {
      child = spawn(spec.program, spec.args, {
        env: { ...spec.env },
        // Nobody's terminal: Ctrl-C must reach this process alone, or the order of stopping is lost.
        stdio: ['ignore', log, log],
        detached: true,
        ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
        ...(spec.uid === undefined ? {} : { uid: spec.uid }),
        ...(spec.gid === undefined ? {} : { gid: spec.gid }),
      });
    } finally {
      closeSync(log);
    }
    const entry: Running = {
      spec,
      process: child,
      identity: child.pid === undefined ? null : identify(child.pid),
      logStart,
      deaths: previous?.deaths ?? [],
      ended,
      isSupervised: previous?.isSupervised ?? false,
      isRestarting: false,
    };
    this.#running.set(spec.name, entry);
    this.#record();
    child.once('error', (error) => {
      entry.process = null;
      resolve(`${spec.name} cannot be run: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      entry.process = null;
      resolve(`${spec.name} ended with ${signal ?? `code ${code ?? 0}`}`);
      if (entry.isSupervised && !this.#isStopping && !entry.isRestarting) void this.#revive(entry, code, signal);
    });
  }

  /** From now on the child is started again when it dies. */
  supervise(...names: readonly string[]): void {
    for (const name of names) {
      const entry = this.#entry(name);
      entry.isSupervised = true;
      if (entry.process === null && !this.#isStopping) void this.#revive(entry, null, null);
    }
  }

  /** Runs a child to its end; throws with its last words unless it ends well. */
  async run(spec: Omit<ChildSpec, 'layer'>): Promise<string> {
    this.start({ ...spec, layer: 'task' });
    const entry = this.#entry(spec.name);
    const ending = await entry.ended;
    this.#running.delete(spec.name);
    this.#record();
    if (entry.process !== null || !ending.endsWith('code 0')) throw this.#death(spec.name, ending);
    return this.logSince(spec.name, entry.logStart);
  }

  /** `work`, unless a child of these dies first: then an error with its last words. */
  async whileAlive<T>(names: readonly string[], work: Promise<T>): Promise<T> {
    const deaths = names.map(async (name) => {
      const ending = await this.#entry(name).ended;
      if (this.#isStopping) throw new StartError('Stopped before the hub was ready.');
      throw this.#death(name, ending);
    });
    work.catch(() => undefined);
    return Promise.race([work, ...deaths]);
  }

  /** Polls the child's log of this start for a pattern. */
  async waitForLog(name: string, pattern: RegExp, timeoutMs: number): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.logSince(name, this.#entry(name).logStart));
      if (match) return match;
      if (Date.now() > deadline || this.#isStopping)
        throw new StartError(`${name} was not ready within ${timeoutMs / 1000} s; see ${this.logPath(name)}.`);
      await delay(POLL_MS * 2);
    }
  }

  /** Ends a child and starts it again, as npm run dev does. */
  async restart(name: string): Promise<void> {
    const entry = this.#entry(name);
    if (this.#isStopping || entry.isRestarting) return;
    entry.isRestarting = true;
    await this.#end(entry);
    this.start(entry.spec);
  }

  /** Names of the running children of a layer. */
  namesOf(layer: Layer): readonly string[] {
    return [...this.#running.values()].filter(({ spec }) => spec.layer === layer).map(({ spec }) => spec.name);
  }

  /** Ends everything, layer by layer. Says so when something had to be killed. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const { layer } of STOPS)
      await Promise.all(
        [...this.#running.values()].filter(({ spec }) => spec.layer === layer).map((entry) => this.#end(entry)),
      );
    this.#running.clear();
    rmSync(join(this.#dataDir, RECORD), { force: true });
  }

  /** Ends everything at once, for a person who does not wait. */
  killAll(): void {
    this.#isStopping = true;
    for (const { process: child } of this.#running.values()) child?.kill('SIGKILL');
  }

  /** Where a child writes. */
  logPath(name: string): string {
    return join(this.#dataDir, 'logs', `${name}.log`);
  }

  /** What a child wrote from `offset` on; the last part of it when it is long. */
  logSince(name: string, offset: number): string {
    const path = this.logPath(name);
    const size = logSize(path);
    const from = Math.max(offset, size - LOG_READ_BYTES);
    if (size <= from) return '';
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(size - from);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from));
    } finally {
      closeSync(file);
    }
  }

  /** What a child wrote since it was started. */
  logOf(name: string): string {
    return this.logSince(name, this.#entry(name).logStart);
  }

  #entry(name: string): Running {
    const entry = this.#running.get(name);
    if (entry === undefined) throw new Error(`no child ${name}`);
    return entry;
  }

  #death(name: string, ending: string): StartError {
    const entry = this.#running.get(name);
    const text = this.logSince(name, entry?.logStart ?? Math.max(0, logSize(this.logPath(name)) - LOG_READ_BYTES));
    if (/ENOSPC|No space left on device/.test(text))
      return new StartError(
        `The disk of ${this.#dataDir} is full: free some space, or set MONSYS_DATA_DIR to a folder on another disk.`,
      );
    const last = lastWords(text);
    return new StartError(`${ending}${last === '' ? '' : `: ${last}`} (${this.logPath(name)})`);
  }

  async #revive(entry: Running, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const { name } = entry.spec;
    const now = Date.now();
    entry.deaths = [...entry.deaths.filter((at) => now - at < DEATH_WINDOW_MS), now];
    if (entry.deaths.length > DEATHS_ALLOWED) {
      this.#fail(
        this.#death(
          name,
          `${name} died ${entry.deaths.length} times within ${DEATH_WINDOW_MS / 1000} s, the hub stops`,
        ),
      );
      return;
    }
    const wait = Math.min(LAST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (entry.deaths.length - 1));
    this.#say(`${name} ended (${signal ?? `code ${code ?? 0}`}); starting it again in ${wait / 1000} s`);
    await delay(wait);
    if (this.#isStopping || this.#running.get(name) !== entry) return;
    try {
      this.start(entry.spec);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  async #end(entry: Running): Promise<void> {
    const stop = STOPS.find(({ layer }) => layer === entry.spec.layer);
    if (entry.identity === null || stop === undefined || entry.process === null) return;
    if (!(await endProcess(entry.identity, stop.signal, stop.graceMs)))
      this.#say(`${entry.spec.name} did not end within ${stop.graceMs / 1000} s and was killed`);
  }

  /** Synchronous: a child that runs must be on record before anything else happens. */
  #record(): void {
    const path = join(this.#dataDir, RECORD);
    const list = [...this.#running.values()].flatMap(({ spec, identity }) =>
      identity === null ? [] : [{ name: spec.name, layer: spec.layer, ...identity }],
    );
    writeFileSync(`${path}.new`, JSON.stringify(list), { mode: PRIVATE_FILE });
    renameSync(`${path}.new`, path);
  }
}

function logSize(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0;
    throw error;
  }
}

/** The line in which a process says why it ended: the message of a pino line, Postgres' FATAL, or the last one that is no stack. */
export function lastWords(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(
      (line) => line !== '' && !line.startsWith('at ') && !/^[{}[\]()]+$/.test(line) && !line.startsWith('Node.js v'),
    );
  const chosen = lines.findLast((line) => /"level":60|FATAL|^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
  const message = /"msg":("(?:[^"\\]|\\.)*")/.exec(chosen)?.[1];
  return (message === undefined ? chosen : String(JSON.parse(message))).slice(0, 300);
}

/** Ends what an earlier start of this folder left behind when it was killed. Returns the names. */
export async function endLeftovers(dataDir: string): Promise<readonly string[]> {
  const path = join(dataDir, RECORD);
  const text = await readFileIfAny(path);
  if (text === null) return [];
  const recorded = parseRecord(text).filter(isSameProcess);
  for (const { layer, signal, graceMs } of STOPS)
    await Promise.all(
      recorded.filter((child) => child.layer === layer).map((child) => endProcess(child, signal, graceMs)),
    );
  rmSync(path, { force: true });
  return recorded.map(({ name }) => name);
}

type Recorded = ProcessIdentity & { readonly name: string; readonly layer: string };

function parseRecord(text: string): readonly Recorded[] {
  try {
    const list = JSON.parse(text) as unknown;
    return (Array.isArray(list) ? (list as Partial<Recorded>[]) : []).flatMap(({ pid, started, name, layer }) =>
      typeof pid === 'number' && typeof started === 'string' && typeof name === 'string' && typeof layer === 'string'
        ? [{ pid, started, name, layer }]
        : [],
    );
  } catch (error) {
    // Renamed into place by us; if the disk lost it, there is nothing to go by.
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
