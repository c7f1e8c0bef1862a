/** Runbooks as the hub renders them. */

import { queryOptions } from '@tanstack/react-query';
import { api, ask } from '../../api/client.ts';

/** HTML of a group's runbook, made safe by the hub; of one version, or the present one. Show it by SafeHtml alone. */
export function runbookQuery(groupId: string, version?: number) {
  return queryOptions({
    queryKey: ['groups', groupId, 'runbook', version ?? 'present'],
    queryFn: async ({ signal }): Promise<string> =>
      ask(
        api.GET('/groups/{id}/runbook', {
          params: { path: { id: groupId }, query: { format: 'html', ...(version !== undefined && { version }) } },
          parseAs: 'text',
          signal,
        }),
      ),
  });
}
