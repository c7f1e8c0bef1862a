/** How to read a schedule in one's own calendar program. */

import { useTranslation } from 'react-i18next';
import { fileHref } from '../../api/download.ts';
import { ButtonAnchor, ButtonLink } from '../../ui/Button.tsx';
import { CopyText } from '../../ui/CopyText.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import type { Schedule } from './queries.ts';

/** The address, and the three things that the program asks for. No secret is in the address. */
export function Subscribe({ schedule, onClose }: { readonly schedule: Schedule; readonly onClose: () => void }) {
  const { t } = useTranslation('onCall');
  const href = fileHref(`/on-call/schedules/${schedule.id}/calendar.ics`);
  return (
    <Dialog open onOpenChange={onClose} title={t('ical.title', { name: schedule.name })} description={t('ical.lead')}>
      <ol className="list-decimal space-y-3 pl-5">
        <li className="space-y-1">
          <p>{t('ical.address')}</p>
          <CopyText block text={`${location.origin}${href}`} />
        </li>
        <li>
          {t('ical.user')} <code className="rounded bg-sunken px-1 font-mono text-xs">calendar</code>
        </li>
        <li>
          {t('ical.password')} <code className="rounded bg-sunken px-1 font-mono text-xs">on_call.read</code>.
        </li>
      </ol>
      <p className="mt-3 text-xs text-ink-faint">{t('ical.why')}</p>
      <DialogActions>
        <ButtonAnchor href={href} download={`${schedule.name}.ics`}>
          {t('ical.file')}
        </ButtonAnchor>
        <ButtonLink to="/settings/tokens" kind="primary">
          {t('ical.makeToken')}
        </ButtonLink>
      </DialogActions>
    </Dialog>
  );
}
