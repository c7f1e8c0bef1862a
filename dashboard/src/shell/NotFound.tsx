/** An address that leads nowhere. */

import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/Feedback.tsx';

/** Says so, and how to go on. */
export function NotFound() {
  const { t } = useTranslation('shell');
  return (
    <EmptyState title={t('notFound.title')} icon={<Compass aria-hidden="true" />}>
      {t('notFound.text')}
    </EmptyState>
  );
}
