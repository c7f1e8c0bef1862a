/** The transparency log: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const transparencyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/transparency',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** The transparency log. */
export const transparencyRoutes = [transparencyRoute] as const;
