/** The requester takes a request back. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { type QuorumRequest, quorumQuery } from './queries.ts';
import { quorumRoute } from './routes.tsx';

/** The button, and the question whether it is meant. */
export function CancelRequest({ request }: { readonly request: QuorumRequest }) {
  const { t } = useTranslation('emergency');
  const { cancel: isOpen } = quorumRoute.useSearch();
  const navigate = useNavigate({ from: quorumRoute.fullPath });
  const queryClient = useQueryClient();
  const setOpen = (open: boolean): void =>
    void navigate({ search: (old) => ({ ...old, cancel: open || undefined }), replace: true });
  const cancel = useMutation({
    mutationFn: () => ask(api.POST('/emergency/quorum/{id}/cancel', { params: { path: { id: request.id } } })),
    onSuccess: (answer) => {
      queryClient.setQueryData(quorumQuery(request.id).queryKey, answer);
      toast.success(t('quorum.cancelled'));
      setOpen(false);
    },
  });
  return (
    <>
      <Button kind="danger" onClick={() => setOpen(true)}>
        {t('quorum.cancel')}
      </Button>
      <Dialog
        open={isOpen ?? false}
        onOpenChange={setOpen}
        title={t('quorum.cancelTitle')}
        description={t('quorum.cancelLead')}
      >
        {cancel.isError && <Problem error={cancel.error} />}
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{t('quorum.keep')}</Button>
          <Button kind="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            {t('quorum.cancel')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
