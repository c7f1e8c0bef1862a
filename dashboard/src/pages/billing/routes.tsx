/** Billing: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { known, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';
import { monthIn } from '../../ui/month.ts';

/** Tabs of the page, in their order. */
export const BILLING_TABS = ['tenants', 'invoices', 'prices', 'parties'] as const;

const billingRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/billing',
  /** `month` without a value is the running one; `explain` is the tenant whose line is explained; `of` whose invoice or party is shown. */
  validateSearch: (search: Record<string, unknown>) =>
    known({
      tab: oneOf(search['tab'], BILLING_TABS),
      month: monthIn(search['month']),
      explain: text(search['explain']),
      of: text(search['of']),
    }),
  component: lazyRouteComponent(() => import('./Billing.tsx'), 'Billing'),
});

/** Billing. */
export const billingRoutes = [billingRoute] as const;
