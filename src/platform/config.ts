/** The environment, read once per process and checked; nobody else reads `process.env`. */

import { z } from 'zod';

const url = z.url({ error: 'must be a URL' });

const common = z.object({
  DATABASE_URL: url.describe('Postgres of this process, logging in as its own role'),
  TEMPORAL_ADDRESS: z.string().min(3).default('127.0.0.1:7233').describe('host:port of the Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

const api = common.extend({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
  HOST: z.string().default('127.0.0.1').describe('address to listen on'),
  PUBLIC_URL: url.optional().describe('how browsers and agents reach the hub; default http://HOST:PORT'),
  TEMPORAL_UI_URL: url.optional().describe('where operators find the Temporal UI'),
  MONSYS_SEAL_KEY: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hex digits')
    .describe('AES-256 key that seals TOTP secrets; keep it outside the database'),
  TRUST_PROXY: z.stringbool().default(false).describe('take the client address from X-Forwarded-For'),
  RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(1000).describe('requests per client address'),
});

const core = common.extend({
  KEV_URL: url.default('https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json'),
  KERNEL_CVE_URL: url.default(
    'https://raw.githubusercontent.com/nluedtke/linux_kernel_cves/master/data/stream_fixes.json',
  ),
  METRICS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
});

const signing = common.extend({
  HUB_EMERGENCY_PRIVATE_KEY: z.string().optional().describe('Ed25519 private key: PKCS#8 PEM or 64 hex digits of seed'),
  HUB_EMERGENCY_PRIVATE_KEY_FILE: z.string().optional().describe('file with the same'),
  TRANSPARENCY_ORIGIN: z
    .string()
    .regex(/^monsys-msp\/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'monsys-msp/<name>')
    .default('monsys-msp/hub')
    .describe('name of this hub’s transparency log; fixed with its first checkpoint'),
});

const SHAPES = { api, core, signing } as const;

export type ApiConfig = z.infer<typeof api>;
export type CoreConfig = z.infer<typeof core>;
export type SigningConfig = z.infer<typeof signing>;

/** Thrown with one sentence per wrong variable. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Parses the variables of one kind of process from `env`. Throws {@link ConfigError}. */
export function readConfig<K extends keyof typeof SHAPES>(
  kind: K,
  env: NodeJS.ProcessEnv,
): z.infer<(typeof SHAPES)[K]> {
  const result = SHAPES[kind].safeParse(env);
  if (result.success) return result.data as z.infer<(typeof SHAPES)[K]>;
  const faults = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(
    `The environment of "${kind}" is not complete: ${faults.join('; ')}. See docs/operator-guide.md.`,
  );
}
