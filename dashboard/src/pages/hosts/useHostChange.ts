/** A change of a host by a person: sent once, then every list that shows the host is read again. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import { api, ask, type paths } from '../../api/client.ts';

/** What may be changed of a host. */
export type HostChange = paths['/agents/{id}']['patch']['requestBody']['content']['application/json'];

/** `said` is shown once it is done. */
export function useHostChange(agentId: string, onDone?: () => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: ({ change }: { readonly change: HostChange; readonly said: string }) =>
      ask(api.PATCH('/agents/{id}', { params: { path: { id: agentId } }, body: change })),
    onSuccess: async (_, { said }) => {
      toast.success(said);
      onDone?.();
      await queryClient.invalidateQueries({ queryKey: ['agents'] });
    },
  });
}
