/** Dynamic groups: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, number, oneOf } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** The list. */
export const groupsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups',
  component: lazyRouteComponent(() => import('./Groups.tsx'), 'Groups'),
});

/** Making one, for the client in view. */
export const newGroupRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups/new',
  component: lazyRouteComponent(() => import('./NewGroup.tsx'), 'NewGroup'),
});

/** One group. Without a tab: its members. `version` is an old runbook that is looked at. */
export const groupRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups/$groupId',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      tab: oneOf(search['tab'], ['settings', 'runbook']),
      version: number(search['version']),
      dialog: oneOf(search['dialog'], ['archive']),
    }),
  component: lazyRouteComponent(() => import('./GroupDetail.tsx'), 'GroupDetail'),
});

/** Dynamic groups. */
export const groupsRoutes = [groupsRoute, newGroupRoute, groupRoute] as const;
