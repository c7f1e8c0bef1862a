/** Vulnerabilities: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const cvesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/cves',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const cvesCveIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/cves/$cveId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Vulnerabilities. */
export const cvesRoutes = [cvesRoute, cvesCveIdRoute] as const;
