/** Secrets of an embedded hub, made once. The hub's private key has a file of its own, which only the signing worker is told of. */

import { generateKeyPairSync, hkdfSync, randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PRIVATE_FILE, readFileIfAny, StartError, writeFileAtomic } from './files.ts';

const KEY_BYTES = 32;
const hex = z.string().regex(/^[0-9a-f]{64}$/);
const shape = z.object({
  seal_key: hex,
  owner_password: hex,
  role_passwords: z.object({ monsys_app: hex, monsys_core: hex, monsys_signing: hex }),
  vapid: z.object({ public_key: z.string(), private_key: z.string() }),
});

export type Secrets = z.infer<typeof shape>;
/** The runtime roles of the database, one a process. */
export type RuntimeRole = keyof Secrets['role_passwords'];
export const RUNTIME_ROLES: readonly RuntimeRole[] = ['monsys_app', 'monsys_core', 'monsys_signing'];

/** Reads or makes both files; `hubKeyFile` holds the seed in hex. */
export async function openSecrets(
  dataDir: string,
  hasDatabase: boolean,
): Promise<{ readonly secrets: Secrets; readonly hubKeyFile: string }> {
  const hubKeyFile = join(dataDir, 'hub.key');
  const path = join(dataDir, 'secrets.json');
  const [text, seed] = [await readFileIfAny(path), await readFileIfAny(hubKeyFile)];
  if (hasDatabase && (text === null || seed === null))
    throw new StartError(
      `The data folder ${dataDir} is not whole: it has a database but no ${text === null ? 'secrets.json' : 'hub.key'}. ` +
        'Put the file back from a backup, or set MONSYS_DATA_DIR to a new folder.',
    );
  if (seed === null) await writeFileAtomic(hubKeyFile, `${newKey()}\n`);
  if (text === null) await writeFileAtomic(path, `${JSON.stringify(newSecrets(), null, 2)}\n`);
  for (const file of [path, hubKeyFile]) await chmod(file, PRIVATE_FILE);
  return { secrets: parse(path, text ?? (await readFileIfAny(path)) ?? ''), hubKeyFile };
}

function parse(path: string, text: string): Secrets {
  try {
    return shape.parse(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new StartError(`${path} is damaged: put it back from a backup, or set MONSYS_DATA_DIR to a new folder.`);
    throw error;
  }
}

const newKey = (): string => randomBytes(KEY_BYTES).toString('hex');

function newSecrets(): Secrets {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  const point = [String(jwk.x), String(jwk.y)].map((part) => Buffer.from(part, 'base64url'));
  return {
    seal_key: newKey(),
    owner_password: newKey(),
    role_passwords: { monsys_app: newKey(), monsys_core: newKey(), monsys_signing: newKey() },
    vapid: {
      // An uncompressed point (SEC 1 section 2.3.3), as Web Push wants it.
      public_key: Buffer.concat([Buffer.of(4), ...point]).toString('base64url'),
      private_key: String(jwk.d),
    },
  };
}

/** Key that seals the secrets of webhooks: derived, so that a data folder of before has one, and one-way, so that who holds it opens nothing else. */
export function webhookSealKey(sealKey: string): string {
  return Buffer.from(hkdfSync('sha256', Buffer.from(sealKey, 'hex'), '', 'monsys-msp webhooks', KEY_BYTES)).toString(
    'hex',
  );
}

/**
 * Passwords of the runtime roles in a database that was given by address: derived from the owner's password, so
 * that two starts against one database agree. Without one, those of the data folder.
 */
export function rolePasswords(secrets: Secrets, ownerUrl: string | null): Secrets['role_passwords'] {
  const password = ownerUrl === null ? '' : new URL(ownerUrl).password;
  if (password === '') return secrets.role_passwords;
  const derive = (role: RuntimeRole): string =>
    Buffer.from(hkdfSync('sha256', password, '', `monsys-msp role ${role}`, KEY_BYTES)).toString('hex');
  return {
    monsys_app: derive('monsys_app'),
    monsys_core: derive('monsys_core'),
    monsys_signing: derive('monsys_signing'),
  };
}
