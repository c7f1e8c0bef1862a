/** Which client is in view. */

import { useSearch } from '@tanstack/react-router';
import { useMe } from '../session.ts';

/** Id of the client in view: the one a person is bound to, else the one in the address; undefined for all. */
export function useTenantId(): string | undefined {
  const me = useMe();
  const { tenant } = useSearch({ strict: false });
  return me.tenant_id ?? tenant;
}
