/** Deactivating a host, or taking it back, after a word of warning. */

import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import type { HostRow } from './hostQueries.ts';
import { useHostChange } from './useHostChange.ts';

/** Asks once; the hub refuses it for a host that holds tokens, in its own sentence. */
export function ActivationDialog({ host, onClose }: { readonly host: HostRow; readonly onClose: () => void }) {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const change = useHostChange(host.id, onClose);
  const word = host.is_active ? 'deactivate' : 'activate';
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(`${word}.title`, { host: host.hostname })}
      description={t(`${word}.lead`)}
    >
      {change.isError && <Problem error={change.error} />}
      <DialogActions>
        <Button onClick={onClose}>{common('cancel')}</Button>
        <Button
          kind={host.is_active ? 'danger' : 'primary'}
          busy={change.isPending}
          onClick={() =>
            change.mutate({ change: { is_active: !host.is_active }, said: t(`${word}.done`, { host: host.hostname }) })
          }
        >
          {t(`actions.${word}`)}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
