/** The time in a client's context is over: says so, and leads out. The hub refuses everything else until then. */

import { useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { onSessionEvent } from '../api/queries.ts';
import { meQuery, useMe, useTenantName } from '../session.ts';

const ImpersonationOverDialog = lazy(() =>
  import('./ImpersonationOverDialog.tsx').then(({ ImpersonationOverDialog }) => ({ default: ImpersonationOverDialog })),
);

/** Opens once the hub says that the impersonation of this session has ended. */
export function ImpersonationOver() {
  const me = useMe();
  const queryClient = useQueryClient();
  const tenantName = useTenantName();
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
    me.ended_impersonation_id !== null && (
      <Suspense>
        <ImpersonationOverDialog client={client} />
      </Suspense>
    )
  );
}
