/** The cockpit: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, number, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';
import { COCKPIT_SORTS } from './cockpitQueries.ts';

/** `urgency_gt`, `sort` and `q` are those of the API. */
export const mspCockpitRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/msp/cockpit',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      urgency_gt: number(search['urgency_gt']),
      sort: oneOf(search['sort'], COCKPIT_SORTS),
      q: text(search['q']),
    }),
  component: lazyRouteComponent(() => import('./Cockpit.tsx'), 'Cockpit'),
});

/** The cockpit. */
export const cockpitRoutes = [mspCockpitRoute] as const;
