/** Every page of the dashboard. An area adds its routes here and nowhere else. */

import { createRouter } from '@tanstack/react-router';
import { queryClient } from './api/queries.ts';
import { alertsRoutes } from './pages/alerts/routes.tsx';
import { auditLogRoutes } from './pages/auditLog/routes.tsx';
import { auditorRoutes } from './pages/auditor/routes.tsx';
import { billingRoutes } from './pages/billing/routes.tsx';
import { cockpitRoutes } from './pages/cockpit/routes.tsx';
import { cvesRoutes } from './pages/cves/routes.tsx';
import { emergencyRoutes } from './pages/emergency/routes.tsx';
import { groupsRoutes } from './pages/groups/routes.tsx';
import { hostsRoutes } from './pages/hosts/routes.tsx';
import { onCallRoutes } from './pages/onCall/routes.tsx';
import { packsRoutes } from './pages/packs/routes.tsx';
import { playbooksRoutes } from './pages/playbooks/routes.tsx';
import { reportsRoutes } from './pages/reports/routes.tsx';
import { settingsRoutes } from './pages/settings/routes.tsx';
import { transparencyRoutes } from './pages/transparency/routes.tsx';
import { verifyRoutes } from './pages/verify/routes.tsx';
import { openRoute } from './shell/openRoute.tsx';
import { enrolRoute, homeRoute, invitationRoute, loginRoute, rootRoute, shellRoute } from './shell/shellRoute.tsx';
import { Problem, SkeletonRows } from './ui/Feedback.tsx';

const routeTree = rootRoute.addChildren([
  loginRoute,
  enrolRoute,
  invitationRoute,
  ...auditorRoutes,
  openRoute.addChildren([...verifyRoutes, ...transparencyRoutes]),
  shellRoute.addChildren([
    homeRoute,
    ...cockpitRoutes,
    ...hostsRoutes,
    ...alertsRoutes,
    ...cvesRoutes,
    ...auditLogRoutes,
    ...groupsRoutes,
    ...playbooksRoutes,
    ...emergencyRoutes,
    ...onCallRoutes,
    ...packsRoutes,
    ...reportsRoutes,
    ...billingRoutes,
    ...settingsRoutes,
  ]),
]);

/** The router; the address holds the state of every page. */
export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
  defaultPendingComponent: () => <SkeletonRows rows={10} />,
  defaultErrorComponent: ({ error, reset }) => (
    <div className="p-6">
      <Problem error={error} onRetry={reset} />
    </div>
  ),
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
