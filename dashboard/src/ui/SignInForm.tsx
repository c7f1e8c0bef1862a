/** Signing in by email, password and second factor; the dashboard and the portal each dress it in their own way. */

import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { type Answered, api, ask } from '../api/client.ts';
import { Button } from './Button.tsx';
import { cx } from './classNames.ts';
import { Problem } from './Feedback.tsx';
import { TextField, TotpField } from './Field.tsx';

type Fields = { readonly email: string; readonly password: string; readonly code: string };
type SignedIn = Answered<'/auth/login', 'post'>;

/** `onAnswer` takes the person on. `notEnrolled` is shown to who has no authenticator, where none can be set up. */
export function SignInForm({
  header,
  notEnrolled,
  onAnswer,
  className,
  children,
}: {
  readonly header: ReactNode;
  readonly notEnrolled?: ReactNode;
  readonly onAnswer: (answer: SignedIn) => Promise<void>;
  readonly className?: string;
  /** What stands below the buttons. */
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  const [byRecovery, setByRecovery] = useState(false);
  const { register, handleSubmit, resetField } = useForm<Fields>();
  const signIn = useMutation({
    mutationFn: ({ email, password, code }: Fields) =>
      ask(
        api.POST('/auth/login', {
          body: { email, password, ...(byRecovery ? { recovery_code: code } : { totp_code: code }) },
        }),
      ),
    onError: () => resetField('code'),
    onSuccess: onAnswer,
  });
  return (
    <form
      onSubmit={handleSubmit((fields) => signIn.mutate(fields))}
      className={cx('w-full max-w-sm space-y-4 rounded-xl border border-line bg-surface p-6 shadow-sm', className)}
    >
      {header}
      {signIn.isError && <Problem error={signIn.error} />}
      {signIn.data?.enrolment_required && notEnrolled}
      <TextField label={t('signIn.email')} type="email" autoComplete="username" required {...register('email')} />
      <TextField
        label={t('signIn.password')}
        type="password"
        autoComplete="current-password"
        required
        {...register('password')}
      />
      {byRecovery ? (
        <TextField label={t('signIn.recovery')} autoComplete="off" required {...register('code')} />
      ) : (
        <TotpField required={false} {...register('code')} />
      )}
      <Button type="submit" kind="primary" busy={signIn.isPending} className="w-full">
        {t('signIn.title')}
      </Button>
      <Button kind="quiet" size="sm" className="w-full" onClick={() => setByRecovery((on) => !on)}>
        {t(byRecovery ? 'signIn.useTotp' : 'signIn.useRecovery')}
      </Button>
      {children}
    </form>
  );
}
