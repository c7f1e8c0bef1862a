/** The frame of all settings: the list of their pages, and the page. */

import { Link, type LinkProps, Outlet, useLocation } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Permission, useMe } from '../../session.ts';
import { useCurrentInView } from '../../ui/useCurrentInView.ts';

/** A page of the settings. */
type SettingsPage = {
  readonly key:
    | 'security'
    | 'notifications'
    | 'tokens'
    | 'team'
    | 'branding'
    | 'enrolment'
    | 'alertRules'
    | 'sla'
    | 'onCall'
    | 'maintenance'
    | 'webhooks';
  readonly to: NonNullable<LinkProps['to']>;
  readonly permission?: Permission;
  readonly group: 'you' | 'msp' | 'client';
};

const PAGES: readonly SettingsPage[] = [
  { key: 'security', to: '/settings/security', group: 'you' },
  // Cards are for people of the MSP; who reads its playbooks is one of them.
  { key: 'notifications', to: '/settings/notifications', permission: 'playbooks.read', group: 'you' },
  { key: 'tokens', to: '/settings/tokens', permission: 'tokens.own', group: 'you' },
  { key: 'team', to: '/settings/team', permission: 'team.read', group: 'msp' },
  { key: 'sla', to: '/settings/sla', permission: 'sla.read', group: 'msp' },
  { key: 'onCall', to: '/on-call', permission: 'on_call.read', group: 'msp' },
  { key: 'webhooks', to: '/settings/webhooks', permission: 'webhooks.read', group: 'msp' },
  { key: 'branding', to: '/settings/branding', permission: 'branding.write', group: 'client' },
  { key: 'enrolment', to: '/settings/enrolment', permission: 'agents.enrol', group: 'client' },
  { key: 'alertRules', to: '/settings/alert-rules', permission: 'rules.read', group: 'client' },
  { key: 'maintenance', to: '/settings/maintenance', permission: 'maintenance.read', group: 'client' },
];

/** A column on a wide screen, a row to swipe on a phone. */
export function SettingsFrame() {
  const { t } = useTranslation('settings');
  const me = useMe();
  const row = useCurrentInView<HTMLElement>(useLocation().pathname);
  return (
    <div className="lg:grid lg:grid-cols-[13rem_minmax(0,1fr)]">
      <nav
        ref={row}
        aria-label={t('pages')}
        className="flex gap-1 overflow-x-auto border-b border-line p-2 lg:flex-col lg:gap-4 lg:border-0 lg:p-4 lg:pr-0"
      >
        {(['you', 'msp', 'client'] as const).map((group) => {
          const shown = PAGES.filter(
            (page) =>
              page.group === group && (page.permission === undefined || me.permissions.includes(page.permission)),
          );
          if (shown.length === 0) return null;
          return (
            <div key={group} className="contents lg:block">
              <p className="px-2.5 pb-1 text-2xs font-semibold tracking-wide text-ink-faint uppercase max-lg:hidden">
                {t(`groups.${group}`)}
              </p>
              <ul className="contents lg:block lg:space-y-px">
                {shown.map(({ key, to }) => (
                  <li key={key}>
                    <Link
                      to={to}
                      className="flex h-8 items-center rounded-md px-2.5 whitespace-nowrap text-ink-soft hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-wash aria-[current=page]:font-medium aria-[current=page]:text-accent pointer-coarse:h-11"
                    >
                      {t(`${key}.title`)}
                    </Link>
                  </li>
                ))}
              </ul>
            </div>
          );
        })}
      </nav>
      <Outlet />
    </div>
  );
}
