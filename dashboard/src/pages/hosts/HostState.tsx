/** Whether a host is heard: a dot and a word. */

import { useTranslation } from 'react-i18next';
import { cx } from '../../ui/classNames.ts';
import type { HostRow } from './hostQueries.ts';

const DOTS = {
  online: 'bg-good',
  offline: 'bg-critical',
  inactive: 'bg-line-strong',
  maintenance: 'bg-medium',
} as const;

/** What counts most of a host's state: deactivated, silent, in maintenance, or online. */
export function stateOf(host: HostRow): keyof typeof DOTS {
  if (!host.is_active) return 'inactive';
  if (host.maintenance_until !== null) return 'maintenance';
  return host.link_state;
}

/** The dot of a state; the word beside it says the same. */
export function StateDot({ state }: { readonly state: keyof typeof DOTS }) {
  return <span aria-hidden="true" className={cx('size-2 shrink-0 rounded-full', DOTS[state])} />;
}

/** The state of a host. */
export function HostState({ host }: { readonly host: HostRow }) {
  const { t } = useTranslation('hosts');
  const state = stateOf(host);
  return (
    <span
      className={cx(
        'inline-flex items-center gap-1.5 text-xs whitespace-nowrap',
        state === 'offline' ? 'font-semibold text-critical' : 'text-ink-soft',
      )}
    >
      <StateDot state={state} />
      {t(`state.${state}`)}
    </span>
  );
}
