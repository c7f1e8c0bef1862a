/** Billing: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const billingRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/billing',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Billing. */
export const billingRoutes = [billingRoute] as const;
