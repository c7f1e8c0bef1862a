/** What can be done with the alerts selected; stands at the bottom, in reach of the thumb. */

import { Check } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';

/** The bar; it lies over the page, so that no row moves. */
export function BulkBar({
  count,
  onAcknowledge,
  onClear,
}: {
  readonly count: number;
  readonly onAcknowledge: () => void;
  readonly onClear: () => void;
}) {
  const { t } = useTranslation('alerts');
  return (
    <section
      aria-label={t('bulk.label')}
      className="no-print fixed inset-x-0 bottom-0 z-20 flex items-center justify-center gap-3 border-t border-line bg-raised p-3 shadow-2xl motion-safe:animate-rise sm:inset-x-auto sm:bottom-4 sm:left-1/2 sm:-translate-x-1/2 sm:rounded-xl sm:border lg:ml-28"
    >
      <p role="status" className="px-1 font-medium whitespace-nowrap tabular-nums">
        {t('bulk.selected', { count })}
      </p>
      <Button kind="quiet" onClick={onClear}>
        {t('bulk.clear')}
      </Button>
      <Button kind="primary" onClick={onAcknowledge}>
        <Check aria-hidden="true" /> {t('bulk.acknowledge')}
      </Button>
    </section>
  );
}
