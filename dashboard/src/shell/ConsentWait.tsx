/** The client wants to be asked first: waits for their answer, then enters by itself. */

import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { Button } from '../ui/Button.tsx';
import { DialogActions } from '../ui/Dialog.tsx';
import { Problem } from '../ui/Feedback.tsx';
import type { Client } from './impersonate.ts';

/** How often the hub is asked whether the client has answered. */
const ASK_MS = 3_000;

/** Shown in the dialog instead of its form. */
export function ConsentWait({
  client,
  impersonationId,
  onEntered,
  onClose,
}: {
  readonly client: Client;
  readonly impersonationId: string;
  readonly onEntered: () => Promise<void>;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const claim = useMutation({
    mutationFn: () => ask(api.POST('/auth/impersonate/claim', { body: { impersonation_id: impersonationId } })),
    onSuccess: onEntered,
  });
  const { data, error } = useQuery({
    queryKey: ['impersonations', 'awaited', impersonationId],
    queryFn: ({ signal }) =>
      ask(api.GET('/auth/impersonations', { params: { query: { tenant_id: client.id, limit: 50 } }, signal })),
    select: ({ items }) => items.find(({ id }) => id === impersonationId)?.state,
    refetchInterval: claim.isIdle ? ASK_MS : false,
  });
  const { mutate, isIdle } = claim;
  useEffect(() => {
    if (data === 'granted' && isIdle) mutate();
  }, [data, isIdle, mutate]);
  return (
    <div className="space-y-4">
      {error !== null && <Problem error={error} />}
      {claim.isError && <Problem error={claim.error} />}
      <p role="status">
        {data === 'ended'
          ? t('impersonate.refused', { name: client.name })
          : t('impersonate.awaiting', { name: client.name })}
      </p>
      <DialogActions>
        <Button onClick={onClose}>{common('close')}</Button>
      </DialogActions>
    </div>
  );
}
