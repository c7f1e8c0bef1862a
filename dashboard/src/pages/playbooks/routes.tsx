/** Playbooks and pre-issued tokens: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { shellRoute } from '../../shell/shellRoute.tsx';

const playbooksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playbooks',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

const playbooksPlaybookIdRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playbooks/$playbookId',
  component: lazyRouteComponent(() => import('../Pending.tsx'), 'Pending'),
});

/** Playbooks and pre-issued tokens. */
export const playbooksRoutes = [playbooksRoute, playbooksPlaybookIdRoute] as const;
