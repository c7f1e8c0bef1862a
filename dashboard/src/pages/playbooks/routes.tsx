/** Playbooks and pre-issued tokens: addresses and what they hold. */

import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { flag, known, number, oneOf, text } from '../../search.ts';
import { shellRoute } from '../../shell/shellRoute.tsx';

/** The list, and the pre-issued tokens of every host. */
export const playbooksRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playbooks',
  validateSearch: (search: Record<string, unknown>) =>
    known({ tab: oneOf(search['tab'], ['pre-issued']), ended: flag(search['ended']) }),
  component: lazyRouteComponent(() => import('./Playbooks.tsx'), 'Playbooks'),
});

/** A new playbook, or the next version of `from`. */
export const editPlaybookRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playbooks/new',
  validateSearch: (search: Record<string, unknown>) => known({ from: text(search['from']) }),
  component: lazyRouteComponent(() => import('./EditPlaybook.tsx'), 'EditPlaybook'),
});

/** One playbook. `version` is the one shown; `preissue` opens the dialog, for `agent` if it is named. */
export const playbookRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/playbooks/$playbookId',
  validateSearch: (search: Record<string, unknown>) =>
    known({
      version: number(search['version']),
      preissue: flag(search['preissue']),
      agent: text(search['agent']),
      ended: flag(search['ended']),
    }),
  component: lazyRouteComponent(() => import('./PlaybookPage.tsx'), 'PlaybookPage'),
});

/** Playbooks and pre-issued tokens. */
export const playbooksRoutes = [playbooksRoute, editPlaybookRoute, playbookRoute] as const;
