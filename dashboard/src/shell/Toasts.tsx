/** Where short notices appear: not part of the first look, since nobody has done anything yet. */

import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';

const Toaster = lazy(() => import('sonner').then(({ Toaster }) => ({ default: Toaster })));

/** Without a press or a key it is there after this long; a notice made before is shown then. */
const LATEST_MS = 30_000;

/** Listens for notices from the first press or key on. */
export function Toasts() {
  const { t } = useTranslation('shell');
  const { t: common } = useTranslation();
  const [wanted, setWanted] = useState(false);
  useEffect(() => {
    const first = new AbortController();
    const want = (): void => setWanted(true);
    addEventListener('pointerdown', want, { capture: true, signal: first.signal });
    addEventListener('keydown', want, { capture: true, signal: first.signal });
    const latest = setTimeout(want, LATEST_MS);
    return () => {
      first.abort();
      clearTimeout(latest);
    };
  }, []);
  return (
    wanted && (
      <Suspense>
        <Toaster
          position="bottom-right"
          closeButton
          containerAriaLabel={t('notices')}
          toastOptions={{ closeButtonAriaLabel: common('close') }}
        />
      </Suspense>
    )
  );
}
