/** Verification in the browser: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, text } from '../../search.ts';
import { openRoute } from '../../shell/openRoute.tsx';

const verifyRoute = createRoute({
  getParentRoute: () => openRoute,
  path: '/verify',
  /** `pack` and `report` are ids of what is to be fetched from the hub. */
  validateSearch: (search: Record<string, unknown>) =>
    known({ pack: text(search['pack']), report: text(search['report']) }),
  component: lazyRouteComponent(() => import('./Verify.tsx'), 'Verify'),
});

/** Verification in the browser. */
export const verifyRoutes = [verifyRoute] as const;
