/** Emergency actions: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { flag, known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** Tabs of the overview. */
export const EMERGENCY_TABS = ['pending', 'running', 'history'] as const;

/** The overview. `direct` opens the dialog of a level 1 or 2 action, for `agent` if it is named. */
export const emergencyRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      tab: oneOf(search['tab'], EMERGENCY_TABS),
      closed: flag(search['closed']),
      overdue: flag(search['overdue']),
      direct: flag(search['direct']),
      agent: text(search['agent']),
    }),
  component: lazyRouteComponent(() => import('./Emergency.tsx'), 'Emergency'),
});

/** A new quorum request; the address may name the host, the group and the playbook. */
export const newQuorumRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/new',
  validateSearch: (search: Record<string, unknown>) =>
    known({ agent: text(search['agent']), group: text(search['group']), playbook: text(search['playbook']) }),
  component: lazyRouteComponent(() => import('./NewQuorum.tsx'), 'NewQuorum'),
});

/** One quorum request, live. */
export const quorumRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/quorum/$requestId',
  validateSearch: (search: Record<string, unknown>) => known({ cancel: flag(search['cancel']) }),
  component: lazyRouteComponent(() => import('./Quorum.tsx'), 'Quorum'),
});

/** One token from request to signed result. */
export const eatRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/emergency/eats/$nonce',
  component: lazyRouteComponent(() => import('./Eat.tsx'), 'Eat'),
});

/** The card that a notification opens. */
export const approveRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/approve/$requestId',
  validateSearch: (search: Record<string, unknown>) =>
    known({ decision: oneOf(search['decision'], ['approve', 'reject']) }),
  component: lazyRouteComponent(() => import('./ApproveCard.tsx'), 'ApproveCard'),
});

/** Emergency actions. */
export const emergencyRoutes = [emergencyRoute, newQuorumRoute, quorumRoute, eatRoute, approveRoute] as const;
