/** A line above the page while the browser has no network. */

import { WifiOff } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';

function subscribe(watcher: () => void): () => void {
  addEventListener('online', watcher);
  addEventListener('offline', watcher);
  return () => {
    removeEventListener('online', watcher);
    removeEventListener('offline', watcher);
  };
}

/** Whether the browser believes that it has a network. */
export function useOnline(): boolean {
  return useSyncExternalStore(subscribe, () => navigator.onLine);
}

/** Says that what is shown may be old. */
export function OfflineNotice() {
  const { t } = useTranslation('shell');
  if (useOnline()) return null;
  return (
    <p role="status" className="flex items-center gap-2 bg-medium-wash px-4 py-2 text-medium">
      <WifiOff aria-hidden="true" className="size-4 shrink-0" /> {t('offline')}
    </p>
  );
}
