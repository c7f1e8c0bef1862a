/** The demonstration as scripts and people find it: demo.json, and the sign-ins on the terminal. */

import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TOTP_STEP_SECONDS, totpCodeAt } from '../totpCode.ts';
import { readFileIfAny, StartError, writeFileAtomic } from './files.ts';

const playbook = z.object({ id: z.string(), slug: z.string() });

/** People and hosts of the demonstration: in what the seed writes, and in demo.json. */
export const demoAccounts = z.object({
  users: z.array(
    z.object({
      id: z.string(),
      email: z.string(),
      password: z.string(),
      role: z.string(),
      totp_secret: z.string(),
      api_token: z.string(),
      tenant_id: z.string().optional(),
    }),
  ),
  tenants: z.array(z.object({ id: z.string(), slug: z.string(), name: z.string() })),
  agents: z.array(
    z.object({
      id: z.string(),
      tenant_id: z.string(),
      hostname: z.string(),
      tags: z.array(z.string()),
      real: z.boolean(),
    }),
  ),
  playbooks: z.array(playbook),
});

const seedFile = demoAccounts.extend({
  msp: z.object({ id: z.string(), name: z.string(), email_domain: z.string() }),
  real_agents: z.array(
    z.object({
      agent_id: z.string(),
      tenant_id: z.string(),
      hostname: z.string(),
      tags: z.array(z.string()),
      enrolment_token: z.string(),
    }),
  ),
});

/** What the seed has made (src/workers/seedDemo.ts writes it). */
export type Seed = z.infer<typeof seedFile>;

/** Reads what the seed wrote. Throws a sentence when it is not there or not whole. */
export async function readSeed(path: string): Promise<Seed> {
  const text = await readFileIfAny(path);
  if (text === null)
    throw new StartError(
      `The database was seeded, but ${path} with its passwords is gone: put it back from a backup, or set MONSYS_DATA_DIR to a new folder.`,
    );
  try {
    return seedFile.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new StartError(`${path} is damaged: put it back from a backup, or set MONSYS_DATA_DIR to a new folder.`);
    throw error;
  }
}

/** Where the parts of a running hub are. */
export type HubAddresses = {
  readonly baseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly appDatabaseUrl: string;
};

/** Writes demo.json for scripts: the running hub and every demo account. Its owner alone can read it. */
export async function writeDemoFile(dataDir: string, seed: Seed, hub: HubAddresses): Promise<void> {
  const demo = {
    base_url: hub.baseUrl,
    temporal_address: hub.temporalAddress,
    temporal_ui_url: hub.temporalUiUrl,
    app_database_url: hub.appDatabaseUrl,
    hub_public_key_pem: await readHubKey(hub.baseUrl),
    msp: seed.msp,
    users: seed.users,
    tenants: seed.tenants,
    agents: seed.agents,
    playbooks: seed.playbooks.length > 0 ? seed.playbooks : await readPlaybooks(hub.baseUrl, seed),
  };
  await writeFileAtomic(join(dataDir, 'demo.json'), `${JSON.stringify(demo, null, 2)}\n`);
}

async function readHubKey(baseUrl: string): Promise<string> {
  const response = await fetch(new URL('/pubkeys/hub.pub', baseUrl));
  const text = await response.text();
  if (!response.ok || !text.includes('BEGIN PUBLIC KEY'))
    throw new StartError(`The hub does not show its public key (${response.status}): see the log of worker-signing.`);
  return text;
}

/** Playbooks come with the hub rather than with the seed. */
async function readPlaybooks(baseUrl: string, seed: Seed): Promise<readonly z.infer<typeof playbook>[]> {
  const admin = seed.users.find(({ role }) => role === 'admin');
  if (admin === undefined) return [];
  const response = await fetch(new URL('/api/v1/playbooks', baseUrl), {
    headers: { authorization: `Bearer ${admin.api_token}` },
  });
  if (!response.ok) return [];
  const page = z.object({ items: z.array(playbook) }).safeParse(await response.json());
  return page.success ? page.data.items : [];
}

/** Lines for the terminal: every sign-in with the code of this moment. */
export function signInLines(seed: Seed, nowMs: number): readonly string[] {
  const left = TOTP_STEP_SECONDS - (Math.floor(nowMs / 1000) % TOTP_STEP_SECONDS);
  const width = Math.max(...seed.users.map(({ email }) => email.length));
  const tenants = new Map(seed.tenants.map(({ id, slug }) => [id, slug]));
  return [
    `demo sign-ins (codes change in ${left} s; the secrets for an authenticator are in demo.json):`,
    ...seed.users.map(
      ({ email, password, role, totp_secret, tenant_id }) =>
        `  ${email.padEnd(width)}  ${password}  ${totpCodeAt(totp_secret, nowMs)}  ${role}${tenant_id === undefined ? '' : ` of ${tenants.get(tenant_id) ?? tenant_id}`}`,
    ),
  ];
}

/** Configuration of the demo agents, in the data folder. */
export const DEMO_AGENT_CONFIG = 'demo-agent.toml';

/** What the demo hosts' own programs do: say what they would do. */
const DEMO_HOOKS: Readonly<Record<string, string>> = {
  'db-restore': 'echo "demonstration: the database would be restored from snapshot $1"',
  'rotate-secrets': 'echo "demonstration: the secrets of scope $1 would be rotated"',
};

/**
 * The policy of the demo agents: they run as real agents on this very machine, so what would cut it off or change it
 * for good is only pretended, and the result says so.
 */
export async function writeDemoAgentFiles(dataDir: string): Promise<void> {
  const hooks = join(dataDir, 'demo-hooks');
  await mkdir(hooks, { recursive: true, mode: 0o755 });
  for (const [name, line] of Object.entries(DEMO_HOOKS)) {
    await writeFileAtomic(join(hooks, name), `#!/bin/sh\n${line}\n`);
    await chmod(join(hooks, name), 0o755);
  }
  const simulated = ['isolate_network', 'restore_network', 'install_package', 'reboot', 'memory_dump'];
  const policy = [
    '# Written at every start: the demo agents share this machine with you.',
    '[policy]',
    'allow = ["install_package", "reboot", "memory_dump"]',
    `simulate = ${JSON.stringify(simulated)}`,
    '[hooks]',
    `dir = ${JSON.stringify(`${hooks}/`)}`,
    '',
  ];
  await writeFileAtomic(join(dataDir, DEMO_AGENT_CONFIG), policy.join('\n'));
}
