/** Verification in the browser: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const verifyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/verify',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Verification in the browser. */
export const verifyRoutes = [verifyRoute] as const;
