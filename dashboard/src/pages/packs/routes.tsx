/** Audit packs: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const auditPacksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit-packs',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Audit packs. */
export const packsRoutes = [auditPacksRoute] as const;
