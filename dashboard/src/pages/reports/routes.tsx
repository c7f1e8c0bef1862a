/** Reports on demand: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { flag, known } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

const reportsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/reports',
  /** `new` opens the form. */
  validateSearch: (search: Record<string, unknown>) => known({ new: flag(search['new']) }),
  component: lazyRouteComponent(() => import('./Reports.tsx'), 'Reports'),
});

/** Reports on demand. */
export const reportsRoutes = [reportsRoute] as const;
