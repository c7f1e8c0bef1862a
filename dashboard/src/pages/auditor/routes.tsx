/** The auditor's view, outside the frame of the provider's people. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, oneOf } from '../../search.ts';
import { rootRoute } from '../../shell/shellRoute.tsx';
import { auditSearch } from '../auditLog/search.ts';

/** What an auditor reads here; log and verification have pages of their own. */
const AUDITOR_VIEWS = ['packs', 'audit'] as const;

const auditorRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/auditor',
  validateSearch: (search: Record<string, unknown>) =>
    known({ view: oneOf(search['view'], AUDITOR_VIEWS), ...auditSearch(search) }),
  component: lazyRouteComponent(() => import('./Auditor.tsx'), 'Auditor'),
});

/** The auditor's view. */
export const auditorRoutes = [auditorRoute] as const;
