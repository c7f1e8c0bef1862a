/** Deleting a schedule, with everything that people arranged on it. */

import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { type Schedule, useScheduleRefresh } from './queries.ts';

/** The hub refuses it while a group or a policy names the schedule, and says which. */
export function RemoveSchedule({ schedule, onClose }: { readonly schedule: Schedule; readonly onClose: () => void }) {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const refresh = useScheduleRefresh();
  const remove = useMutation({
    mutationFn: () => ask(api.DELETE('/on-call/schedules/{id}', { params: { path: { id: schedule.id } } })),
    onSuccess: async () => {
      toast.success(t('schedule.deleted', { name: schedule.name }));
      onClose();
      await refresh();
    },
  });
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('schedule.deleteTitle', { name: schedule.name })}
      description={t('schedule.deleteText')}
    >
      {remove.isError && <Problem error={remove.error} />}
      <DialogActions>
        <Button onClick={onClose}>{common('cancel')}</Button>
        <Button kind="danger" busy={remove.isPending} onClick={() => remove.mutate()}>
          {common('delete')}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
