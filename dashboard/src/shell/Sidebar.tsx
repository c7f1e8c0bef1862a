/** The sidebar: every page a person may open. */

import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../session.ts';
import { isShown, NAVIGATION } from './navigation.ts';

/** The list of pages; `onNavigate` closes the sheet on a phone. */
export function Sidebar({ onNavigate }: { readonly onNavigate?: () => void }) {
  const { t } = useTranslation('shell');
  const me = useMe();
  return (
    <nav aria-label={t('nav.label')} className="space-y-5 p-3">
      {NAVIGATION.map(({ group, items }) => {
        const shown = items.filter((item) => isShown(item, me));
        if (shown.length === 0) return null;
        return (
          <div key={group}>
            <p className="px-2.5 pb-1 text-2xs font-semibold tracking-wide text-ink-faint uppercase">
              {t(`nav.${group}`)}
            </p>
            <ul className="space-y-px">
              {shown.map(({ key, to, icon: Icon }) => (
                <li key={key}>
                  <Link
                    to={to}
                    onClick={onNavigate}
                    activeOptions={{ includeSearch: false }}
                    className="flex h-8 items-center gap-2.5 rounded-md px-2.5 text-ink-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent pointer-coarse:h-11"
                  >
                    <Icon aria-hidden="true" className="size-4 shrink-0" />
                    {t(`nav.${key}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
