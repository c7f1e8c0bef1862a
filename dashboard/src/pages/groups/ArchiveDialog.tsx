/** Taking a group out of use, after one has read what that means. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { type Group, groupQuery } from './data.ts';

/** Open as long as it is there. */
export function ArchiveDialog({ group, onClose }: { readonly group: Group; readonly onClose: () => void }) {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const { name } = group;
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const archive = useMutation({
    mutationFn: () => ask(api.DELETE('/groups/{id}', { params: { path: { id: group.id } } })),
    onSuccess: async () => {
      toast.success(t('archive.done', { name }));
      await navigate({ to: '/groups' });
      queryClient.removeQueries({ queryKey: groupQuery(group.id).queryKey });
      await queryClient.invalidateQueries({ queryKey: ['groups'] });
    },
  });
  return (
    <Dialog open onOpenChange={onClose} title={t('archive.title', { name })}>
      {archive.isError && <Problem error={archive.error} />}
      <p>{t('archive.text', { count: group.member_count })}</p>
      <DialogActions>
        <Button onClick={onClose}>{common('cancel')}</Button>
        <Button kind="danger" busy={archive.isPending} onClick={() => archive.mutate()}>
          {t('archive.confirm')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
