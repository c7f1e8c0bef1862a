/** Says of an overdue token that somebody has seen that no result came. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import type { EatItem } from './queries.ts';

/** The button, where it means something; `size` as its place has it. */
export function Acknowledge({ eat, size = 'md' }: { readonly eat: EatItem; readonly size?: 'sm' | 'md' }) {
  const { t } = useTranslation('emergency');
  const can = useCan();
  const queryClient = useQueryClient();
  const acknowledge = useMutation({
    mutationFn: () => ask(api.POST('/emergency/{nonce}/acknowledge', { params: { path: { nonce: eat.nonce } } })),
    onSuccess: () => toast.success(t('acknowledged')),
    onError: (error) => toast.error(error.message),
    onSettled: () => queryClient.invalidateQueries({ queryKey: ['emergency'] }),
  });
  if (!eat.is_overdue || eat.acknowledged_at !== null || !can('emergency.issue')) return null;
  return (
    <Button
      size={size}
      busy={acknowledge.isPending}
      onClick={() => acknowledge.mutate()}
      aria-label={`${t('acknowledge')}: ${eat.labels.join(', ')}, ${eat.hostname}`}
    >
      {t('acknowledge')}
    </Button>
  );
}
