/** Reasons of inheritance, which the hub tells in English, in the viewer's language. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';

/** Says a reason; in English until the Dutch, which comes when it is first needed, is there. */
export function useReason(): (reason: string) => string {
  const { i18n } = useTranslation();
  const isDutch = i18n.language === 'nl';
  const { data: dutch } = useQuery({
    queryKey: ['sentences', 'nl'],
    queryFn: async () => (await import('../messages/nl/sentences.ts')).reasonInDutch,
    enabled: isDutch,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (reason) => (isDutch && dutch !== undefined ? dutch(reason) : reason);
}
