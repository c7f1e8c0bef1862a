/**
 * What the agent is told: flags, then MONSYS_* variables, then the TOML file, then the defaults; the first that
 * speaks wins. One table names every setting, so that the three spellings cannot drift apart.
 */

import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { registration } from '../domain/ingest.ts';
import { hasCode } from './durable.ts';
import { AgentFault } from './fault.ts';
import { POLICY_TABLES } from './policy.ts';

const DEFAULT_CONFIG_PATH = '/etc/monsys/agent.toml';
const MAX_BUFFER_BYTES = 100 * 1024 * 1024;
const INVENTORY_SECONDS = 6 * 3600;

const list = z.preprocess(
  (value) =>
    typeof value === 'string'
      ? value
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '')
      : value,
  z.array(z.string()),
);
const absolutePaths = list.pipe(z.array(z.string().startsWith('/', 'paths must be absolute')));

const settings = z.strictObject({
  hub: z
    .url({ protocol: /^https?$/ })
    .refine((value) => URL.canParse(value) && new URL(value).pathname === '/', 'give scheme, host and port only')
    .transform((value) => new URL(value).origin)
    .describe('address of the hub, e.g. https://hub.example'),
  enrolment_token: registration.shape.enrolment_token
    .optional()
    .describe('needed once, to register; better in the environment or file than on the command line'),
  state_dir: z.string().startsWith('/').default('/var/lib/monsys').describe('key, id, buffer (private to the agent)'),
  hostname: registration.shape.hostname.default(() => hostname()).describe('name shown in the hub'),
  agent_id: z.uuid().toLowerCase().optional().describe('UUID to register under instead of a random one'),
  tags: list.pipe(registration.shape.tags.unwrap()).default([]).describe('tags of this host: a,b'),
  heartbeat_seconds: z.coerce.number().min(0.1).max(60).optional().describe('default: what the hub asks for (30)'),
  inventory_seconds: z.coerce.number().min(1).default(INVENTORY_SECONDS).describe('between inventories (21600)'),
  max_buffer_bytes: z.coerce
    .number()
    .int()
    .min(64 * 1024)
    .default(MAX_BUFFER_BYTES)
    .describe('disk for what waits for the hub (104857600)'),
  scan_roots: absolutePaths
    .default(['/etc', '/home', '/opt', '/root', '/srv', '/usr', '/var'])
    .describe('folders searched for SUID and world-writable files'),
  watch_binaries: absolutePaths
    .default([
      '/usr/bin/bash',
      '/usr/bin/login',
      '/usr/bin/passwd',
      '/usr/bin/su',
      '/usr/bin/sudo',
      '/usr/sbin/cron',
      '/usr/sbin/sshd',
    ])
    .describe('programs whose change is drift'),
  watch_configs: absolutePaths
    .default([
      '/etc/crontab',
      '/etc/ld.so.preload',
      '/etc/nsswitch.conf',
      '/etc/pam.d/common-auth',
      '/etc/pam.d/sshd',
      '/etc/ssh/sshd_config',
      '/etc/sudoers',
    ])
    .describe('configuration files whose change is drift'),
  log_level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('debug to silent'),
});

/** Settings of one agent. */
export type AgentConfig = Readonly<z.infer<typeof settings>> & {
  readonly once: boolean;
  /** Judge and record tokens, but do nothing. */
  readonly dry_run: boolean;
  /** Print what the running agent last wrote of itself, and end. */
  readonly status: boolean;
  /** Where the policy is read from (policy.ts). */
  readonly config_file: string;
  /** A file that was named, or was there at the start, may not vanish: without it nothing is allowed. */
  readonly is_config_required: boolean;
};

const NAMES = Object.keys(settings.shape) as (keyof typeof settings.shape)[];
const flagOf = (name: string): string => name.replaceAll('_', '-');

/** Reads all sources; null when only help was asked for. Throws {@link AgentFault} with what to correct. */
export function readAgentConfig(argv: readonly string[], env: NodeJS.ProcessEnv): AgentConfig | null {
  const flags = readFlags(argv);
  if (flags['help'] === true) return null;
  const fromEnv = Object.fromEntries(
    NAMES.map((name) => [name, env[`MONSYS_${name.toUpperCase()}`]]).filter(([, value]) => value),
  );
  const fromFlags = Object.fromEntries(
    NAMES.map((name) => [name, flags[flagOf(name)]]).filter(([, value]) => value !== undefined),
  );
  const file = (flags['config'] as string | undefined) ?? env['MONSYS_CONFIG'];
  const fromFile = Object.entries(readFile(file)).filter(([name]) => !POLICY_TABLES.some((table) => table === name));
  const given = { ...Object.fromEntries(fromFile), ...fromEnv, ...fromFlags };
  // Reading a status needs no hub.
  const isStatus = flags['status'] === true;
  const result = settings.safeParse(isStatus ? { hub: 'http://localhost', ...given } : given);
  if (!result.success) {
    const [issue] = result.error.issues;
    const name = String(issue?.path[0] ?? '');
    if (issue?.code === 'unrecognized_keys')
      throw new AgentFault(`Unknown setting in the configuration file: ${issue.keys.join(', ')}.`);
    if (name === 'hub' && issue?.code === 'invalid_type')
      throw new AgentFault('Say where the hub is: --hub https://hub.example (or MONSYS_HUB, or hub in the file).');
    throw new AgentFault(`--${flagOf(name)} is not valid: ${issue?.message ?? 'unknown reason'}.`);
  }
  const config_file = file ?? DEFAULT_CONFIG_PATH;
  return {
    ...result.data,
    once: flags['once'] === true,
    dry_run: flags['dry-run'] === true,
    status: isStatus,
    config_file,
    is_config_required: file !== undefined || existsSync(config_file),
  };
}

function readFlags(argv: readonly string[]): Record<string, string | boolean | undefined> {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      allowPositionals: false,
      options: {
        ...Object.fromEntries(NAMES.map((name) => [flagOf(name), text])),
        config: text,
        once: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        status: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    if (error instanceof TypeError) throw new AgentFault(`${error.message.split('\n')[0]} See --help.`);
    throw error;
  }
}

/** A file that was named must be there; the default one may be missing. */
function readFile(named: string | undefined): Record<string, unknown> {
  const path = named ?? DEFAULT_CONFIG_PATH;
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT') && named === undefined) return {};
    if (hasCode(error, 'ENOENT', 'EACCES', 'EISDIR'))
      throw new AgentFault(`The configuration file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
    if (error instanceof TomlError)
      throw new AgentFault(`The configuration file ${path} is not TOML (line ${error.line}).`);
    throw error;
  }
}

/** The text of --help. */
export function agentHelp(): string {
  const rows = NAMES.map((name) => `  --${flagOf(name).padEnd(20)} ${settings.shape[name].description ?? ''}`);
  return [
    'The reference agent: reports this host to a monsys hub.',
    '',
    'Usage: node src/agent/main.ts --hub URL --enrolment-token T',
    '',
    ...rows,
    `  --${'config'.padEnd(20)} TOML file with the same names (default ${DEFAULT_CONFIG_PATH}, which may be missing)`,
    `  --${'once'.padEnd(20)} collect, deliver and exit`,
    `  --${'dry-run'.padEnd(20)} judge and record emergency tokens, but do nothing`,
    `  --${'status'.padEnd(20)} print what the running agent holds (state_dir), and exit`,
    `  --${'help'.padEnd(20)} this text`,
    '',
    'Each setting may also be MONSYS_<NAME> in the environment or <name> in the file (with underscores).',
    'Flags win over the environment, and that over the file.',
    '',
  ].join('\n');
}
