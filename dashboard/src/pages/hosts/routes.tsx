/** A client at a glance, its hosts, one host: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { flag, known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';
import { HOST_STATES, HOST_TABS, METRIC_RANGES, SCORE_RANGES } from './hostQueries.ts';

/** `range` is how far back the Trust Score is drawn. */
export const overviewRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/overview',
  validateSearch: (search: Record<string, unknown>) => known({ range: oneOf(search['range'], SCORE_RANGES) }),
  component: lazyRouteComponent(() => import('./Overview.tsx'), 'Overview'),
});

/** Filters of the list. */
export const hostsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/hosts',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      q: text(search['q']),
      tag: text(search['tag']),
      state: oneOf(search['state'], HOST_STATES),
      offline_first: flag(search['offline_first']),
    }),
  component: lazyRouteComponent(() => import('./Hosts.tsx'), 'Hosts'),
});

/** The tab, and how far back its chart goes. */
export const hostRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/hosts/$agentId',
  validateSearch: (search: Record<string, unknown>) =>
    known({ tab: oneOf(search['tab'], HOST_TABS), range: oneOf(search['range'], METRIC_RANGES) }),
  component: lazyRouteComponent(() => import('./Host.tsx'), 'Host'),
});

/** A client at a glance, its hosts, one host. */
export const hostsRoutes = [overviewRoute, hostsRoute, hostRoute] as const;
