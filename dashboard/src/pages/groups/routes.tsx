/** Dynamic groups: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const groupsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const groupsNewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups/new',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const groupsGroupIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/groups/$groupId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Dynamic groups. */
export const groupsRoutes = [groupsRoute, groupsNewRoute, groupsGroupIdRoute] as const;
