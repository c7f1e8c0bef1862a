/** Settings of a client need one: the one in view, or one picked here. */

import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { tenantsQuery, useMe } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { SelectField } from '../../ui/Field.tsx';
import { NamedOptions } from '../../ui/Options.tsx';

/** Chooses the client in view; shows nothing to those who see one only. */
export function ClientPicker() {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const me = useMe();
  const tenantId = useTenantId();
  const navigate = useNavigate();
  const tenants = useQuery({ ...tenantsQuery, enabled: me.tenant_id === null });
  if (me.tenant_id !== null) return null;
  return (
    <SelectField
      label={common('tenant')}
      className="w-full sm:w-64"
      value={tenantId ?? ''}
      onChange={({ target }) =>
        void navigate({
          to: '.',
          search: (old) => ({ ...old, tenant: target.value === '' ? undefined : target.value }),
        })
      }
    >
      {/* The client of the address, until its name is there: none is wanted. */}
      {tenantId !== undefined && tenants.isPending && <option value={tenantId}>…</option>}
      <option value="">{t('pickClient')}</option>
      <NamedOptions of={tenants.data} />
    </SelectField>
  );
}
