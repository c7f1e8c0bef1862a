/** The audit log: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, oneOf } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';
import { auditSearch } from './search.ts';

/** The log: the client's in view, or the MSP's own. */
export const auditLogRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit-log',
  validateSearch: (search: Record<string, unknown>) =>
    known({ ...auditSearch(search), log: oneOf(search['log'], ['msp']) }),
  component: lazyRouteComponent(() => import('./AuditLog.tsx'), 'AuditLog'),
});

/** The audit log. */
export const auditLogRoutes = [auditLogRoute] as const;
