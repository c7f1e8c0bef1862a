/** Vulnerabilities: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { SEVERITIES } from '../../../../src/domain/severity.ts';
import { flag, known, number, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** The list. Without a state: what is open. */
export const cvesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/cves',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      state: oneOf(search['state'], ['patched', 'all']),
      severity: oneOf(search['severity'], SEVERITIES),
      cvss: number(search['cvss']),
      kev: flag(search['kev']),
      kernel: flag(search['kernel']),
      q: text(search['q']),
    }),
  component: lazyRouteComponent(() => import('./Cves.tsx'), 'Cves'),
});

/** One CVE over the hosts in view. */
export const cveRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/cves/$cveId',
  component: lazyRouteComponent(() => import('./CveDetail.tsx'), 'CveDetail'),
});

/** Vulnerabilities. */
export const cvesRoutes = [cvesRoute, cveRoute] as const;
