/** The audit log: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const auditLogRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit-log',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** The audit log. */
export const auditLogRoutes = [auditLogRoute] as const;
