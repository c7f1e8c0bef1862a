/** The bar above every page: menu, palette, client, account. */

import { MenuIcon, Search } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Kbd } from '../ui/Badge.tsx';
import { AccountMenu } from './AccountMenu.tsx';
import { BAR_BUTTON } from './barButton.ts';
import { TenantSwitcher } from './TenantSwitcher.tsx';

/** The bar; it opens the sheet of pages on a phone and the palette everywhere. */
export function TopBar({ onMenu, onPalette }: { readonly onMenu: () => void; readonly onPalette: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <header className="no-print sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-surface/95 px-3 backdrop-blur sm:px-4">
      <button type="button" className={`${BAR_BUTTON} lg:hidden`} aria-label={t('menu')} onClick={onMenu}>
        <MenuIcon aria-hidden="true" />
      </button>
      <button
        type="button"
        onClick={onPalette}
        className="flex h-8 min-w-8 items-center gap-2 rounded-md border border-line bg-sunken px-2 text-xs text-ink-faint hover:text-ink sm:w-72 pointer-coarse:h-11 pointer-coarse:min-w-11 pointer-coarse:justify-center sm:pointer-coarse:justify-start"
      >
        <Search aria-hidden="true" className="size-4 shrink-0" />
        <span className="flex-1 text-left max-sm:sr-only">{t('palette.open')}</span>
        <span className="max-sm:hidden">
          <Kbd>Ctrl K</Kbd>
        </span>
      </button>
      <div className="flex-1" />
      <TenantSwitcher />
      <AccountMenu />
    </header>
  );
}
