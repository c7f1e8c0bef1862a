/** On-call: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const onCallRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/on-call',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** On-call. */
export const onCallRoutes = [onCallRoute] as const;
