/** A person's own ntfy topic, to take to the phone. */

import { useQuery } from '@tanstack/react-query';
import QRCode from 'qrcode';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../../api/client.ts';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';

const QR_PIXELS = 160;

/** Server and topic with a QR code; or that the hub has no ntfy. */
export function NtfyTopic() {
  const { t } = useTranslation('notifications');
  const { data, error } = useQuery({
    queryKey: ['push', 'ntfy'],
    queryFn: async ({ signal }) => {
      const { server_url: server, topic } = await ask(api.GET('/push/ntfy-topic', { signal }));
      if (server === null || topic === null) return null;
      const url = `${server.replace(/\/+$/, '')}/${topic}`;
      return { server, topic, url, qr: await QRCode.toDataURL(url, { width: QR_PIXELS * 2, margin: 2 }) };
    },
    // The topic is a secret: it is not kept once the page is left.
    gcTime: 0,
  });
  return (
    <Card title={t('ntfy')}>
      {error !== null && <Problem error={error} />}
      {data === undefined && error === null && <Skeleton className="h-40" />}
      {data === null && <p className="text-ink-soft">{t('ntfyNotConfigured')}</p>}
      {data && (
        <div className="flex flex-wrap gap-4">
          <img src={data.qr} alt={t('qr')} width={QR_PIXELS} height={QR_PIXELS} className="rounded-md bg-white" />
          <div className="min-w-0 flex-1 basis-56 space-y-2">
            <p className="text-ink-soft">{t('ntfyText')}</p>
            <p className="text-xs text-ink-faint">{t('server')}</p>
            <CopyText text={data.server} />
            <p className="text-xs text-ink-faint">{t('topic')}</p>
            <CopyText text={data.topic} />
            <ButtonAnchor href={data.url} target="_blank" rel="noreferrer" size="sm">
              {t('openTopic')}
            </ButtonAnchor>
          </div>
        </div>
      )}
    </Card>
  );
}
