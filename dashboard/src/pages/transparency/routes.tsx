/** The transparency log: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, number, oneOf, text } from '../../search.ts';
import { openRoute } from '../../shell/openRoute.tsx';

/** Tabs of the page. */
const LOG_TABS = ['log', 'keys'] as const;

const transparencyRoute = createRoute({
  getParentRoute: () => openRoute,
  path: '/transparency',
  /** `leaf` is the entry whose proof is drawn, `q` what was typed to look it up. */
  validateSearch: (search: Record<string, unknown>) =>
    known({ tab: oneOf(search['tab'], LOG_TABS), leaf: number(search['leaf']), q: text(search['q']) }),
  component: lazyRouteComponent(() => import('./Transparency.tsx'), 'Transparency'),
});

/** The transparency log. */
export const transparencyRoutes = [transparencyRoute] as const;
