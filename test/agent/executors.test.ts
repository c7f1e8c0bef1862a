/** Executors against this very machine: real processes, files and programs. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod, chown, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram } from '../../src/agent/executors/program.ts';
import { runStep } from '../../src/agent/executors/runStep.ts';
import type { StepContext } from '../../src/agent/executors/step.ts';
import { readPolicy } from '../../src/agent/policy.ts';
import { readProcessStat } from '../../src/agent/processStat.ts';
import { sha256Hex } from '../../src/domain/bytes.ts';
import type { PlaybookStep } from '../../src/domain/playbook.ts';
import { openTestExecution } from '../support/agentExecution.ts';
import { isAlive, waitUntil } from '../support/processes.ts';

const root = await mkdtemp(join(tmpdir(), 'monsys-executors-'));
const children: ChildProcess[] = [];
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});
const state = join(root, 'state');
await mkdir(state, { mode: 0o700 });
const { stepContext } = await openTestExecution({ stateDir: state });
const isRoot = process.getuid?.() === 0;

async function policyOf(toml: string) {
  const file = join(root, `${randomUUID()}.toml`);
  await writeFile(file, toml, { mode: 0o600 });
  const reading = readPolicy(file, true);
  if (reading.kind !== 'ok') throw new Error(reading.why);
  return reading.policy;
}
const defaults = await policyOf('');
const run = (step: PlaybookStep, change: Partial<StepContext> = {}) =>
  runStep(step, { ...stepContext, policy: defaults, ...change });
function start(program: string, ...args: string[]): ChildProcess & { pid: number } {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  children.push(child);
  return child as ChildProcess & { pid: number };
}
const live = { timeoutSeconds: 20, signal: new AbortController().signal };

describe('a program', () => {
  it('has nothing in its environment but PATH, no shell, and no input', async () => {
    const env = await runProgram(['/usr/bin/env'], live);
    expect(env.output).toMatch(/^PATH=\S+\n$/);
    expect((await runProgram(['/usr/bin/echo', '$HOME', '; id', '`id`'], live)).output).toBe('$HOME ; id `id`\n');
    expect(await runProgram(['/usr/bin/cat'], live)).toMatchObject({ exitCode: 0, output: '' });
  });

  it('that takes too long is killed with everything it started', async () => {
    const file = join(root, 'grandchild');
    const argv = ['/bin/sh', '-c', `sleep 600 & echo $! > ${file}; sleep 600`];
    const before = performance.now();
    const done = await run({ kind: 'run_command', argv, timeout_seconds: 1 });
    expect(performance.now() - before).toBeLessThan(8_000);
    expect(done).toMatchObject({ isOk: false, exitCode: null, detail: { end: 'timed_out' } });
    const pid = Number(await readFile(file, 'utf8'));
    await waitUntil('the grandchild is gone', async () => {
      const left = await readProcessStat(pid);
      return left === null || left.isZombie;
    });
  });

  it('is cut at 16 KiB of output, with the hash of all of it', async () => {
    const done = await run({ kind: 'run_command', argv: ['/usr/bin/seq', '1', '20000'] });
    const whole = Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join('');
    expect(done.output).toBe(whole.slice(0, 16 * 1024));
    expect(done).toMatchObject({
      isTruncated: true,
      detail: { output_sha256: sha256Hex(whole), output_bytes: whole.length },
    });
  });

  it('cannot put control characters or broken text into a result', async () => {
    const done = await run({ kind: 'run_command', argv: ['/usr/bin/printf', 'a\\000b\\033[2J\\377\\n'] });
    expect(done.output).toBe('a\uFFFDb\uFFFD[2J\uFFFD\n');
  });

  it('is judged by its exit code and by what it writes', async () => {
    const check = (argv: string[], expectation: object) => run({ kind: 'check', argv, expect: expectation });
    expect(await check(['/usr/bin/false'], { exit_code: 1 })).toMatchObject({ isOk: true, exitCode: 1 });
    expect(await check(['/usr/bin/false'], {})).toMatchObject({ isOk: false });
    expect(await check(['/usr/bin/echo', 'running'], { stdout_contains: 'unn' })).toMatchObject({ isOk: true });
    expect(await check(['/usr/bin/echo', 'stopped'], { stdout_contains: 'unn' })).toMatchObject({ isOk: false });
  });

  it('that is not there is a failed step with the reason', async () => {
    const done = await run({ kind: 'run_command', argv: ['/nowhere/at/all'] });
    expect(done).toMatchObject({ isOk: false, exitCode: null, detail: { end: 'not_started' } });
    expect(done.detail['error']).toContain('ENOENT');
  });

  it('ends with the agent', async () => {
    const stop = new AbortController();
    const running = run({ kind: 'run_command', argv: ['/usr/bin/sleep', '600'] }, { signal: stop.signal });
    stop.abort();
    expect(await running).toMatchObject({ isOk: false, detail: { end: 'stopped' } });
    expect(await run({ kind: 'wait', seconds: 600 }, { signal: stop.signal })).toMatchObject({ isOk: false });
  });
});

describe('kill_process', () => {
  it('ends the process that pid and start time name', async () => {
    const { pid } = start('/usr/bin/sleep', '600');
    const startTime = (await readProcessStat(pid))?.startTime ?? 0;
    expect(await run({ kind: 'kill_process', pid, start_time: startTime })).toMatchObject({
      isOk: true,
      detail: { signal: 'SIGTERM' },
    });
    expect(isAlive(pid)).toBe(false);
  });

  it('leaves a process alone whose start time is another (the pid was used again)', async () => {
    const { pid } = start('/usr/bin/sleep', '600');
    const startTime = (await readProcessStat(pid))?.startTime ?? 0;
    for (const off of [-1, 1]) {
      const done = await run({ kind: 'kill_process', pid, start_time: startTime + off });
      expect(done).toMatchObject({ isOk: false, detail: { reason: 'another_process', start_time: startTime } });
    }
    expect(isAlive(pid)).toBe(true);
  });

  it('uses SIGKILL on one that does not listen', async () => {
    const child = start('/bin/sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done');
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const startTime = (await readProcessStat(child.pid))?.startTime ?? 0;
    const done = await run({ kind: 'kill_process', pid: child.pid, start_time: startTime, timeout_seconds: 1 });
    expect(done).toMatchObject({ isOk: true, detail: { signal: 'SIGKILL' } });
  });

  it('never kills the agent, and says when nobody has the pid', async () => {
    const own = (await readProcessStat(process.pid))?.startTime ?? 0;
    expect(await run({ kind: 'kill_process', pid: process.pid, start_time: own })).toMatchObject({ isOk: false });
    expect(await run({ kind: 'kill_process', pid: 4_194_303, start_time: 1 })).toMatchObject({
      detail: { reason: 'no_such_process' },
    });
  });
});

describe('quarantine_file and restore_file', () => {
  const quarantine = (path: string) => run({ kind: 'quarantine_file', path });
  const restore = (path: string) => run({ kind: 'restore_file', path });

  it('take a file away and bring it back with content, mode, owner and time', async () => {
    const path = join(root, 'evil.bin');
    await writeFile(path, 'payload');
    if (isRoot) await chown(path, 1234, 2345);
    await chmod(path, 0o4755);
    const before = await stat(path);
    const done = await quarantine(path);
    expect(done, JSON.stringify(done)).toMatchObject({
      isOk: true,
      detail: { path, sha256: sha256Hex('payload'), mode: '4755', bytes: 7, other_names: 0 },
    });
    await expect(stat(path)).rejects.toThrow('ENOENT');
    const vault = join(state, 'vault');
    expect((await stat(vault)).mode & 0o777).toBe(0o700);
    const kept = await stat(join(vault, `${done.detail['vault_id'] as string}.file`));
    expect(kept.mode & 0o7777).toBe(0o400);

    expect(await restore(path)).toMatchObject({ isOk: true, detail: { sha256: sha256Hex('payload'), mode: '4755' } });
    const after = await stat(path);
    const facts = ({ mode, uid, gid, mtimeMs }: typeof before) => [mode, uid, gid, Math.floor(mtimeMs)];
    expect(facts(after)).toEqual(facts(before));
    expect(await readFile(path, 'utf8')).toBe('payload');
    expect(await restore(path)).toMatchObject({ isOk: false, detail: { reason: 'not_in_quarantine' } });
  });

  it('work over the border of a file system, too', async () => {
    const path = join('/dev/shm', `monsys-${randomUUID()}`);
    await writeFile(path, 'elsewhere', { mode: 0o640 });
    try {
      expect((await stat(path)).dev).not.toBe((await stat(state)).dev);
      expect(await quarantine(path)).toMatchObject({
        isOk: true,
        detail: { sha256: sha256Hex('elsewhere'), mode: '0640' },
      });
      await expect(stat(path)).rejects.toThrow('ENOENT');
      expect(await restore(path)).toMatchObject({ isOk: true });
      expect((await stat(path)).mode & 0o777).toBe(0o640);
      expect(await readFile(path, 'utf8')).toBe('elsewhere');
    } finally {
      await rm(path, { force: true });
    }
  });

  it('never put anything over what is there by now', async () => {
    const path = join(root, 'twice');
    await writeFile(path, 'old');
    await quarantine(path);
    await writeFile(path, 'new');
    expect(await restore(path)).toMatchObject({ isOk: false, detail: { reason: 'path_is_taken' } });
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('refuse links, folders, pipes, devices and the agent’s own files', async () => {
    const target = join(root, 'target');
    await writeFile(target, 'x');
    await symlink(target, join(root, 'link'));
    expect(await quarantine(join(root, 'link'))).toMatchObject({ isOk: false, detail: { reason: 'symbolic_link' } });
    expect(await readFile(target, 'utf8')).toBe('x');
    expect(await quarantine(root)).toMatchObject({ isOk: false, detail: { reason: 'not_a_regular_file' } });
    const pipe = join(root, 'pipe');
    await runProgram(['/usr/bin/mkfifo', pipe], live);
    expect(await quarantine(pipe)).toMatchObject({ isOk: false, detail: { reason: 'not_a_regular_file' } });
    expect(await quarantine('/dev/null')).toMatchObject({ isOk: false, detail: { reason: 'not_a_regular_file' } });
    await writeFile(join(state, 'agent.key'), 'secret');
    expect(await quarantine(join(state, 'agent.key'))).toMatchObject({ isOk: false, detail: { reason: 'own_file' } });
    // The same folder by another name.
    await symlink(state, join(root, 'alias'));
    expect(await quarantine(join(root, 'alias/agent.key'))).toMatchObject({
      isOk: false,
      detail: { reason: 'own_file' },
    });
    expect(await quarantine(join(root, 'missing'))).toMatchObject({ isOk: false });
  });

  it('tell that the content has other names', async () => {
    const path = join(root, 'many');
    await writeFile(path, 'x');
    await link(path, join(root, 'many-too'));
    expect(await quarantine(path)).toMatchObject({ isOk: true, detail: { other_names: 1 } });
  });

  it('does not restore what was changed in the vault', async () => {
    const path = join(root, 'tampered');
    await writeFile(path, 'before');
    const done = await quarantine(path);
    const kept = join(state, 'vault', `${done.detail['vault_id'] as string}.file`);
    await chmod(kept, 0o600);
    await writeFile(kept, 'after!');
    expect(await restore(path)).toMatchObject({ isOk: false, detail: { reason: 'content_changed_in_vault' } });
  });
});

describe('services, packages, reboot and dumps', () => {
  it('use the commands that the policy file gives', async () => {
    const trace = join(root, 'trace');
    const policy = await policyOf(
      [
        `[services.nginx]\nstop = ["/usr/bin/touch", "${trace}.stopped"]\nrestart = ["/usr/bin/false"]`,
        `[programs]\nreboot = ["/usr/bin/touch", "${trace}.reboot"]\ninstall_package = ["/usr/bin/echo", "install"]`,
      ].join('\n'),
    );
    expect(await run({ kind: 'stop_service', service: 'nginx' }, { policy })).toMatchObject({ isOk: true });
    expect(await run({ kind: 'stop_service', service: 'nginx.service' }, { policy })).toMatchObject({
      detail: { by: 'policy' },
    });
    expect((await stat(`${trace}.stopped`)).isFile()).toBe(true);
    expect(await run({ kind: 'restart_service', service: 'nginx' }, { policy })).toMatchObject({
      isOk: false,
      exitCode: 1,
    });
    expect(await run({ kind: 'reboot' }, { policy })).toMatchObject({ isOk: true, detail: { ordered: true } });
    expect((await stat(`${trace}.reboot`)).isFile()).toBe(true);
    expect(await run({ kind: 'install_package', package: 'curl', version: '8.1' }, { policy })).toMatchObject({
      isOk: true,
      output: 'install curl 8.1\n',
    });
    expect(await run({ kind: 'install_package', package: 'curl', version: '-o x' }, { policy })).toMatchObject({
      isOk: false,
      detail: { reason: 'version_malformed' },
    });
  });

  it('fail for a service that does not exist', async () => {
    const done = await run({ kind: 'stop_service', service: 'monsys-no-such.service' });
    expect(done.isOk).toBe(false);
  });

  it('dump the memory of a process, readable for the agent’s user alone', async () => {
    const { pid } = start('/usr/bin/sleep', '600');
    const done = await run({ kind: 'memory_dump', pid });
    expect(done, JSON.stringify(done)).toMatchObject({ isOk: true });
    const path = done.detail['path'] as string;
    expect((await stat(path)).mode & 0o777).toBe(0o400);
    expect(Number(done.detail['bytes'])).toBeGreaterThan(4096);
    expect(isAlive(pid)).toBe(true);
  });
});
