/** The second factor: setting TOTP up, replacing it, and the recovery codes. */

import QRCode from 'qrcode';
import { z } from 'zod';
import { forgetAttempts } from '../../db/authFailures.ts';
import { type IdentityTx, withIdentity } from '../../db/scope.ts';
import { findEnrolmentSession, revokeOtherSessions } from '../../db/sessions.ts';
import {
  burnTotpStep,
  type Credentials,
  confirmPendingTotp,
  getCredentials,
  replaceRecoveryCodes,
  setPendingTotp,
  useRecoveryCode,
} from '../../db/users.ts';
import { RefusedError } from '../../domain/refusal.ts';
import { tokenHash, tokenKind } from '../../domain/token.ts';
import { matchTotpStep, newTotpSecret, totpSealContext, totpUri } from '../../platform/totpCode.ts';
import {
  me,
  openEnrolment,
  password,
  present,
  recheckPassword,
  recordOwn,
  refuseForeignPage,
  requireSession,
  signIn,
} from '../account.ts';
import type { ApiDeps } from '../deps.ts';
import { newRecoveryCodes, recoveryCodeHash } from '../recoveryCodes.ts';
import { defineRoute } from '../route.ts';
import { allowAttempt, requireTotp } from '../totp.ts';

const tokenBody = z.strictObject({ enrolment_token: z.string().max(200) });

/** The person behind an enrolment token. */
async function enrollee(tx: IdentityTx, token: string): Promise<Credentials> {
  const session = tokenKind(token) === 'step' ? await findEnrolmentSession(tx, Buffer.from(tokenHash(token))) : null;
  if (session === null) throw new RefusedError('token_expired');
  return getCredentials(tx, session.user_id);
}

const enrol = defineRoute({
  method: 'post',
  path: '/auth/totp/enrol',
  tag: 'Identity',
  summary: 'Get a new TOTP secret with its QR code',
  description:
    'The secret comes into force with its first right code at /auth/totp/confirm; an old one stays good until then.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: tokenBody,
  output: z.object({ secret: z.string(), otpauth_uri: z.string(), qr_svg: z.string() }),
  refusals: ['token_expired', 'csrf'],
  handle: async (ctx) => {
    refuseForeignPage(ctx);
    const { deps, body } = ctx;
    const secret = newTotpSecret();
    const user = await withIdentity(deps.pool, async (tx) => {
      const found = await enrollee(tx, body.enrolment_token);
      await setPendingTotp(tx, found.id, deps.seal.seal(Buffer.from(secret, 'utf8'), totpSealContext(found.id)));
      return found;
    });
    const otpauth_uri = totpUri(secret, user.email, 'monsys-msp');
    return {
      secret,
      otpauth_uri,
      qr_svg: await QRCode.toString(otpauth_uri, { type: 'svg', errorCorrectionLevel: 'M' }),
    };
  },
});

const confirm = defineRoute({
  method: 'post',
  path: '/auth/totp/confirm',
  tag: 'Identity',
  summary: 'Put the new TOTP secret in force and sign in',
  description: 'Answers ten recovery codes, shown this once; each is good for one sign-in without the authenticator.',
  auth: { kind: 'public' },
  tenantScoped: false,
  body: tokenBody.extend({ totp_code: z.string().max(20) }),
  output: z.object({ user: me, expires_at: z.iso.datetime(), recovery_codes: z.array(z.string()) }),
  refusals: ['token_expired', 'totp_invalid', 'locked_out', 'csrf'],
  handle: async (ctx) => {
    refuseForeignPage(ctx);
    const { deps, body } = ctx;
    const known = await withIdentity(deps.pool, (tx) => enrollee(tx, body.enrolment_token));
    await allowAttempt(deps, `totp:${known.id}`);
    const recovery_codes = newRecoveryCodes();
    const result = await withIdentity(deps.pool, async (tx) => {
      const user = await enrollee(tx, body.enrolment_token);
      const pending =
        user.totp_pending_sealed && deps.seal.open(user.totp_pending_sealed, totpSealContext(user.id)).toString('utf8');
      const step = pending === null ? null : matchTotpStep(pending, body.totp_code, deps.now());
      if (step === null || !(await confirmPendingTotp(tx, user.id))) throw new RefusedError('totp_invalid');
      // The code that proved the new secret proves nothing a second time.
      await burnTotpStep(tx, user.id, step);
      await replaceRecoveryCodes(
        tx,
        user.id,
        recovery_codes.map((code) => recoveryCodeHash(user.id, code)),
      );
      // Whatever was opened under the old proofs ends here: above all, another enrolment token of the same
      // account, with which a second person could put a secret of their own in force.
      await revokeOtherSessions(tx, user.id, null);
      await recordOwn(tx, user, 'totp_enrolled', { address: ctx.clientAddress });
      return { user: present(user), ...(await signIn(ctx, tx, user, 'enrolment')) };
    });
    await forgetAttempts(deps.pool, `totp:${known.id}`);
    return { ...result, recovery_codes };
  },
});

/** Uses a recovery code up or throws; tries count with those of TOTP. */
async function spendRecoveryCode(deps: ApiDeps, userId: string, code: string): Promise<void> {
  await allowAttempt(deps, `totp:${userId}`);
  const isGood = await withIdentity(deps.pool, (tx) => useRecoveryCode(tx, userId, recoveryCodeHash(userId, code)));
  if (!isGood) throw new RefusedError('totp_invalid', 'The recovery code is wrong or was used.');
  await forgetAttempts(deps.pool, `totp:${userId}`);
}

const replaceTotp = defineRoute({
  method: 'post',
  path: '/auth/totp/replace',
  tag: 'Identity',
  summary: 'Start setting up another authenticator',
  description:
    'With the password and a code of the old one in X-TOTP-Code, or a recovery code when the old one is lost. ' +
    'Every session ends when the new one is confirmed.',
  auth: { kind: 'self' },
  tenantScoped: false,
  body: z.strictObject({ password, recovery_code: z.string().max(40).optional() }),
  output: z.object({ enrolment_token: z.string() }),
  refusals: ['bad_credentials', 'locked_out', 'forbidden', 'totp_required', 'totp_invalid', 'totp_reused'],
  handle: async (ctx) => {
    requireSession(ctx.principal);
    const user = await recheckPassword(ctx.deps, ctx.principal, ctx.body.password);
    if (ctx.body.recovery_code === undefined)
      await requireTotp(ctx.deps, ctx.principal, ctx.http.req.header('x-totp-code'));
    else await spendRecoveryCode(ctx.deps, user.id, ctx.body.recovery_code);
    return { enrolment_token: await withIdentity(ctx.deps.pool, (tx) => openEnrolment(ctx, tx, user)) };
  },
});

const renewRecoveryCodes = defineRoute({
  method: 'post',
  path: '/auth/recovery-codes',
  tag: 'Identity',
  summary: 'Replace the recovery codes; shown this once',
  auth: { kind: 'self', totp: true },
  tenantScoped: false,
  output: z.object({ recovery_codes: z.array(z.string()) }),
  refusals: ['forbidden'],
  handle: async ({ deps, principal }) => {
    requireSession(principal);
    const recovery_codes = newRecoveryCodes();
    await withIdentity(deps.pool, async (tx) => {
      await replaceRecoveryCodes(
        tx,
        principal.userId,
        recovery_codes.map((code) => recoveryCodeHash(principal.userId, code)),
      );
      await recordOwn(tx, await getCredentials(tx, principal.userId), 'recovery_codes_replaced', {});
    });
    return { recovery_codes };
  },
});

/** Routes of the second factor. */
export const authenticatorRoutes = [enrol, confirm, replaceTotp, renewRecoveryCodes];
