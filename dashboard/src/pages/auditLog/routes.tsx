/** The audit log: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function day(value: unknown): string | undefined {
  const given = text(value);
  return given !== undefined && DAY.test(given) ? given : undefined;
}

/** The log. `from` and `to` are days of the viewer's own zone; `entry` is the one unfolded: chain and place. */
export const auditLogRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit-log',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      type: text(search['type']),
      actor: text(search['actor']),
      from: day(search['from']),
      to: day(search['to']),
      log: oneOf(search['log'], ['msp']),
      session: text(search['session']),
      entry: text(search['entry']),
    }),
  component: lazyRouteComponent(() => import('./AuditLog.tsx'), 'AuditLog'),
});

/** The audit log. */
export const auditLogRoutes = [auditLogRoute] as const;
