/** Top right: the client in view, and the way to another. */

import { useQuery } from '@tanstack/react-query';
import { Building2, ChevronsUpDown } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tenantsQuery, useCan, useMe } from '../session.ts';
import { Popover } from '../ui/Popover.tsx';
import { TenantChoice } from './TenantChoice.tsx';
import { useTenantId } from './tenant.ts';

/** For people of the MSP outside a client's context; the others see one client, whose name the banner or brand says. */
export function TenantSwitcher() {
  const { t } = useTranslation('shell');
  const me = useMe();
  const sees = useCan()('tenants.read');
  const tenantId = useTenantId();
  const [open, setOpen] = useState(false);
  const { data } = useQuery({
    ...tenantsQuery,
    enabled: sees && me.tenant_id === null && (open || tenantId !== undefined),
  });
  if (me.tenant_id !== null || !sees) return null;
  const shown = tenantId === undefined ? t('tenant.all') : (data?.find(({ id }) => id === tenantId)?.name ?? '…');
  return (
    <Popover
      open={open}
      onOpenChange={setOpen}
      label={t('tenant.title')}
      align="end"
      className="w-[min(24rem,calc(100vw-1.5rem))] overflow-hidden"
      trigger={(props) => (
        <button
          type="button"
          {...props}
          aria-label={t('tenant.label', { name: shown })}
          className="flex h-8 max-w-56 min-w-0 items-center gap-2 rounded-md border border-line px-2.5 text-sm hover:bg-sunken pointer-coarse:h-11"
        >
          <Building2 aria-hidden="true" className="size-4 shrink-0 text-ink-faint" />
          <span className="truncate font-medium max-sm:max-w-28">{shown}</span>
          <ChevronsUpDown aria-hidden="true" className="size-3.5 shrink-0 text-ink-faint" />
        </button>
      )}
    >
      <TenantChoice tenants={data} current={tenantId} onDone={() => setOpen(false)} />
    </Popover>
  );
}
