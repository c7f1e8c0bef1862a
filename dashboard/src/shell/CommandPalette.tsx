/** Ctrl-K: jump to a page, a client or a host by typing. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import { Building2, Server } from 'lucide-react';
import { Dialog as Radix } from 'radix-ui';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api, ask } from '../api/client.ts';
import { tenantsQuery, useMe } from '../session.ts';
import { useFocusBack } from '../ui/useFocusBack.ts';
import { isShown, NAVIGATION } from './navigation.ts';

const ITEM =
  'flex cursor-pointer items-center gap-2.5 rounded-md px-2.5 py-2 text-sm data-[selected=true]:bg-accent-wash data-[selected=true]:text-accent [&_svg]:size-4 [&_svg]:shrink-0';
const GROUP =
  '[&_[cmdk-group-heading]]:px-2.5 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-ink-faint';
/** Hosts are asked for from this many letters on. */
const HOST_LETTERS = 2;
/** Clients name their hosts alike: as many of one name as a list is read through. */
const HOSTS_SHOWN = 24;

/** The palette; loaded when it is first opened. */
export function CommandPalette({
  open,
  onOpenChange,
}: {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
}) {
  const { t } = useTranslation('shell');
  const me = useMe();
  const navigate = useNavigate();
  const { remember, giveBack } = useFocusBack();
  const [typed, setTyped] = useState('');
  const sees = (permission: 'agents.read' | 'tenants.read'): boolean => me.permissions.includes(permission);
  const tenants = useQuery({ ...tenantsQuery, enabled: open && me.tenant_id === null && sees('tenants.read') });
  const hosts = useQuery({
    queryKey: ['palette', 'hosts', typed],
    enabled: open && sees('agents.read') && typed.length >= HOST_LETTERS,
    queryFn: ({ signal }) => ask(api.GET('/agents', { params: { query: { q: typed, limit: HOSTS_SHOWN } }, signal })),
  });
  const go = (action: () => Promise<void>): void => {
    onOpenChange(false);
    setTyped('');
    void action();
  };
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="dim" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={giveBack}
          className="fixed top-[12dvh] left-1/2 z-50 w-[calc(100%-1.5rem)] max-w-xl -translate-x-1/2 overflow-hidden rounded-xl border border-line bg-raised shadow-2xl motion-safe:animate-rise"
        >
          <Radix.Title className="sr-only">{t('palette.open')}</Radix.Title>
          <Command label={t('palette.open')} loop>
            <Command.Input
              value={typed}
              onValueChange={setTyped}
              placeholder={t('palette.placeholder')}
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none placeholder:text-ink-faint"
            />
            <Command.List className="max-h-[60dvh] overflow-y-auto p-1.5">
              <Command.Empty className="px-3 py-8 text-center text-ink-faint">{t('palette.empty')}</Command.Empty>
              <Command.Group heading={t('palette.pages')} className={GROUP}>
                {NAVIGATION.flatMap(({ items }) => items)
                  .filter((item) => isShown(item, me))
                  .map(({ key, to, icon: Icon }) => (
                    <Command.Item
                      key={key}
                      value={`page ${t(`nav.${key}`)}`}
                      onSelect={() => go(() => navigate({ to }))}
                      className={ITEM}
                    >
                      <Icon aria-hidden="true" /> {t(`nav.${key}`)}
                    </Command.Item>
                  ))}
              </Command.Group>
              {tenants.data !== undefined && typed !== '' && (
                <Command.Group heading={t('palette.clients')} className={GROUP}>
                  {tenants.data.map((tenant) => (
                    <Command.Item
                      key={tenant.id}
                      value={`client ${tenant.name} ${tenant.slug} ${tenant.id}`}
                      onSelect={() => go(() => navigate({ to: '/overview', search: { tenant: tenant.id } }))}
                      className={ITEM}
                    >
                      <Building2 aria-hidden="true" /> {tenant.name}
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {hosts.data !== undefined && hosts.data.items.length > 0 && (
                <Command.Group heading={t('palette.hosts')} className={GROUP}>
                  {hosts.data.items.map((host) => (
                    <Command.Item
                      key={host.id}
                      value={`host ${host.hostname} ${host.id}`}
                      onSelect={() =>
                        go(() => navigate({ to: '/hosts/$agentId', params: { agentId: host.id }, search: {} }))
                      }
                      className={ITEM}
                    >
                      <Server aria-hidden="true" /> <span className="min-w-0 truncate">{host.hostname}</span>
                      {/* Clients name their hosts alike. */}
                      <span className="ml-auto shrink-0 text-xs text-ink-faint">
                        {tenants.data?.find(({ id }) => id === host.tenant_id)?.name}
                      </span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
