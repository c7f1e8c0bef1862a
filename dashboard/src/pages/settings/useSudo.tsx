/** Sensitive actions ask once in ten minutes whether it is really you. */

import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask, withTotp } from '../../api/client.ts';
import { ProblemError } from '../../api/problem.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TotpField } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';

type Waiting = { readonly proceed: () => void; readonly giveUp: (error: Error) => void };

/**
 * `run` does an action; when the hub asks for a confirmation, the dialog does too, and the action is done again.
 * Put `dialog` into the page.
 */
export function useSudo(): { readonly run: <T>(action: () => Promise<T>) => Promise<T>; readonly dialog: ReactNode } {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const waiting = useRef<Waiting | null>(null);
  const refusal = useRef<ProblemError | null>(null);
  const [open, setOpen] = useState(false);
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  const run = async <T,>(action: () => Promise<T>): Promise<T> => {
    try {
      return await action();
    } catch (fault) {
      if (!(fault instanceof ProblemError) || fault.code !== 'sudo_required') throw fault;
      refusal.current = fault;
      await new Promise<void>((proceed, giveUp) => {
        waiting.current = { proceed, giveUp };
        setError(null);
        setCode('');
        setOpen(true);
      });
      return action();
    }
  };
  const close = (): void => {
    setOpen(false);
    waiting.current?.giveUp(refusal.current ?? new Error(common('cancel')));
    waiting.current = null;
  };
  const confirm = async (): Promise<void> => {
    setBusy(true);
    try {
      await ask(api.POST('/auth/sudo', { headers: withTotp(code) }));
      waiting.current?.proceed();
      waiting.current = null;
      setOpen(false);
    } catch (fault) {
      setError(fault);
      setCode('');
    } finally {
      setBusy(false);
    }
  };
  const dialog = (
    <Dialog open={open} onOpenChange={close} title={t('sudo.title')} description={t('sudo.lead')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // The dialog's form must not send the page's form as well.
          event.stopPropagation();
          void confirm();
        }}
        className="space-y-4"
      >
        {error !== null && <Problem error={error} />}
        <TotpField value={code} onChange={(event) => setCode(event.target.value)} />
        <FormActions onCancel={close} busy={busy}>
          {common('confirm')}
        </FormActions>
      </form>
    </Dialog>
  );
  return { run, dialog };
}
