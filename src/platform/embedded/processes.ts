/** The hub's own processes, as an embedded start runs them: each with its own role and nothing of another's environment. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChildSpec } from './children.ts';
import { DEMO_AGENT_CONFIG, type Seed } from './demo.ts';
import { urlOfRole } from './postgres.ts';
import { type RuntimeRole, type Secrets, webhookSealKey } from './secrets.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** What the processes must be told. */
export type HubSettings = {
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

/** Operators' own choices for one kind of process, passed on to that one alone. */
const OPTIONS = {
  api: [
    'TRUST_PROXY',
    'RATE_LIMIT_PER_MINUTE',
    'TRANSPARENCY_WITNESSES',
    'OPERATOR_INVOICING',
    'NTFY_URL',
    'NTFY_TOPIC_PREFIX',
    'NTFY_TOPIC_SECRET',
    'ALLOW_PRIVATE_TARGETS',
  ],
  core: [
    'KEV_URL',
    'KERNEL_CVE_URL',
    'OPERATOR_INVOICING',
    'NTFY_URL',
    'NTFY_TOKEN',
    'NTFY_TOPIC_PREFIX',
    'NTFY_TOPIC_SECRET',
    'ALLOW_PRIVATE_TARGETS',
  ],
  signing: ['HUB_EMERGENCY_PRIVATE_KEY', 'TRANSPARENCY_ORIGIN'],
} as const;

/** api, worker-core and worker-signing. */
export function hubProcesses(hub: HubSettings, env: NodeJS.ProcessEnv): readonly ChildSpec[] {
  const of = (role: RuntimeRole, options: readonly string[]): Record<string, string> => ({
    ...commonEnv(env),
    DATABASE_URL: urlOfRole(hub.ownerUrl, role, hub.passwords[role]),
    TEMPORAL_ADDRESS: hub.temporalAddress,
    TEMPORAL_NAMESPACE: hub.temporalNamespace,
    LOG_LEVEL: hub.logLevel,
    ...Object.fromEntries(options.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]))),
  });
  const vapid = { VAPID_PUBLIC_KEY: hub.secrets.vapid.public_key };
  return [
    {
      name: 'api',
      layer: 'api',
      ...nodeSpec('src/api/main.ts', [], {
        ...of('monsys_app', OPTIONS.api),
        ...vapid,
        HOST: hub.host,
        PORT: String(hub.port),
        PUBLIC_URL: hub.publicUrl,
        DASHBOARD_DIR: hub.dashboardDir,
        MONSYS_SEAL_KEY: hub.sealKey,
        WEBHOOK_SEAL_KEY: webhookSealKey(hub.sealKey),
        ...(hub.temporalUiUrl === null ? {} : { TEMPORAL_UI_URL: hub.temporalUiUrl }),
      }),
    },
    {
      name: 'worker-core',
      layer: 'worker',
      ...nodeSpec('src/workers/core.ts', [], {
        ...of('monsys_core', OPTIONS.core),
        ...vapid,
        WEBHOOK_SEAL_KEY: webhookSealKey(hub.sealKey),
        VAPID_PRIVATE_KEY: hub.secrets.vapid.private_key,
        VAPID_SUBJECT: 'mailto:operator@localhost',
        PUBLIC_URL: hub.publicUrl,
      }),
    },
    {
      name: 'worker-signing',
      layer: 'worker',
      ...nodeSpec('src/workers/signing.ts', [], {
        ...of('monsys_signing', OPTIONS.signing),
        HUB_EMERGENCY_PRIVATE_KEY_FILE: hub.hubKeyFile,
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
