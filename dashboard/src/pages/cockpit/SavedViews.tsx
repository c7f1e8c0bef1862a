/** The button of the cockpit's saved views; their list comes when it is first opened. */

import { Bookmark } from 'lucide-react';
import { lazy, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../ui/Button.tsx';
import { Popover } from '../../ui/Popover.tsx';
import type { CockpitFilter } from './cockpitQueries.ts';

const SavedViewList = lazy(() =>
  import('./SavedViewList.tsx').then(({ SavedViewList }) => ({ default: SavedViewList })),
);

/** A button with the list of views and a form for the filters in force. */
export function SavedViews({
  filter,
  onApply,
}: {
  readonly filter: CockpitFilter;
  readonly onApply: (filter: CockpitFilter) => void;
}) {
  const { t } = useTranslation('cockpit');
  const [open, setOpen] = useState(false);
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t('views.title')}
      align="end"
      className="w-72 p-2"
      trigger={(props) => (
        <Button {...props}>
          <Bookmark aria-hidden="true" /> {t('views.title')}
        </Button>
      )}
    >
      <SavedViewList {...{ filter, onApply }} onDone={() => setOpen(false)} />
    </Popover>
  );
}
