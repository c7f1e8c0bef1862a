/** Takes a playbook of the MSP's own out of use. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import type { Playbook } from './queries.ts';

/** The button, and the question whether it is meant. */
export function ArchivePlaybook({ playbook }: { readonly playbook: Playbook }) {
  const { t } = useTranslation('playbooks');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const archive = useMutation({
    mutationFn: () => ask(api.POST('/playbooks/{id}/archive', { params: { path: { id: playbook.id } } })),
    onSuccess: async () => {
      toast.success(t('archived'));
      await navigate({ to: '/playbooks' });
      await queryClient.invalidateQueries({ queryKey: ['playbooks'] });
    },
  });
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t('archive')}</Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={t('archiveTitle', { slug: playbook.slug })}
        description={t('archiveLead')}
      >
        {archive.isError && <Problem error={archive.error} />}
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{t('keep')}</Button>
          <Button kind="danger" busy={archive.isPending} onClick={() => archive.mutate()}>
            {t('archive')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
