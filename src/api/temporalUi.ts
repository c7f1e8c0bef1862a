/** Where operators find a workflow in the Temporal UI. */

import { isAllowed } from '../domain/permissions.ts';
import type { ApiDeps } from './deps.ts';
import type { UserPrincipal } from './principal.ts';

/**
 * Address of a workflow in the Temporal UI, for people who may act on it; null for everybody else, and while the hub
 * has no TEMPORAL_UI_URL. An id without a run leads to its newest run.
 */
export function workflowUrl(
  { deps, principal }: { readonly deps: ApiDeps; readonly principal: UserPrincipal },
  workflowId: string,
): string | null {
  const { TEMPORAL_UI_URL: ui, TEMPORAL_NAMESPACE: namespace } = deps.config;
  if (ui === undefined || !isAllowed('emergency.issue', principal.role, principal.scopes)) return null;
  return `${ui.replace(/\/+$/, '')}/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
