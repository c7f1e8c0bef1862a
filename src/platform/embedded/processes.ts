/** The hub's own processes, as an embedded start runs them: each with its own role and nothing of another's environment. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { variablesOf } from '../config.ts';
import type { ChildSpec } from './children.ts';
import { DEMO_AGENT_CONFIG, type Seed } from './demo.ts';
import { urlOfRole } from './postgres.ts';
import { type RuntimeRole, type Secrets, webhookSealKey } from './secrets.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the processes must be told. */
export type HubSettings = {
  /** The data folder, absolute. */
  readonly dataDir: string;
  readonly ownerUrl: string;
  readonly passwords: Readonly<Record<RuntimeRole, string>>;
  readonly secrets: Secrets;
  readonly sealKey: string;
  readonly hubKeyFile: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly temporalUiUrl: string | null;
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string;
  /** Folder of the built dashboard. */
  readonly dashboardDir: string;
  readonly logLevel: string;
};

/** Variables that every program of this machine may need: where programs are, where to write, how to reach the network. */
const PASSED_ON = [
  'PATH',
  'LANG',
  'TZ',
  'TMPDIR',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
];

/** The part of the environment that every child gets. */
export function commonEnv(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    PASSED_ON.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A child that runs a file of ours on this Node. */
export function nodeSpec(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Pick<ChildSpec, 'program' | 'args' | 'env' | 'cwd'> {
  return { program: process.execPath, args: [join(ROOT, file), ...args], cwd: ROOT, env };
}

/** What of the environment one kind of process reads; an empty variable is none. */
function optionsOf(kind: Parameters<typeof variablesOf>[0], env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(variablesOf(kind).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Keys for Web Push of the data folder, unless the operator has brought some: a mix of both would fit nowhere. */
function vapidOf({ vapid }: Secrets, env: NodeJS.ProcessEnv): { readonly api: object; readonly core: object } {
  if (env['VAPID_PUBLIC_KEY'] || env['VAPID_PRIVATE_KEY'] || env['VAPID_SUBJECT']) return { api: {}, core: {} };
  const api = { VAPID_PUBLIC_KEY: vapid.public_key };
  return { api, core: { ...api, VAPID_PRIVATE_KEY: vapid.private_key, VAPID_SUBJECT: 'mailto:operator@localhost' } };
}

/**
 * api, worker-core and worker-signing. Each gets what it reads of `env` (src/platform/config.ts), over what the data
 * folder brings where nothing is set; where the hub listens and what it is joined to is the start's own.
 */
export function hubProcesses(hub: HubSettings, env: NodeJS.ProcessEnv): readonly ChildSpec[] {
  const joined = (role: RuntimeRole): Record<string, string> => ({
    DATABASE_URL: urlOfRole(hub.ownerUrl, role, hub.passwords[role]),
    TEMPORAL_ADDRESS: hub.temporalAddress,
    TEMPORAL_NAMESPACE: hub.temporalNamespace,
    LOG_LEVEL: hub.logLevel,
  });
  const vapid = vapidOf(hub.secrets, env);
  const shared = { MONSYS_PACK_DIR: join(hub.dataDir, 'packs'), WEBHOOK_SEAL_KEY: webhookSealKey(hub.sealKey) };
  return [
    {
      name: 'api',
      layer: 'api',
      ...nodeSpec('src/api/main.ts', [], {
        ...commonEnv(env),
        ...shared,
        ...vapid.api,
        ...optionsOf('api', env),
        ...joined('monsys_app'),
        HOST: hub.host,
        PORT: String(hub.port),
        PUBLIC_URL: hub.publicUrl,
        DASHBOARD_DIR: hub.dashboardDir,
        MONSYS_SEAL_KEY: hub.sealKey,
        ...(hub.temporalUiUrl === null ? {} : { TEMPORAL_UI_URL: hub.temporalUiUrl }),
      }),
    },
    {
      name: 'worker-core',
      layer: 'worker',
      ...nodeSpec('src/workers/core.ts', [], {
        ...commonEnv(env),
        ...shared,
        ...vapid.core,
        ...optionsOf('core', env),
        ...joined('monsys_core'),
        PUBLIC_URL: hub.publicUrl,
      }),
    },
    {
      name: 'worker-signing',
      layer: 'worker',
      ...nodeSpec('src/workers/signing.ts', [], {
        ...commonEnv(env),
        HUB_EMERGENCY_PRIVATE_KEY_FILE: hub.hubKeyFile,
        ...optionsOf('signing', env),
        ...joined('monsys_signing'),
      }),
    },
  ];
}

/** The demonstration's real agents, one process each. */
export function agentProcesses(
  seed: Seed,
  dataDir: string,
  hubUrl: string,
  env: NodeJS.ProcessEnv,
): readonly ChildSpec[] {
  return seed.real_agents.map(({ agent_id, hostname, tags, enrolment_token }) => ({
    name: `agent-${hostname}`,
    layer: 'agent',
    ...nodeSpec(
      'src/agent/main.ts',
      [
        '--hub',
        hubUrl,
        '--enrolment-token',
        enrolment_token,
        '--agent-id',
        agent_id,
        '--state-dir',
        join(dataDir, 'agents', hostname),
        '--config',
        join(dataDir, DEMO_AGENT_CONFIG),
        '--hostname',
        hostname,
        '--tags',
        tags.join(','),
      ],
      commonEnv(env),
    ),
  }));
}
