/**
 * What this host allows, whatever a token says (docs/agent-policy.md): the tables `[policy]`, `[services.<name>]`,
 * `[programs]`, `[hooks]` and `[detectors]` of the agent's configuration file. Read afresh for every token, so that a change
 * holds at once. A file that cannot be read or understood allows nothing.
 */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { type PlaybookStep, STEP_KINDS, type StepKind } from '../domain/playbook.ts';

/** Kinds that a host must allow by name before any token may use them. */
export const KINDS_NEEDING_ALLOW = ['install_package', 'reboot', 'memory_dump'] as const satisfies readonly StepKind[];
/** Tables of the configuration file that are the policy's; the rest are settings (config.ts). */
export const POLICY_TABLES = ['policy', 'services', 'programs', 'hooks', 'detectors'] as const;
/** Where playbooks expect the host's own programs; a host may keep them elsewhere (`[hooks] dir`). */
const HOOKS_DIR = '/etc/monsys/hooks/';

/** Group and others must not be able to write what holds root's own power back. */
const WRITABLE_BY_OTHERS = 0o022;

const argv = z
  .array(z.string().min(1))
  .min(1)
  .refine((words) => words[0]?.startsWith('/'), 'give the program by its absolute path');
const path = z.string().startsWith('/', 'paths must be absolute');

const policyFile = z.object({
  policy: z
    .strictObject({
      forbid: z.array(z.enum(STEP_KINDS)).default([]),
      allow: z.array(z.enum(KINDS_NEEDING_ALLOW)).default([]),
      /** Programs that run_command and check may run: a path, or a folder ending in a slash. Absent: any. */
      allowed_commands: z.array(path).optional(),
      /** Kinds that this host only pretends to do, and says so in the result: for trying out and for demonstrations. */
      simulate: z.array(z.enum(STEP_KINDS)).default([]),
      dry_run: z.boolean().default(false),
    })
    .prefault({}),
  services: z.record(z.string(), z.strictObject({ stop: argv.optional(), restart: argv.optional() })).default({}),
  programs: z.strictObject({ install_package: argv.optional(), reboot: argv.optional() }).default({}),
  hooks: z.strictObject({ dir: path.endsWith('/') }).default({ dir: HOOKS_DIR }),
  detectors: z.strictObject({ honeypot_paths: z.array(path).max(100).default([]) }).prefault({}),
});

/** A policy in force. */
export type Policy = z.infer<typeof policyFile>;

/** A policy, or why there is none; without one nothing may run. */
export type PolicyReading =
  | { readonly kind: 'ok'; readonly policy: Policy }
  | { readonly kind: 'unreadable'; readonly why: string };

/** Reads the policy of a file; a file that need not exist and does not is the default policy. */
export function readPolicy(file: string, mustExist: boolean): PolicyReading {
  try {
    if (!mustExist && !existsSync(file)) return { kind: 'ok', policy: policyFile.parse({}) };
    const { mode, uid } = statSync(file);
    if ((mode & WRITABLE_BY_OTHERS) !== 0) return unreadable(`${file} can be written by others; run chmod go-w on it`);
    if (uid !== 0 && uid !== process.getuid?.()) return unreadable(`${file} belongs to another user`);
    const parsed = policyFile.safeParse(parse(readFileSync(file, 'utf8')));
    if (parsed.success) return { kind: 'ok', policy: parsed.data };
    const [issue] = parsed.error.issues;
    return unreadable(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`);
  } catch (error) {
    if (error instanceof TomlError) return unreadable(`${file} is not TOML (line ${error.line})`);
    if (error instanceof Error) return unreadable(error.message);
    throw error;
  }
}

function unreadable(why: string): PolicyReading {
  return { kind: 'unreadable', why };
}

/** Why the policy forbids these steps; null when it does not. */
export function policyFault(policy: Policy, steps: readonly PlaybookStep[]): string | null {
  const { forbid, allow, allowed_commands: commands } = policy.policy;
  for (const step of steps) {
    if (forbid.includes(step.kind)) return `${step.kind} is forbidden on this host`;
    const needsAllow = KINDS_NEEDING_ALLOW.find((kind) => kind === step.kind);
    if (needsAllow !== undefined && !allow.includes(needsAllow)) return `${step.kind} is not allowed on this host`;
    const [program = ''] = 'argv' in step ? localArgv(policy, step.argv) : [];
    if ('argv' in step && commands !== undefined && !isAllowedCommand(program, commands))
      return `${program} is not among the allowed commands`;
  }
  return null;
}

/** A program with its arguments as this host keeps them: hooks lie where the host says. */
export function localArgv(policy: Policy, words: readonly string[]): readonly string[] {
  return words.map((word) => (word.startsWith(HOOKS_DIR) ? policy.hooks.dir + word.slice(HOOKS_DIR.length) : word));
}

/** Exact path, or below a folder that is listed with its slash; `..` would lead out of it. */
function isAllowedCommand(program: string, commands: readonly string[]): boolean {
  if (program.split('/').includes('..')) return false;
  return commands.some((known) => (known.endsWith('/') ? program.startsWith(known) : program === known));
}
