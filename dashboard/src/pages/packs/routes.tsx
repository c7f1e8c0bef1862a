/** Audit packs: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, number, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';
import { monthIn } from '../../ui/month.ts';

/** Parts of the panel of one client's month. */
export const PACK_VIEWS = ['pack', 'contacts', 'auditors'] as const;

const auditPacksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/audit-packs',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      year: number(search['year']),
      q: text(search['q']),
      client: text(search['client']),
      month: monthIn(search['month']),
      view: oneOf(search['view'], PACK_VIEWS),
    }),
  component: lazyRouteComponent(() => import('./AuditPacks.tsx'), 'AuditPacks'),
});

/** Audit packs. */
export const packsRoutes = [auditPacksRoute] as const;
