/** Entering and leaving a client's context: what was read in one must not be shown in the other. */

import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api, ask } from '../api/client.ts';
import { meQuery } from '../session.ts';

/** Steps after the hub has changed the session. Both forget every answer, then read who one is now. */
export function useContextChange(): {
  readonly entered: (tenantId: string) => Promise<void>;
  readonly left: () => Promise<void>;
} {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const forget = (): void => {
    queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
    queryClient.getMutationCache().clear();
  };
  const change = async (go: () => Promise<void>): Promise<void> => {
    await queryClient.cancelQueries();
    const me = await ask(api.GET('/auth/me'));
    // The page first: the one that is left would ask again for what it may not see any more.
    await go();
    forget();
    queryClient.setQueryData(meQuery.queryKey, me);
  };
  return {
    entered: (tenantId) => change(() => navigate({ to: '/overview', search: { tenant: tenantId } })),
    left: () => change(() => navigate({ to: '/msp/cockpit', search: { tenant: undefined } })),
  };
}
