/** The time in a client's context is over: says so, and leads out. The hub refuses everything else until then. */

import { useQueryClient } from '@tanstack/react-query';
import { AlertDialog } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { onSessionEvent } from '../api/queries.ts';
import { meQuery, useMe, useTenantName } from '../session.ts';
import { Button } from '../ui/Button.tsx';
import { Problem } from '../ui/Feedback.tsx';
import { useEndImpersonation } from './ImpersonationBanner.tsx';

/** Opens once the hub says that the impersonation of this session has ended. */
export function ImpersonationOver() {
  const { t } = useTranslation('shell');
  const me = useMe();
  const queryClient = useQueryClient();
  const tenantName = useTenantName();
  const end = useEndImpersonation();
  const [client, setClient] = useState<string | null>(null);
  // Afterwards nobody may be asked for the name any more.
  const nameNow = me.impersonation === null || me.tenant_id === null ? null : tenantName(me.tenant_id);
  if (nameNow !== null && nameNow !== client) setClient(nameNow);
  useEffect(
    () =>
      onSessionEvent((event) => {
        if (event === 'impersonation_ended') void queryClient.invalidateQueries({ queryKey: meQuery.queryKey });
      }),
    [queryClient],
  );
  return (
    <AlertDialog.Root open={me.ended_impersonation_id !== null}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-40 bg-black/45" />
        <AlertDialog.Content className="fixed top-1/2 left-1/2 z-50 w-[calc(100%-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 space-y-3 rounded-xl border border-line bg-raised p-5 shadow-2xl">
          <AlertDialog.Title className="text-base font-semibold">
            {client === null ? t('impersonation.overUnnamed') : t('impersonation.over', { name: client })}
          </AlertDialog.Title>
          <AlertDialog.Description className="text-ink-soft">{t('impersonation.overText')}</AlertDialog.Description>
          {end.isError && <Problem error={end.error} />}
          <div className="flex justify-end">
            <Button kind="primary" busy={end.isPending} onClick={() => end.mutate()}>
              {t('impersonation.toCockpit')}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
