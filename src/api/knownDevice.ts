/**
 * Browsers in which a person has signed in before. Wrong attempts lock an account by its address alone, so that nobody
 * can guess from many places at once; a browser that is known has a count of its own, so that nobody who only knows the
 * address can keep the person out. The cookie proves nothing else: password and TOTP are asked for as ever.
 */

import { randomBytes } from 'node:crypto';
import { getCookie, setCookie } from 'hono/cookie';
import type { PublicCtx } from './account.ts';
import { API_BASE } from './basePath.ts';

const DEVICE_COOKIE = 'monsys_device';
/** As long as browsers keep a cookie at most. */
const MAX_AGE_SECONDS = 400 * 86_400;
const ID_BYTES = 16;

/** The cookie opens for the address it was made for, and for no other. */
const sealContext = (email: string): string => `device of ${email.toLowerCase()}`;

/** Under which name attempts to sign in as `email` are counted. */
export function attemptSubject(ctx: PublicCtx, email: string): string {
  const device = knownDevice(ctx, email);
  return device === null ? `login:${email}` : `login:${email}:${device}`;
}

function knownDevice({ deps, http }: PublicCtx, email: string): string | null {
  const cookie = getCookie(http, DEVICE_COOKIE);
  if (cookie === undefined) return null;
  try {
    return deps.seal.open(Buffer.from(cookie, 'base64url'), sealContext(email)).toString('hex');
  } catch (error) {
    // Another person's, altered, or of a key that was replaced: like none.
    if (!(error instanceof Error)) throw error;
    return null;
  }
}

/** Lets the browser be known from now on; one that is known keeps its name. */
export function rememberDevice(ctx: PublicCtx, email: string): void {
  const id = Buffer.from(knownDevice(ctx, email) ?? randomBytes(ID_BYTES).toString('hex'), 'hex');
  setCookie(ctx.http, DEVICE_COOKIE, ctx.deps.seal.seal(id, sealContext(email)).toString('base64url'), {
    httpOnly: true,
    sameSite: 'Strict',
    path: `${API_BASE}/auth/login`,
    secure: ctx.deps.config.PUBLIC_URL?.startsWith('https:') ?? false,
    maxAge: MAX_AGE_SECONDS,
  });
}
