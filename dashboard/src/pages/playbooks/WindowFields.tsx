/** From when until when a host may activate a token. */

import { useTranslation } from 'react-i18next';
import { TextField } from '../../ui/Field.tsx';
import { timeSpan, useNow } from '../../ui/Time.tsx';
import { utcOf, windowFault } from './window.ts';

/** Two local times with their UTC beneath, and how long that is. */
export function WindowFields({
  from,
  until,
  onFrom,
  onUntil,
}: {
  readonly from: string;
  readonly until: string;
  readonly onFrom: (local: string) => void;
  readonly onUntil: (local: string) => void;
}) {
  const { t } = useTranslation('playbooks');
  const { seconds, fault } = windowFault(from, until, useNow(60));
  const hint = (local: string): string => {
    const time = utcOf(local);
    return time === null ? t('preIssue.localHint') : `${t('preIssue.localHint')} · ${t('preIssue.utc', { time })}`;
  };
  const span = timeSpan(seconds);
  return (
    <div className="space-y-1">
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          label={t('preIssue.from')}
          hint={hint(from)}
          type="datetime-local"
          required
          value={from}
          onChange={(event) => onFrom(event.target.value)}
        />
        <TextField
          label={t('preIssue.until')}
          hint={hint(until)}
          fault={fault === null ? undefined : t(`preIssue.${fault}`, { span })}
          type="datetime-local"
          required
          value={until}
          onChange={(event) => onUntil(event.target.value)}
        />
      </div>
      {fault === null && <p className="text-xs text-ink-soft">{t('preIssue.length', { span })}</p>}
    </div>
  );
}
