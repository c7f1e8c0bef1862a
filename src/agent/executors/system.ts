/** `install_package` and `reboot`: both need to be allowed by the host's policy file (policy.ts). */

import { existsSync } from 'node:fs';
import { runProgram } from './program.ts';
import { DEFAULT_STEP_SECONDS, type Executor, facts, programOutcome } from './step.ts';

const REBOOT_SECONDS = 30;

/** Package managers by the program that tells them apart; `--` ends the options where they know it. */
const MANAGERS: readonly { readonly program: string; readonly argv: (name: string, version?: string) => string[] }[] = [
  {
    program: '/usr/bin/apt-get',
    argv: (name, version) => [
      '/usr/bin/env',
      'DEBIAN_FRONTEND=noninteractive',
      '/usr/bin/apt-get',
      'install',
      '--yes',
      '--no-install-recommends',
      '--',
      version === undefined ? name : `${name}=${version}`,
    ],
  },
  {
    program: '/usr/bin/dnf',
    argv: (name, version) => [
      '/usr/bin/dnf',
      '--assumeyes',
      'install',
      version === undefined ? name : `${name}-${version}`,
    ],
  },
  {
    program: '/sbin/apk',
    argv: (name, version) => ['/sbin/apk', 'add', '--', version === undefined ? name : `${name}=${version}`],
  },
];

/** Installs one package with the host's package manager, or with the program that the policy file names. */
export const installPackageStep: Executor<'install_package'> = async (step, { policy, signal }) => {
  // The name begins with a letter or digit (playbook format); the version may not look like more than one.
  if (step.version !== undefined && !/^[A-Za-z0-9][A-Za-z0-9.+~:_-]*$/.test(step.version))
    return facts(false, { reason: 'version_malformed' });
  const manager = MANAGERS.find(({ program }) => existsSync(program));
  const own = policy.programs.install_package;
  if (own === undefined && manager === undefined) return facts(false, { reason: 'no_package_manager' });
  const argv =
    own === undefined
      ? (manager?.argv(step.package, step.version) ?? [])
      : [...own, step.package, ...(step.version === undefined ? [] : [step.version])];
  const run = await runProgram(argv, { timeoutSeconds: step.timeout_seconds ?? DEFAULT_STEP_SECONDS * 5, signal });
  return programOutcome(run, run.exitCode === 0);
};

/** Orders a reboot in a minute, so that the result reaches the hub first. */
export const rebootStep: Executor<'reboot'> = async (_step, { policy, signal }) => {
  const argv = policy.programs.reboot ?? ['shutdown', '-r', '+1'];
  const run = await runProgram(argv, { timeoutSeconds: REBOOT_SECONDS, signal });
  return programOutcome(run, run.exitCode === 0, { ordered: run.exitCode === 0 });
};
