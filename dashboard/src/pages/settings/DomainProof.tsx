/** How a custom domain is proven, and whether it is. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import type { Brand } from './Branding.tsx';

/** The TXT record to publish, and the button that looks for it. */
export function DomainProof({ brand }: { readonly brand: Brand }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const verify = useMutation({
    mutationFn: () =>
      ask(api.POST('/tenants/{id}/branding/verify-domain', { params: { path: { id: brand.tenant_id } } })),
    onSuccess: (saved) => queryClient.setQueryData(['branding', brand.tenant_id], saved),
  });
  const { domain } = brand;
  if (domain === null) return null;
  const isProven = domain.state === 'proven';
  return (
    <Card
      title={brand.custom_domain_unicode ?? brand.custom_domain ?? ''}
      actions={<Badge tone={isProven ? 'good' : 'medium'}>{t(`branding.${domain.state}`)}</Badge>}
    >
      {brand.custom_domain !== brand.custom_domain_unicode && (
        <p className="mb-2 font-mono text-xs text-ink-soft">{brand.custom_domain}</p>
      )}
      {isProven ? (
        <p className="text-ink-soft">
          {t('branding.provenAt')} <Time value={domain.proven_at} />
        </p>
      ) : (
        <div className="space-y-3">
          <p className="text-ink-soft">{t('branding.publish')}</p>
          <CopyText text={domain.record.name} block />
          <CopyText text={domain.record.value} block />
          {verify.isError && <Problem error={verify.error} />}
          <div className="flex flex-wrap items-center gap-3">
            <Button busy={verify.isPending} onClick={() => verify.mutate()}>
              {t('branding.verify')}
            </Button>
            {domain.lapses_at !== null && (
              <span className="text-xs text-ink-faint">
                {t('branding.lapses')} <Time value={domain.lapses_at} format="relative" />
              </span>
            )}
          </div>
        </div>
      )}
    </Card>
  );
}
