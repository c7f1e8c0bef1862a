/** Emergency actions: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const emergencyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const emergencyNewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/new',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const emergencyQuorumRequestIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/quorum/$requestId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const emergencyEatsNonceRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/eats/$nonce',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const approveRequestIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/approve/$requestId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Emergency actions. */
export const emergencyRoutes = [
  emergencyRoute,
  emergencyNewRoute,
  emergencyQuorumRequestIdRoute,
  emergencyEatsNonceRoute,
  approveRequestIdRoute,
] as const;
