/**
 * Network isolation with the real nftables, inside network namespaces of its own: `host` is the isolated one,
 * `outside` is everybody else (the hub and a stranger, two addresses of one wire). Needs root, ip and nft.
 */

import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ISOLATION_TABLE, rulesFor } from '../../src/agent/executors/isolation.ts';
import { ROOT, spawnProgram, type TestProcess, waitUntil } from '../support/processes.ts';

const canRun =
  process.getuid?.() === 0 &&
  ['ip', 'nft'].every((program) => spawnSync('which', [program]).status === 0) &&
  spawnSync('unshare', ['--net', 'true']).status === 0;
const NODE = join(ROOT, 'node_modules/.bin/node');
const [HOST, OUTSIDE] = [`monsys-h${process.pid}`, `monsys-o${process.pid}`];
const [HUB, STRANGER, SELF] = ['10.77.0.1', '10.77.0.2', '10.77.0.9'];
const [HUB_PORT, OTHER_PORT, OWN_PORT] = [8443, 9000, 7000];
const HUB_URL = `https://${HUB}:${HUB_PORT}`;

function must(program: string, ...args: string[]): string {
  const done = spawnSync(program, args, { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${program} ${args.join(' ')}: ${done.stderr}`);
  return done.stdout;
}
const inside = (namespace: string, ...args: string[]) => spawnSync('ip', ['netns', 'exec', namespace, ...args]);
const reaches = (from: string, address: string, port: number): boolean =>
  inside(from, 'timeout', '1', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`).status === 0;
const table = (): boolean => inside(HOST, 'nft', 'list', 'table', 'inet', ISOLATION_TABLE).status === 0;

describe.skipIf(!canRun)('an isolated host', async () => {
  if (!canRun) return;
  const stateDir = await mkdtemp(join(tmpdir(), 'monsys-isolation-'));
  const started: TestProcess[] = [];
  for (const namespace of [HOST, OUTSIDE]) must('ip', 'netns', 'add', namespace);
  afterAll(async () => {
    await Promise.all(started.map((each) => each.stop('SIGKILL')));
    for (const namespace of [HOST, OUTSIDE]) must('ip', 'netns', 'del', namespace);
    await rm(stateDir, { recursive: true, force: true });
  });
  must('ip', '-n', HOST, 'link', 'add', 'wire', 'type', 'veth', 'peer', 'name', 'wire', 'netns', OUTSIDE);
  for (const [namespace, addresses] of [
    [HOST, [SELF]],
    [OUTSIDE, [HUB, STRANGER]],
  ] as const) {
    for (const address of addresses) must('ip', '-n', namespace, 'addr', 'add', `${address}/24`, 'dev', 'wire');
    for (const device of ['lo', 'wire']) must('ip', '-n', namespace, 'link', 'set', device, 'up');
  }
  const listen = (namespace: string, ...ports: number[]): void => {
    const code = `for (const port of [${ports.join()}]) require('node:net').createServer((s) => s.on('error', () => {}).pipe(s)).listen(port)`;
    started.push(spawnProgram('ip', ['netns', 'exec', namespace, NODE, '-e', code]));
  };
  listen(OUTSIDE, HUB_PORT, OTHER_PORT);
  listen(HOST, OWN_PORT);
  const agent = (...args: string[]): TestProcess => {
    const script = join(ROOT, 'test/support/isolationProcess.ts');
    const child = spawnProgram('ip', ['netns', 'exec', HOST, NODE, script, stateDir, HUB_URL, ...args]);
    started.push(child);
    return child;
  };
  const done = async (...args: string[]): Promise<void> => {
    const child = agent(...args);
    expect(await child.exited, child.output()).toBe(0);
  };
  const isOpen = (): boolean =>
    reaches(HOST, HUB, HUB_PORT) &&
    reaches(HOST, STRANGER, HUB_PORT) &&
    reaches(HOST, HUB, OTHER_PORT) &&
    reaches(OUTSIDE, SELF, OWN_PORT);
  const expectOnlyTheHub = (): void => {
    expect(reaches(HOST, HUB, HUB_PORT), 'the hub').toBe(true);
    expect(reaches(HOST, '127.0.0.1', OWN_PORT), 'the loopback').toBe(true);
    expect(reaches(HOST, HUB, OTHER_PORT), 'another port of the hub').toBe(false);
    expect(reaches(HOST, STRANGER, HUB_PORT), 'a stranger').toBe(false);
    expect(reaches(OUTSIDE, SELF, OWN_PORT), 'from outside').toBe(false);
    expect(inside(HOST, 'ping', '-c', '1', '-W', '1', STRANGER).status, 'ping').not.toBe(0);
  };

  it('reaches the hub and nothing else, and is open again after restore_network', async () => {
    await waitUntil('all is open before', isOpen);
    await done('isolate', '3600');
    expectOnlyTheHub();
    await done('restore');
    expect(isOpen()).toBe(true);
    expect(table()).toBe(false);
    await done('restore');
  });

  it('undoes its isolation itself when the dead-man time is over', async () => {
    const watch = agent('watch');
    await watch.waitFor(/watching/);
    await watch.stop();
    await done('isolate', '10');
    expectOnlyTheHub();
    // The agent that isolated is gone; the next one takes the deadline over from the disk.
    const next = agent('watch');
    await next.waitFor(/has undone itself/, 20_000);
    expect(isOpen()).toBe(true);
    expect(table()).toBe(false);
    await next.stop();
    await expect(readFile(join(stateDir, 'isolation.json'))).rejects.toThrow('ENOENT');
  });

  it('stays isolated past the first deadline when it is isolated again', async () => {
    await done('isolate', '1');
    await done('isolate', '3600');
    const watch = agent('watch');
    await watch.waitFor(/this host is isolated/);
    const { until_ms } = JSON.parse(await readFile(join(stateDir, 'isolation.json'), 'utf8')) as { until_ms: number };
    expect(until_ms - Date.now()).toBeGreaterThan(3_000_000);
    expectOnlyTheHub();
    await watch.stop();
    await done('restore');
  });

  it('is isolated again after a reboot (which empties the rules) until the deadline', async () => {
    await done('isolate', '3600');
    expect(inside(HOST, 'nft', 'flush', 'ruleset').status).toBe(0);
    expect(isOpen()).toBe(true);
    const watch = agent('watch');
    await waitUntil('the table is back', table);
    expectOnlyTheHub();
    await watch.stop();
    await done('restore');
  });

  it('is opened when the record of its isolation is damaged', async () => {
    await done('isolate', '3600');
    await writeFile(join(stateDir, 'isolation.json'), 'nonsense');
    const watch = agent('watch');
    await watch.waitFor(/has undone itself/);
    expect(isOpen()).toBe(true);
    await watch.stop();
  });

  it('leaves other tables of the host as they are', async () => {
    must('ip', 'netns', 'exec', HOST, 'nft', 'add', 'table', 'inet', 'of_the_client');
    await done('isolate', '3600');
    await done('restore');
    expect(inside(HOST, 'nft', 'list', 'table', 'inet', 'of_the_client').status).toBe(0);
  });
});

describe('the rules', () => {
  it('let DNS through only when the hub is known by name', () => {
    const reach = { addresses: ['192.0.2.1', '2001:db8::1'], port: 443, resolvers: [] };
    expect(rulesFor(reach)).not.toContain(' 53 ');
    expect(rulesFor(reach)).toContain('ip6 daddr 2001:db8::1 tcp dport 443 accept');
    expect(rulesFor({ ...reach, resolvers: ['192.0.2.53'] })).toContain('ip daddr 192.0.2.53 udp dport 53 accept');
  });
});
