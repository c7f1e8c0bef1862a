/** What the button of the account opens. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LogOut } from 'lucide-react';
import { type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { chooseLanguage, LANGUAGES, type Language } from '../i18n.ts';
import { useMe } from '../session.ts';
import { MenuItem, MenuLabel, MenuOf, MenuSeparator } from '../ui/Menu.tsx';
import { ownZone, useZone } from '../ui/zone.ts';
import { chooseTheme, storedTheme, type Theme } from './theme.ts';

/** Opens under `button`, whose id is `labelledBy`. */
export function AccountMenuList({
  open,
  onOpenChange,
  button,
  labelledBy,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly button: RefObject<HTMLButtonElement | null>;
  readonly labelledBy: string;
}) {
  const { t, i18n } = useTranslation('shell');
  const { t: common } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [zone, chooseZone] = useZone();
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const signOut = useMutation({
    mutationFn: () => ask(api.POST('/auth/logout')),
    onSuccess: async () => {
      queryClient.clear();
      await navigate({ to: '/login' });
    },
  });
  return (
    <MenuOf {...{ open, onOpenChange, button, labelledBy }}>
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
      <MenuLabel>{t('zone')}</MenuLabel>
      {[...new Set([ownZone(), 'UTC'])].map((each) => (
        <MenuItem key={each} onSelect={() => chooseZone(each === 'UTC' ? each : null)}>
          <span className="flex-1">{each.replaceAll('_', ' ')}</span>
          {zone === each && <span aria-hidden="true">✓</span>}
        </MenuItem>
      ))}
      <MenuSeparator />
      <MenuItem onSelect={() => signOut.mutate()}>
        <LogOut aria-hidden="true" /> {t('signOut')}
      </MenuItem>
    </MenuOf>
  );
}
