/** Who is signed in, and what they may do. */

import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { type Answered, api, ask } from './api/client.ts';
import { everyItem } from './api/paging.ts';
import { ProblemError } from './api/problem.ts';

/** The signed-in person as `/auth/me` tells it. */
export type Me = Answered<'/auth/me', 'get'>;
/** A name of the permission matrix. */
export type Permission = Me['permissions'][number];

/** Query of the signed-in person; null when nobody is. */
export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }): Promise<Me | null> => {
    try {
      return await ask(api.GET('/auth/me', { signal }));
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The signed-in person, on pages behind the sign-in. */
export function useMe(): Me {
  const me = useSuspenseQuery(meQuery).data;
  if (me === null) throw new ProblemError(401, { detail: 'Sign in first.' });
  return me;
}

/** Whether the signed-in person holds a permission; screens hide what would be refused. */
export function useCan(): (permission: Permission) => boolean {
  const { data } = useQuery(meQuery);
  return (permission) => data?.permissions.includes(permission) ?? false;
}

/** The people of a client see one tenant; so does who works in a client's context. */
export function isTenantBound(me: Me): boolean {
  return me.tenant_id !== null;
}

/** Tenants in reach, by name, for the switcher and for naming rows. */
export const tenantsQuery = queryOptions({
  queryKey: ['tenants'],
  queryFn: ({ signal }) => everyItem((page) => ask(api.GET('/tenants', { params: { query: page }, signal }))),
  staleTime: 60_000,
});

/** Name of a tenant by id, or a dash until it is known. */
export function useTenantName(): (id: string) => string {
  const { data } = useQuery(tenantsQuery);
  return (id) => data?.find((tenant) => tenant.id === id)?.name ?? '—';
}
