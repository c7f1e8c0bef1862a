/**
 * The demonstration's ids and secrets, kept in a file that only its owner can read. The file is on disk before the
 * database knows of it: a crash in between leaves secrets that nobody uses, never an account whose password is lost.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { BUILT_IN_PLAYBOOKS } from '../../domain/builtInPlaybooks.ts';
import { ROLES } from '../../domain/permissions.ts';
import { formatToken } from '../../domain/token.ts';
import { DEMO_MSP, DEMO_PEOPLE, DEMO_TENANTS, demoHosts, REAL_HOSTS } from './fleet.ts';

const agent = z.object({
  id: z.uuid(),
  tenant_id: z.uuid(),
  hostname: z.string(),
  tags: z.array(z.string()),
  real: z.boolean(),
});

const demoFile = z.object({
  msp: z.object({ id: z.uuid(), name: z.string(), email_domain: z.string() }),
  users: z.array(
    z.object({
      id: z.uuid(),
      email: z.string(),
      password: z.string(),
      role: z.enum(ROLES),
      totp_secret: z.string(),
      api_token: z.string(),
      tenant_id: z.uuid().optional(),
    }),
  ),
  tenants: z.array(z.object({ id: z.uuid(), slug: z.string(), name: z.string() })),
  agents: z.array(agent),
  playbooks: z.array(z.object({ id: z.uuid(), slug: z.string() })),
  real_agents: z.array(
    z.object({
      agent_id: z.uuid(),
      tenant_id: z.uuid(),
      hostname: z.string(),
      tags: z.array(z.string()),
      enrolment_token: z.string(),
    }),
  ),
});
/** What the file holds. */
export type DemoFile = z.infer<typeof demoFile>;

/** Thrown for a file that cannot be used; the message says what to do. */
export class DemoFileError extends Error {
  override name = 'DemoFileError';
}

/** New ids and secrets. `newTotpSecret` makes one in base32. */
export function newDemoFile(newTotpSecret: () => string): DemoFile {
  const tenants = DEMO_TENANTS.map(({ slug, name }) => ({ id: randomUUID(), slug, name }));
  const tenantId = (index: number): string => tenants[index]?.id as string;
  const real_agents = REAL_HOSTS.map(({ tenant, hostname, tags }) => ({
    agent_id: randomUUID(),
    tenant_id: tenantId(tenant),
    hostname,
    tags: [...tags],
    enrolment_token: formatToken('enrol', randomBytes(32)),
  }));
  return {
    msp: { id: randomUUID(), ...DEMO_MSP },
    users: DEMO_PEOPLE.map(({ email, role, tenant }) => ({
      id: randomUUID(),
      email,
      // 144 bits; base64url has no character that a shell or a form would mangle.
      password: randomBytes(18).toString('base64url'),
      role,
      totp_secret: newTotpSecret(),
      api_token: formatToken('api', randomBytes(32)),
      ...(tenant === undefined ? {} : { tenant_id: tenantId(tenant) }),
    })),
    tenants,
    agents: [
      ...demoHosts().map(({ tenant, hostname, tags }) => ({
        id: randomUUID(),
        tenant_id: tenantId(tenant),
        hostname,
        tags: [...tags],
        real: false,
      })),
      ...real_agents.map(({ agent_id, tenant_id, hostname, tags }) => ({
        id: agent_id,
        tenant_id,
        hostname,
        tags,
        real: true,
      })),
    ],
    playbooks: BUILT_IN_PLAYBOOKS.map(({ id, content }) => ({ id, slug: content.slug })),
    real_agents,
  };
}

/** Reads the file; null when there is none. Throws {@link DemoFileError} when it does not fit this version. */
export async function readDemoFile(path: string): Promise<DemoFile | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const file = demoFile.safeParse(parseJson(text));
  const hosts = demoHosts();
  const fits =
    file.success &&
    file.data.users.length === DEMO_PEOPLE.length &&
    file.data.tenants.length === DEMO_TENANTS.length &&
    hosts.every((host, index) => file.data.agents[index]?.hostname === host.hostname);
  if (!fits)
    throw new DemoFileError(
      `${path} was not written by this version of the demonstration; move it away and start again.`,
    );
  return file.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Writes the file whole or not at all, readable by its owner only, and on the disk when this returns. */
export async function writeDemoFile(path: string, file: DemoFile): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${JSON.stringify(file, null, 2)}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  // The name is on the disk only once its folder is.
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
