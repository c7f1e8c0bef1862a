/** Says that what is shown belongs to another client than the one in view: an address names both, and may be passed on. */

import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useTenantName } from '../session.ts';
import { useTenantId } from './tenant.ts';

/** The note, with the way to bring its client into view; nothing where they are the same, or all are in view. */
export function OtherClientNote({ tenantId }: { readonly tenantId: string }) {
  const { t } = useTranslation('shell');
  const inView = useTenantId();
  const tenantName = useTenantName();
  if (inView === undefined || inView === tenantId) return null;
  const owner = tenantName(tenantId);
  return (
    <p className="flex flex-wrap gap-x-3 gap-y-1 rounded-md bg-medium-wash px-3 py-2 text-medium">
      {t('otherClient.text', { owner, inView: tenantName(inView) })}
      <Link to="." search={(old) => ({ ...old, tenant: tenantId })} className="font-medium underline">
        {t('otherClient.show', { owner })}
      </Link>
    </p>
  );
}
