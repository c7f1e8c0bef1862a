/** The notice of an action that cannot be undone: whoever asks for it and whoever approves it must have read it. */

import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';

/** In red, with its mark. */
export function Irreversible() {
  const { t } = useTranslation('emergency');
  return (
    <p className="flex items-center gap-2 rounded-md bg-critical-wash px-3 py-2 text-sm font-medium text-critical">
      <TriangleAlert aria-hidden="true" className="size-4 shrink-0" /> {t('summary.irreversible')}
    </p>
  );
}
