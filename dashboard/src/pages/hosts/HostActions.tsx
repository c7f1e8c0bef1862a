/** What may be done about a host: a menu, and a dialog that says what will happen. */

import { useMutation } from '@tanstack/react-query';
import { Ellipsis, KeyRound, Power, RefreshCw, Siren, Wrench } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { useCan } from '../../session.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { ActivationDialog } from './ActivationDialog.tsx';
import type { HostRow } from './hostQueries.ts';
import { KeyResetDialog } from './KeyResetDialog.tsx';
import { MaintenanceDialog } from './MaintenanceDialog.tsx';

/** Only what the person may do is shown. */
export function HostActions({ host }: { readonly host: HostRow }) {
  const { t } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const can = useCan();
  const [dialog, setDialog] = useState<'maintenance' | 'activation' | 'key' | null>(null);
  const close = (): void => setDialog(null);
  const refresh = useMutation({
    mutationFn: () => ask(api.POST('/agents/{id}/refresh', { params: { path: { id: host.id } } })),
    onSuccess: () => toast.success(host.link_state === 'online' ? t('actions.refreshed') : t('actions.refreshWaits')),
    onError: (error) => toast.error(error.message),
  });
  return (
    <>
      {can('emergency.issue') && host.is_active && (
        <ButtonLink to="/emergency/new" search={(old) => ({ ...old, agent: host.id })}>
          <Siren aria-hidden="true" /> {t('actions.emergency')}
        </ButtonLink>
      )}
      {can('agents.write') && (
        <Menu
          trigger={
            <Button busy={refresh.isPending}>
              <Ellipsis aria-hidden="true" /> {common('actions')}
            </Button>
          }
        >
          <MenuItem onSelect={() => refresh.mutate()} disabled={!host.is_active}>
            <RefreshCw aria-hidden="true" /> {t('actions.refresh')}
          </MenuItem>
          <MenuItem onSelect={() => setDialog('maintenance')} disabled={!host.is_active}>
            <Wrench aria-hidden="true" /> {t('actions.maintenance')}
          </MenuItem>
          <MenuSeparator />
          <MenuItem onSelect={() => setDialog('key')}>
            <KeyRound aria-hidden="true" /> {t('actions.resetKey')}
          </MenuItem>
          <MenuItem danger={host.is_active} onSelect={() => setDialog('activation')}>
            <Power aria-hidden="true" /> {host.is_active ? t('actions.deactivate') : t('actions.activate')}
          </MenuItem>
        </Menu>
      )}
      {dialog === 'maintenance' && <MaintenanceDialog host={host} onClose={close} />}
      {dialog === 'activation' && <ActivationDialog host={host} onClose={close} />}
      {dialog === 'key' && <KeyResetDialog host={host} onClose={close} />}
    </>
  );
}
