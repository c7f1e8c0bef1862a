/** Takes a pre-issued token back, and says honestly what that means for a host that is away. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import type { PreIssued } from './queries.ts';

const LIVE_STATES: ReadonlySet<string> = new Set(['waiting_for_host', 'held', 'armed']);
const READING_MS = 12_000;

/** The button, and the question whether it is meant; nothing where there is nothing to revoke. */
export function Revoke({ eat }: { readonly eat: PreIssued }) {
  const { t } = useTranslation('playbooks');
  const { t: common } = useTranslation();
  const can = useCan();
  const queryClient = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const revoke = useMutation({
    mutationFn: () => ask(api.POST('/pre-issued-eats/{id}/revoke', { params: { path: { id: eat.id } } })),
    onSuccess: ({ explanation, could_still_activate: isOpenStill }) => {
      setOpen(false);
      // The hub's own sentence; where the host could still act, it stays long enough to be read.
      if (isOpenStill) toast.warning(explanation, { duration: READING_MS });
      else toast.success(explanation);
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['pre-issued'] }),
  });
  if (!LIVE_STATES.has(eat.state) || !can('emergency.issue_level3')) return null;
  const label = eat.labels.join(', ');
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)} aria-label={`${t('live.revoke')}: ${label}, ${eat.hostname}`}>
        {t('live.revoke')}
      </Button>
      <Dialog
        open={isOpen}
        onOpenChange={setOpen}
        title={t('live.revokeTitle')}
        description={t('live.revokeLead', { label, host: eat.hostname })}
      >
        {revoke.isError && <Problem error={revoke.error} />}
        <DialogActions>
          <Button onClick={() => setOpen(false)}>{common('cancel')}</Button>
          <Button kind="danger" busy={revoke.isPending} onClick={() => revoke.mutate()}>
            {t('live.revoke')}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
