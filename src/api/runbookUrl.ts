/** Where runbooks are read. */

import { API_BASE } from './basePath.ts';

/** Where a group's runbook is read; null when it has none. */
export function runbookUrl(group: { readonly id: string; readonly has_runbook: boolean }): string | null {
  return group.has_runbook ? `${API_BASE}/groups/${group.id}/runbook?format=html` : null;
}
