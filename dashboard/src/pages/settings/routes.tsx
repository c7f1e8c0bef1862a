/** Settings: addresses and what they hold. */

import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { flag, known, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** The frame of all settings: their own list of pages beside the page. */
export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('./SettingsFrame.tsx'), 'SettingsFrame'),
});

const indexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/security' });
  },
});

const securityRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/security',
  component: lazyRouteComponent(() => import('./Security.tsx'), 'Security'),
});

const notificationsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/notifications',
  component: lazyRouteComponent(() => import('./PushDevices.tsx'), 'PushDevices'),
});

const tokensRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/tokens',
  component: lazyRouteComponent(() => import('./ApiTokens.tsx'), 'ApiTokens'),
});

const teamRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/team',
  component: lazyRouteComponent(() => import('./Team.tsx'), 'Team'),
});

const brandingRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/branding',
  component: lazyRouteComponent(() => import('./Branding.tsx'), 'Branding'),
});

const enrolmentRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/enrolment',
  component: lazyRouteComponent(() => import('./Enrolment.tsx'), 'Enrolment'),
});

const alertRulesRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/alert-rules',
  component: lazyRouteComponent(() => import('./AlertRules.tsx'), 'AlertRules'),
});

const slaRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/sla',
  component: lazyRouteComponent(() => import('./SlaPolicies.tsx'), 'SlaPolicies'),
});

const maintenanceRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/maintenance',
  validateSearch: (search: Record<string, unknown>) => known({ all: flag(search['all']) }),
  component: lazyRouteComponent(() => import('./Maintenance.tsx'), 'Maintenance'),
});

const webhooksRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/webhooks',
  validateSearch: (search: Record<string, unknown>) => known({ log: text(search['log']) }),
  component: lazyRouteComponent(() => import('./Webhooks.tsx'), 'Webhooks'),
});

/** Settings. */
export const settingsRoutes = [
  settingsRoute.addChildren([
    indexRoute,
    securityRoute,
    notificationsRoute,
    tokensRoute,
    teamRoute,
    brandingRoute,
    enrolmentRoute,
    alertRulesRoute,
    slaRoute,
    maintenanceRoute,
    webhooksRoute,
  ]),
] as const;
