/** An address that leads nowhere. */

import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../ui/ButtonLink.tsx';
import { usePageTitle } from '../ui/tabTitle.ts';

/** Says so, and how to go on. */
export function NotFound() {
  const { t } = useTranslation('shell');
  usePageTitle(t('notFound.title'));
  return (
    <main id="content" className="mx-auto flex max-w-prose flex-col items-center gap-3 px-6 py-24 text-center">
      <Compass aria-hidden="true" className="size-8 text-ink-faint" />
      <h1 className="text-xl font-semibold tracking-tight">{t('notFound.title')}</h1>
      <p className="text-ink-soft">{t('notFound.text')}</p>
      <ButtonLink kind="primary" to="/">
        {t('notFound.home')}
      </ButtonLink>
    </main>
  );
}
