/** The host's own policy goes before every token. */

import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KINDS_NEEDING_ALLOW, type Policy, policyFault, readPolicy } from '../../src/agent/policy.ts';
import { type PlaybookStep, playbookText, STEP_KINDS, type StepKind } from '../../src/domain/playbook.ts';
import { openTestExecution, playbookToken, resultsIn } from '../support/agentExecution.ts';
import { signToken } from '../support/eat.ts';

const root = await mkdtemp(join(tmpdir(), 'monsys-policy-'));
afterAll(() => rm(root, { recursive: true, force: true }));

async function fileOf(toml: string, mode = 0o600): Promise<string> {
  const path = join(root, `${randomUUID()}.toml`);
  await writeFile(path, toml);
  await chmod(path, mode);
  return path;
}
async function policyOf(toml: string): Promise<Policy> {
  const reading = readPolicy(await fileOf(toml), true);
  if (reading.kind !== 'ok') throw new Error(reading.why);
  return reading.policy;
}
const command = (...argv: string[]): PlaybookStep => ({ kind: 'run_command', argv });
const EXAMPLES: Readonly<Record<StepKind, PlaybookStep>> = {
  run_command: command('/usr/bin/true'),
  check: { kind: 'check', argv: ['/usr/bin/true'], expect: {} },
  wait: { kind: 'wait', seconds: 1 },
  stop_service: { kind: 'stop_service', service: 'nginx' },
  restart_service: { kind: 'restart_service', service: 'nginx' },
  kill_process: { kind: 'kill_process', pid: 2, start_time: 1 },
  quarantine_file: { kind: 'quarantine_file', path: '/tmp/x' },
  restore_file: { kind: 'restore_file', path: '/tmp/x' },
  isolate_network: { kind: 'isolate_network' },
  restore_network: { kind: 'restore_network' },
  memory_dump: { kind: 'memory_dump', pid: 2 },
  install_package: { kind: 'install_package', package: 'curl' },
  reboot: { kind: 'reboot' },
};

describe('a policy', () => {
  it('that says nothing allows all kinds but those that need to be allowed', async () => {
    const policy = await policyOf('');
    const forbidden = STEP_KINDS.filter((kind) => policyFault(policy, [EXAMPLES[kind]]) !== null);
    expect(forbidden.toSorted()).toEqual([...KINDS_NEEDING_ALLOW].toSorted());
  });

  it.each(STEP_KINDS)('can forbid %s, allowed or not', async (kind) => {
    const policy = await policyOf(
      `[policy]\nforbid = ["${kind}"]\nallow = ["install_package", "reboot", "memory_dump"]`,
    );
    for (const other of STEP_KINDS) expect(policyFault(policy, [EXAMPLES[other]]) !== null, other).toBe(other === kind);
  });

  it('forbids a token of which only the last step is forbidden', async () => {
    const policy = await policyOf('[policy]\nforbid = ["wait"]');
    expect(policyFault(policy, [EXAMPLES.run_command, EXAMPLES.wait])).toContain('wait');
  });

  it('can narrow the programs to paths and folders', async () => {
    const policy = await policyOf('[policy]\nallowed_commands = ["/etc/monsys/hooks/", "/usr/bin/true"]');
    expect(policyFault(policy, [command('/etc/monsys/hooks/db-restore')])).toBeNull();
    expect(policyFault(policy, [command('/usr/bin/true')])).toBeNull();
    for (const program of [
      '/usr/bin/true2',
      '/usr/bin/false',
      'true',
      '/etc/monsys/hooks/../../../bin/sh',
      '/etc/monsys/hooks',
    ])
      expect(policyFault(policy, [command(program)]), program).not.toBeNull();
    const check: PlaybookStep = { kind: 'check', argv: ['/usr/bin/id'], expect: {} };
    expect(policyFault(policy, [check])).not.toBeNull();
    expect(policyFault(await policyOf('[policy]\nallowed_commands = []'), [command('/usr/bin/true')])).not.toBeNull();
  });
});

describe('a policy that cannot be read', () => {
  const unreadable: readonly (readonly [string, () => Promise<[string, boolean]>])[] = [
    ['is not TOML', async () => [await fileOf('[policy'), true]],
    ['has a kind that is not known', async () => [await fileOf('[policy]\nforbid = ["rebot"]'), true]],
    ['has a setting that is not known', async () => [await fileOf('[policy]\nforbidd = []'), true]],
    ['is gone', async () => [join(root, 'missing.toml'), true]],
    ['can be written by others', async () => [await fileOf('', 0o666), true]],
    ['is a folder', async () => [root, true]],
  ];
  it.each(unreadable)('allows nothing when it %s', async (_why, make) => {
    const [file, mustExist] = await make();
    expect(readPolicy(file, mustExist).kind).toBe('unreadable');
  });

  it('is not the same as none: the default file may be missing', () => {
    expect(readPolicy(join(root, 'missing.toml'), false)).toMatchObject({ kind: 'ok' });
  });
});

describe('a token', () => {
  async function outcome(policyFile: string, steps: readonly PlaybookStep[]) {
    const stateDir = join(root, randomUUID());
    await mkdir(stateDir, { mode: 0o700 });
    const { execution } = await openTestExecution({ stateDir, policyFile });
    const { token, content } = playbookToken(randomUUID(), steps);
    const envelope = signToken(token, [playbookText(content)]);
    const verdict = execution.judge(envelope, null);
    if (verdict.kind !== 'accepted') throw new Error(verdict.code);
    await execution.accept(envelope, verdict);
    await execution.idle();
    return (await resultsIn(stateDir))[0];
  }

  it('is refused with eat_forbidden_by_policy when a step is forbidden, and none of its steps run', async () => {
    const file = await fileOf('[policy]\nforbid = ["wait"]');
    const trace = join(root, 'trace');
    expect(await outcome(file, [command('/usr/bin/touch', trace), EXAMPLES.wait])).toMatchObject({
      outcome: 'refused',
      refusal_code: 'eat_forbidden_by_policy',
      steps: [],
    });
    await expect(rm(trace)).rejects.toThrow('ENOENT');
    // The control: without the forbidden step it runs.
    expect(await outcome(file, [command('/usr/bin/touch', trace)])).toMatchObject({ outcome: 'succeeded' });
  });

  it('is refused when the policy is broken, and runs when it is whole again', async () => {
    const file = await fileOf('[policy');
    expect(await outcome(file, [command('/usr/bin/true')])).toMatchObject({ refusal_code: 'eat_forbidden_by_policy' });
    await writeFile(file, '[policy]\n');
    expect(await outcome(file, [command('/usr/bin/true')])).toMatchObject({ outcome: 'succeeded' });
  });

  it('does nothing when the policy asks for a dry run', async () => {
    const trace = join(root, 'dry');
    expect(await outcome(await fileOf('[policy]\ndry_run = true'), [command('/usr/bin/touch', trace)])).toMatchObject({
      dry_run: true,
      steps: [{ outcome: 'skipped' }],
    });
    await expect(rm(trace)).rejects.toThrow('ENOENT');
  });
});
