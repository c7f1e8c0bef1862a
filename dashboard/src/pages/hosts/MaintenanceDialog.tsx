/** Maintenance of one host: for how long, or its end. */

import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField } from '../../ui/Field.tsx';
import { Time } from '../../ui/Time.tsx';
import type { HostRow } from './hostQueries.ts';
import { useHostChange } from './useHostChange.ts';

/** Lengths that are offered, in hours. */
const HOURS = [1, 2, 4, 8, 24, 72] as const;

/** Opens or ends a window of this host alone; see docs/sla.md for what it does to clocks. */
export function MaintenanceDialog({ host, onClose }: { readonly host: HostRow; readonly onClose: () => void }) {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const [hours, setHours] = useState<number>(2);
  const change = useHostChange(host.id, onClose);
  const start = (event: FormEvent): void => {
    event.preventDefault();
    change.mutate({
      change: { maintenance_until: new Date(Date.now() + hours * 3_600_000).toISOString() },
      said: t('maintenance.started', { host: host.hostname }),
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('maintenance.title', { host: host.hostname })}
      description={t('maintenance.lead')}
    >
      <form onSubmit={start} className="space-y-4">
        {change.isError && <Problem error={change.error} />}
        {host.maintenance_until !== null && (
          <p>
            {t('maintenance.until')} <Time value={host.maintenance_until} />
          </p>
        )}
        <SelectField
          label={t('maintenance.length')}
          value={hours}
          onChange={({ target }) => setHours(Number(target.value))}
        >
          {HOURS.map((each) => (
            <option key={each} value={each}>
              {t('maintenance.hours', { count: each })}
            </option>
          ))}
        </SelectField>
        <DialogActions>
          {host.maintenance_until !== null && (
            <Button
              disabled={change.isPending}
              onClick={() =>
                change.mutate({
                  change: { maintenance_until: null },
                  said: t('maintenance.ended', { host: host.hostname }),
                })
              }
            >
              {t('maintenance.end')}
            </Button>
          )}
          <Button onClick={onClose}>{common('cancel')}</Button>
          <Button type="submit" kind="primary" busy={change.isPending}>
            {t('maintenance.start')}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
