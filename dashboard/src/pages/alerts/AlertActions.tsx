/** What can be done with one alert; on a phone a bar at the bottom. */

import { Check, CheckCheck, Clock, UserRound } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/Menu.tsx';
import { type Alert, useAcknowledge, useAlertChange } from './data.ts';

const SNOOZE_MINUTES = [60, 240, 1440] as const;
type Snooze = (typeof SNOOZE_MINUTES)[number] | 'resolved';

/** `onDialog` opens the dialog of resolving or assigning. */
export function AlertActions({
  alert,
  onDialog,
}: {
  readonly alert: Alert;
  readonly onDialog: (dialog: 'resolve' | 'assign') => void;
}) {
  const { t } = useTranslation('alerts');
  const { t: common } = useTranslation();
  const acknowledge = useAcknowledge();
  const wake = useAlertChange<void>(
    () => ask(api.DELETE('/alerts/{id}/snooze', { params: { path: { id: alert.id } } })),
    () => toast.success(t('act.woken')),
  );
  const snooze = useAlertChange(
    (choice: Snooze) =>
      ask(
        api.POST('/alerts/{id}/snooze', {
          params: { path: { id: alert.id } },
          body: choice === 'resolved' ? { until_resolved: true } : { minutes: choice },
        }),
      ),
    () => toast.success(t('act.snoozed'), { action: { label: common('undo'), onClick: () => wake.mutate() } }),
  );
  const onSnooze = (choice: Snooze): void =>
    snooze.mutate(choice, { onError: (error) => void toast.error(error.message) });
  return (
    <>
      <Menu
        trigger={
          <Button>
            <Clock aria-hidden="true" /> {t('act.snooze')}
          </Button>
        }
      >
        <MenuLabel>{t('act.snoozeHint')}</MenuLabel>
        {SNOOZE_MINUTES.map((minutes) => (
          <MenuItem key={minutes} onSelect={() => onSnooze(minutes)}>
            {t(`act.snooze${minutes}`)}
          </MenuItem>
        ))}
        <MenuItem onSelect={() => onSnooze('resolved')}>{t('act.snoozeResolved')}</MenuItem>
        {alert.snooze !== null && (
          <>
            <MenuSeparator />
            <MenuItem onSelect={() => wake.mutate(undefined, { onError: (error) => void toast.error(error.message) })}>
              {t('act.wake')}
            </MenuItem>
          </>
        )}
      </Menu>
      <Button onClick={() => onDialog('assign')}>
        <UserRound aria-hidden="true" /> {t('act.assign')}
      </Button>
      {alert.status === 'open' && (
        <Button onClick={() => acknowledge.mutate([alert.id])}>
          <Check aria-hidden="true" /> {t('act.acknowledge')}
        </Button>
      )}
      <Button kind="primary" onClick={() => onDialog('resolve')}>
        <CheckCheck aria-hidden="true" /> {t('act.resolve')}
      </Button>
    </>
  );
}
