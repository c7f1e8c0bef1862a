/**
 * The environment of the hub's processes, read once per process and checked. The root of a process hands `process.env`
 * in and nothing else of it looks there (test/architecture.test.ts). Apart from it stand the programs that are no
 * process of the hub: migrate and the demo's seed read the two variables they need, the agent has src/agent/config.ts.
 */

import { z } from 'zod';
import type { S3Settings } from './s3PackStore.ts';

const url = z.url({ error: 'must be a URL' });

const common = z.object({
  DATABASE_URL: url.describe('Postgres of this process, logging in as its own role'),
  TEMPORAL_ADDRESS: z.string().min(3).default('127.0.0.1:7233').describe('host:port of the Temporal frontend'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

const PRIVATE_TARGETS = z
  .stringbool()
  .default(false)
  .describe('let addresses that people type (push endpoints, webhooks) be private ones and plain HTTP');
/** Of API and core worker: the one seals the secrets of webhooks, the other signs with them. */
const WEBHOOK_SEAL_KEY = z
  .string()
  .regex(/^[0-9a-f]{64}$/, '64 hex digits')
  .optional()
  .describe('AES-256 key that seals the secrets of webhooks; none: no webhooks');
/** Of API and core worker: the one looks proofs of domains up, the other whether they still stand. */
const DNS_SERVER = z
  .string()
  .regex(
    /^(\d{1,3}(\.\d{1,3}){3}|\[[0-9a-fA-F:]+\]|[0-9a-fA-F]*:[0-9a-fA-F:]*:[0-9a-fA-F:]*)(:\d{1,5})?$/,
    'an IP address, with :port if not 53',
  )
  .optional()
  .describe('where proofs of custom domains are looked up; none: the resolver of the machine');
const vapidPublicKey = z.string().regex(/^[A-Za-z0-9_-]{87}$/, 'an uncompressed P-256 point in base64url');

/** Of both processes: the API tells people their topic, the core worker publishes to it. */
const ntfy = {
  NTFY_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL' })
    .optional()
    .describe('your own ntfy server; none: no ntfy'),
  NTFY_TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .default('monsys')
    .describe('first part of every topic'),
  NTFY_TOPIC_SECRET: z
    .string()
    .regex(/^[0-9a-f]{64}$/, '64 hex digits')
    .optional()
    .describe('makes topics that nobody can guess; required with NTFY_URL'),
};

/** Of both processes: the API shows drafts, the core worker makes the invoices. */
const invoicing = {
  OPERATOR_INVOICING: z
    .string()
    .min(2)
    .optional()
    .describe('JSON: the company that bills the MSPs of this hub; none: the hub makes no invoices to them'),
};

function requireTopicSecret(config: {
  readonly NTFY_URL?: string | undefined;
  readonly NTFY_TOPIC_SECRET?: string | undefined;
}): boolean {
  return config.NTFY_URL === undefined || config.NTFY_TOPIC_SECRET !== undefined;
}
const TOPIC_SECRET_MISSING = { path: ['NTFY_TOPIC_SECRET'], error: 'is required with NTFY_URL' };

const S3_PATH = /^\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._-]+)*\/?$/;

function namesBucket(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { pathname, search, username, password } = new URL(text);
  return S3_PATH.test(pathname) && `${search}${username}${password}` === '';
}

/** Of API and core worker alike: where the files of packs lie. */
const packs = {
  MONSYS_PACK_DIR: z
    .string()
    .min(1)
    .default('.data/packs')
    .describe('folder of the files of audit packs, shared by API and core worker'),
  MONSYS_PACK_S3_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL' })
    .refine(namesBucket, 'must name a bucket, and hold no keys: https://s3.example/bucket[/prefix]')
    .optional()
    .describe('S3-compatible storage of the same instead of a folder: https://endpoint/bucket[/prefix]'),
  MONSYS_PACK_S3_REGION: z.string().min(1).default('us-east-1'),
  MONSYS_PACK_S3_ACCESS_KEY_ID: z.string().min(1).optional(),
  MONSYS_PACK_S3_SECRET_ACCESS_KEY: z.string().min(1).optional(),
};
const packConfig = z.object(packs);
export type PackConfig = z.infer<typeof packConfig>;

function requireS3Keys(config: PackConfig): boolean {
  const {
    MONSYS_PACK_S3_URL: url,
    MONSYS_PACK_S3_ACCESS_KEY_ID: id,
    MONSYS_PACK_S3_SECRET_ACCESS_KEY: secret,
  } = config;
  return url === undefined || (id !== undefined && secret !== undefined);
}
const S3_KEYS_MISSING = {
  path: ['MONSYS_PACK_S3_URL'],
  error: 'needs MONSYS_PACK_S3_ACCESS_KEY_ID and MONSYS_PACK_S3_SECRET_ACCESS_KEY',
};

const api = common
  .extend({
    ...packs,
    ...ntfy,
    ...invoicing,
    VAPID_PUBLIC_KEY: vapidPublicKey.optional().describe('as the core worker has it; none: no Web Push'),
    ALLOW_PRIVATE_TARGETS: PRIVATE_TARGETS,
    PORT: z.coerce.number().int().min(0).max(65_535).default(8080),
    HOST: z.string().default('127.0.0.1').describe('address to listen on'),
    PUBLIC_URL: url.optional().describe('how browsers and agents reach the hub; default http://HOST:PORT'),
    TEMPORAL_UI_URL: url.optional().describe('where operators find the Temporal UI'),
    DASHBOARD_DIR: z.string().min(1).optional().describe('folder of the built dashboard; none: the API alone'),
    MONSYS_SEAL_KEY: z
      .string()
      .regex(/^[0-9a-f]{64}$/, '64 hex digits')
      .describe('AES-256 key that seals TOTP secrets; keep it outside the database'),
    WEBHOOK_SEAL_KEY,
    DNS_SERVER,
    TRUST_PROXY: z.stringbool().default(false).describe('take the client address from X-Forwarded-For'),
    RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(1).default(1000).describe('requests per client address'),
    TRANSPARENCY_WITNESSES: z
      .string()
      .min(1)
      .optional()
      .describe('witnesses whose cosignatures of the transparency log are taken; none: nobody’s'),
  })
  .refine(requireTopicSecret, TOPIC_SECRET_MISSING)
  .refine(requireS3Keys, S3_KEYS_MISSING);

const core = common
  .extend({
    ...packs,
    ...invoicing,
    DNS_SERVER,
    SMTP_URL: z
      .url({ protocol: /^smtps?$/, error: 'smtp:// or smtps://' })
      .optional()
      .describe('mail server for handovers; none: no mail'),
    SMTP_FROM: z.string().min(3).default('monsys-msp <noreply@localhost>').describe('sender of handovers'),
    KEV_URL: url.default('https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json'),
    KERNEL_CVE_URL: url.default(
      'https://raw.githubusercontent.com/nluedtke/linux_kernel_cves/master/data/stream_fixes.json',
    ),
    PUBLIC_URL: z
      .url({ protocol: /^https?$/, error: 'must be a URL' })
      .default('http://127.0.0.1:8080')
      .describe('where a notification leads to'),
    ...ntfy,
    NTFY_TOKEN: z.string().min(1).optional().describe('access token that may publish to the topics'),
    VAPID_PUBLIC_KEY: vapidPublicKey.optional(),
    VAPID_PRIVATE_KEY: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}$/, '32 bytes in base64url')
      .optional(),
    VAPID_SUBJECT: z
      .string()
      .regex(/^(mailto:|https:\/\/)./, 'a mailto: or https: URL')
      .optional()
      .describe('whom push services may write to'),
    ALLOW_PRIVATE_TARGETS: PRIVATE_TARGETS,
    WEBHOOK_SEAL_KEY,
  })
  .refine(requireTopicSecret, TOPIC_SECRET_MISSING)
  .refine(requireS3Keys, S3_KEYS_MISSING)
  .refine(
    (config) =>
      new Set(
        [config.VAPID_PUBLIC_KEY, config.VAPID_PRIVATE_KEY, config.VAPID_SUBJECT].map((value) => value === undefined),
      ).size === 1,
    { path: ['VAPID_PUBLIC_KEY'], error: 'set it with VAPID_PRIVATE_KEY and VAPID_SUBJECT, or none of them' },
  );

const signing = common.extend({
  HUB_EMERGENCY_PRIVATE_KEY: z.string().optional().describe('Ed25519 private key: PKCS#8 PEM or 64 hex digits of seed'),
  HUB_EMERGENCY_PRIVATE_KEY_FILE: z.string().optional().describe('file with the same'),
  TRANSPARENCY_ORIGIN: z
    .string()
    .regex(/^monsys-msp\/[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'monsys-msp/<name>')
    .default('monsys-msp/hub')
    .describe('name of this hub’s transparency log; fixed with its first checkpoint'),
});

/** Of the process that announces the next hub key; what else the signing worker's environment holds is not read. */
const rotation = signing
  .pick({ DATABASE_URL: true, LOG_LEVEL: true, HUB_EMERGENCY_PRIVATE_KEY: true, HUB_EMERGENCY_PRIVATE_KEY_FILE: true })
  .extend({
    HUB_NEXT_PRIVATE_KEY: z
      .string()
      .optional()
      .describe('the key that comes next: PKCS#8 PEM or 64 hex digits of seed'),
    HUB_NEXT_PRIVATE_KEY_FILE: z.string().optional().describe('file with the same'),
  });

const SHAPES = { api, core, signing, rotation } as const;

export type ApiConfig = z.infer<typeof api>;
export type CoreConfig = z.infer<typeof core>;
export type SigningConfig = z.infer<typeof signing>;
export type RotationConfig = z.infer<typeof rotation>;

/** Names of the variables that one kind of process reads. */
export function variablesOf(kind: keyof typeof SHAPES): readonly string[] {
  return Object.keys(SHAPES[kind].shape);
}

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

/** How the core worker reaches phones; null where nothing is configured. */
export function pushSettings(config: CoreConfig): {
  readonly publicUrl: string;
  readonly ntfy: {
    readonly url: string;
    readonly token: string | null;
    readonly topicPrefix: string;
    readonly topicSecret: string;
  } | null;
  readonly vapid: { readonly publicKey: string; readonly privateKey: string; readonly subject: string } | null;
} {
  const { NTFY_URL: url, NTFY_TOPIC_SECRET: topicSecret, NTFY_TOKEN: token, NTFY_TOPIC_PREFIX: topicPrefix } = config;
  const { VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey, VAPID_SUBJECT: subject } = config;
  return {
    // In ASCII: it goes into headers.
    publicUrl: new URL(config.PUBLIC_URL).href,
    ntfy:
      url === undefined || topicSecret === undefined ? null : { url, token: token ?? null, topicPrefix, topicSecret },
    vapid:
      publicKey === undefined || privateKey === undefined || subject === undefined
        ? null
        : { publicKey, privateKey, subject },
  };
}

/** The object storage for packs; null where a folder is used. */
export function s3Settings(config: PackConfig): S3Settings | null {
  const { MONSYS_PACK_S3_URL: text, MONSYS_PACK_S3_ACCESS_KEY_ID: accessKeyId } = config;
  const { MONSYS_PACK_S3_SECRET_ACCESS_KEY: secretAccessKey, MONSYS_PACK_S3_REGION: region } = config;
  if (text === undefined || accessKeyId === undefined || secretAccessKey === undefined) return null;
  const { origin, pathname } = new URL(text);
  const [bucket = '', ...prefix] = pathname.split('/').filter((part) => part !== '');
  return { endpoint: origin, bucket, prefix: prefix.join('/'), region, accessKeyId, secretAccessKey };
}
