/** Who did what, when, and in whose context. */

import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Page } from '../../ui/Layout.tsx';
import { AuditList } from './AuditList.tsx';
import { auditLogRoute } from './routes.tsx';

/** The log. */
export function AuditLog() {
  const { t } = useTranslation('auditLog');
  const search = auditLogRoute.useSearch();
  const navigate = auditLogRoute.useNavigate();
  return (
    <Page title={t('title')} lead={t('lead')}>
      <AuditList
        search={search}
        tenantId={useTenantId()}
        onChange={(change) =>
          void navigate({ search: (old) => compact({ ...old, ...change }), replace: true, resetScroll: false })
        }
        onClear={() => void navigate({ search: ({ tenant }) => compact({ tenant }), replace: true })}
      />
    </Page>
  );
}
