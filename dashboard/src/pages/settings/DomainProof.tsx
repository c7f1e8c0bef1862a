/** The domain a client's portal is served on, and how the one that waits for its proof is proven. */

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

/** What is served, and beside it the TXT record to publish for the next one, with the button that looks for it. */
export function DomainProof({ brand }: { readonly brand: Brand }) {
  const { t } = useTranslation('settings');
  const queryClient = useQueryClient();
  const verify = useMutation({
    mutationFn: () =>
      ask(api.POST('/tenants/{id}/branding/verify-domain', { params: { path: { id: brand.tenant_id } } })),
    onSuccess: (saved) => queryClient.setQueryData(['branding', brand.tenant_id], saved),
  });
  const { domain } = brand;
  const served = brand.served_domain_unicode;
  const isWaiting = domain?.state === 'claimed';
  return (
    <>
      {served !== null && (
        <Card title={served} actions={<Badge tone="good">{t('branding.served')}</Badge>}>
          <InAscii ascii={brand.served_domain} unicode={served} />
          <div className="space-y-2">
            {domain?.state === 'proven' && (
              <p className="text-ink-soft">
                {t('branding.provenAt')} <Time value={domain.proven_at} />
              </p>
            )}
            <p className="text-ink-soft">{t('branding.guard')}</p>
            {brand.served_record_missing_since !== null && (
              <p role="status" className="rounded-md bg-medium-wash p-3 text-medium">
                {t('branding.recordMissing')} <Time value={brand.served_record_missing_since} />
              </p>
            )}
          </div>
        </Card>
      )}
      {isWaiting && (
        <Card title={brand.custom_domain_unicode ?? ''} actions={<Badge tone="medium">{t('branding.claimed')}</Badge>}>
          <InAscii ascii={brand.custom_domain} unicode={brand.custom_domain_unicode} />
          <div className="space-y-3">
            <p className="text-ink-soft">
              {t('branding.publish')} {served !== null && t('branding.replaces', { domain: served })}
            </p>
            <CopyText text={domain.record.name} block />
            <CopyText text={domain.record.value} block />
            {verify.isError && <Problem error={verify.error} />}
            <Button busy={verify.isPending} onClick={() => verify.mutate()}>
              {t('branding.verify')}
            </Button>
          </div>
        </Card>
      )}
    </>
  );
}

/** The name as the DNS has it, where people read it otherwise. */
function InAscii({ ascii, unicode }: { readonly ascii: string | null; readonly unicode: string | null }) {
  return ascii === unicode ? null : <p className="mb-2 font-mono text-xs text-ink-soft">{ascii}</p>;
}
