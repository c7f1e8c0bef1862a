/** The bar above every page: menu, palette, client, account. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUser, LogOut, MenuIcon, Search } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n.ts';
import { useMe } from '../session.ts';
import { Kbd } from '../ui/Badge.tsx';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../ui/Menu.tsx';
import { TenantSwitcher } from './TenantSwitcher.tsx';
import { chooseTheme, storedTheme, type Theme } from './theme.ts';

const ICON_BUTTON =
  'grid size-8 place-items-center rounded-md text-ink-soft hover:bg-sunken hover:text-ink pointer-coarse:size-11 [&_svg]:size-4.5';

/** The bar; it opens the sheet of pages on a phone and the palette everywhere. */
export function TopBar({ onMenu, onPalette }: { readonly onMenu: () => void; readonly onPalette: () => void }) {
  const { t } = useTranslation('shell');
  return (
    <header className="no-print sticky top-0 z-30 flex h-12 items-center gap-2 border-b border-line bg-surface/95 px-3 backdrop-blur sm:px-4">
      <button type="button" className={`${ICON_BUTTON} lg:hidden`} aria-label={t('menu')} onClick={onMenu}>
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

function AccountMenu() {
  const { t, i18n } = useTranslation('shell');
  const { t: common } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const signOut = useMutation({
    mutationFn: () => ask(api.POST('/auth/logout')),
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: '/login' });
    },
  });
  return (
    <Menu
      trigger={
        <button type="button" className={ICON_BUTTON} aria-label={t('account')}>
          <CircleUser aria-hidden="true" />
        </button>
      }
    >
      <div className="px-2.5 py-1.5">
        <p className="font-medium">{me.name}</p>
        <p className="text-xs text-ink-faint">
          {me.email} · {common(`role.${me.role}`)}
        </p>
      </div>
      <MenuSeparator />
      <MenuLabel>{t('theme.label')}</MenuLabel>
      {(['system', 'light', 'dark'] as const).map((each) => (
        <MenuItem
          key={each}
          onSelect={() => {
            chooseTheme(each);
            setTheme(each);
          }}
        >
          <span className="flex-1">{t(`theme.${each}`)}</span>
          {theme === each && <span aria-hidden="true">✓</span>}
        </MenuItem>
      ))}
      <MenuLabel>{t('language')}</MenuLabel>
      {(Object.keys(LANGUAGES) as Language[]).map((each) => (
        <MenuItem key={each} onSelect={() => void chooseLanguage(each)}>
          <span lang={each} className="flex-1">
            {LANGUAGES[each]}
          </span>
          {i18n.language === each && <span aria-hidden="true">✓</span>}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => signOut.mutate()}>
        <LogOut aria-hidden="true" /> {t('signOut')}
      </MenuItem>
    </Menu>
  );
}
