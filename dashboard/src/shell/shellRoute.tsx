/** The parents of every page: the root, and the frame that asks for a sign-in. */

import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { known, text } from '../search.ts';
import { meQuery } from '../session.ts';
import { NotFound } from './NotFound.tsx';
import { Shell } from './Shell.tsx';

/** The root of the page tree. */
export const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

/**
 * Everything behind the sign-in. `tenant` in the address is the client in view; it stays while one goes from page
 * to page, and means nothing to those who see one client only.
 */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  validateSearch: (search: Record<string, unknown>) => known({ tenant: text(search['tenant']) }),
  search: { middlewares: [retainSearchParams(['tenant'])] },
  beforeLoad: async ({ context, location }) => {
    const me = await context.queryClient.ensureQueryData(meQuery);
    if (me === null) throw redirect({ to: '/login', search: { next: location.href } });
  },
  component: Shell,
});

/** The sign-in. `next` is where to go afterwards, within this site. */
export const loginRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/login',
  validateSearch: (search: Record<string, unknown>) => known({ next: text(search['next']) }),
  component: lazyRouteComponent(() => import('../pages/signIn/SignIn.tsx'), 'SignIn'),
});

/** Where an account gets its authenticator, at the first sign-in. */
export const enrolRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/enrol',
  component: lazyRouteComponent(() => import('../pages/signIn/Enrol.tsx'), 'Enrol'),
});

/** Where an invitation's link leads; its token is in the fragment. */
export const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('../pages/signIn/AcceptInvitation.tsx'), 'AcceptInvitation'),
});

/** Where one lands without a path: the cockpit, or the client's own overview. */
export const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const me = await context.queryClient.ensureQueryData(meQuery);
    throw redirect(me?.tenant_id === null ? { to: '/msp/cockpit' } : { to: '/overview' });
  },
});
