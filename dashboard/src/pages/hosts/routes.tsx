/** A client at a glance, its hosts, one host: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/overview',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const hostsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/hosts',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const hostsAgentIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/hosts/$agentId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** A client at a glance, its hosts, one host. */
export const hostsRoutes = [overviewRoute, hostsRoute, hostsAgentIdRoute] as const;
