/** Takes an issued invoice back, whole and for ever: the button, and the dialog that asks why. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Undo2 } from 'lucide-react';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { useSudo } from '../settings/useSudo.tsx';

/** `payable` is what the invoice asks for, as text. */
type Of = { readonly number: string; readonly payable: string };

/** The button; only for invoices that stand. */
export function CreditInvoice(of: Of) {
  const { t } = useTranslation('billing');
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button size="sm" className="no-print" onClick={() => setOpen(true)}>
        <Undo2 aria-hidden="true" /> {t('credit.action')}
      </Button>
      {/* Its confirmation has words of another page, which must not take this one away while they come. */}
      <Suspense fallback={null}>{open && <CreditDialog {...of} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}

function CreditDialog({ number, payable, onClose }: Of & { readonly onClose: () => void }) {
  const { t } = useTranslation('billing');
  const queryClient = useQueryClient();
  const sudo = useSudo();
  const [reason, setReason] = useState('');
  const credit = useMutation({
    mutationFn: () =>
      sudo.run(() =>
        ask(api.POST('/billing/invoices/{number}/credit', { params: { path: { number } }, body: { reason } })),
      ),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['billing', 'invoice'] });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('credit.title', { number })}
      description={t('credit.lead', { payable })}
    >
      {sudo.dialog}
      <WriteForm write={credit}>
        <TextArea
          label={t('credit.reason')}
          hint={t('credit.reasonHint')}
          fault={problemOf(credit.error)?.fault('reason')}
          required
          minLength={10}
          maxLength={500}
          value={reason}
          // On the credit note it is one line.
          onChange={({ target }) => setReason(target.value.replaceAll(/[\r\n]+/g, ' '))}
        />
        <FormActions onCancel={onClose} busy={credit.isPending} kind="danger">
          {t('credit.confirm')}
        </FormActions>
      </WriteForm>
    </Dialog>
  );
}
