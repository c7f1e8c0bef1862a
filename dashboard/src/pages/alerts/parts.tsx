/** Small parts of alerts that the table, the cards and the page of one share. */

import { BellOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { momentText, useNow } from '../../ui/Time.tsx';
import { useZone } from '../../ui/zone.ts';
import { type Alert, isSilenced } from './data.ts';

const TONES = { open: 'neutral', acknowledged: 'accent', resolved: 'good' } as const;

/** Open, acknowledged or resolved. */
export function StatusBadge({ status }: { readonly status: Alert['status'] }) {
  const { t } = useTranslation('alerts');
  return <Badge tone={TONES[status]}>{t(`status.${status}`)}</Badge>;
}

/** Says that nobody is told of it now, and until when. */
export function SilencedMark({ alert }: { readonly alert: Alert }) {
  const { t, i18n } = useTranslation('alerts');
  const now = useNow(60);
  const [zone] = useZone();
  if (!isSilenced(alert, now)) return null;
  const at = (moment: string): string => momentText(Date.parse(moment), i18n.language, zone);
  const why =
    alert.snooze === null
      ? t('silencedByMaintenance', { at: at(alert.silenced_until ?? '') })
      : alert.snooze.until === null
        ? t('silencedUntilResolved')
        : t('silencedUntil', { at: at(alert.snooze.until) });
  return (
    <Badge title={why}>
      <BellOff aria-hidden="true" className="size-3" /> {t(alert.snooze === null ? 'silenced' : 'isSnoozed')}
    </Badge>
  );
}

/** The host, or that it is about the tenant as a whole. */
export function HostName({ alert }: { readonly alert: Alert }) {
  const { t } = useTranslation('alerts');
  return alert.hostname === null ? <span className="text-ink-faint">{t('noHost')}</span> : alert.hostname;
}

/** The part of an email before the @: colleagues know each other by it. */
export function shortName(email: string): string {
  return email.split('@')[0] ?? email;
}
