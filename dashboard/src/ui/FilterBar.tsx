/** Filters over a list: one line where there is room; on a phone the search alone, and the rest at a press. */

import { SlidersHorizontal } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';
import { cx } from './classNames.ts';
import { useIsPhone } from './useMedia.ts';

/** `search` is always there. `onClear` is given while anything narrows the list. */
export function FilterBar({
  label,
  search,
  children,
  onClear,
}: {
  readonly label: string;
  readonly search?: ReactNode;
  readonly children: ReactNode;
  readonly onClear?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const isPhone = useIsPhone();
  const [open, setOpen] = useState(false);
  return (
    <search aria-label={label} className="no-print space-y-2 md:flex md:flex-wrap md:items-end md:gap-2 md:space-y-0">
      {(search !== undefined || isPhone) && (
        <div className="flex items-end gap-2 md:min-w-64 md:flex-1">
          <div className="min-w-0 flex-1">{search}</div>
          {isPhone && (
            <Button
              aria-expanded={open}
              aria-label={t('filter')}
              onClick={() => setOpen(!open)}
              className={cx(onClear !== undefined && 'border-accent text-accent')}
            >
              <SlidersHorizontal aria-hidden="true" />
            </Button>
          )}
        </div>
      )}
      {(!isPhone || open) && <div className="grid grid-cols-2 items-end gap-2 md:contents">{children}</div>}
      {onClear !== undefined && (
        <Button kind="quiet" onClick={onClear}>
          {t('clearFilters')}
        </Button>
      )}
    </search>
  );
}
