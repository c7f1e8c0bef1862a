/** The audit log of the client: every event with both actors, its facts and its hash; the filters are in the address. */

import { getRouteApi } from '@tanstack/react-router';
import { compact } from '../../search.ts';
import { AuditList } from '../auditLog/AuditList.tsx';

const route = getRouteApi('/auditor');

/** The list; the hub gives an auditor nothing but the one client's. */
export function AuditTrail() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <AuditList
      search={search}
      forAuditor
      onChange={(change) =>
        void navigate({ search: (old) => compact({ ...old, ...change }), replace: true, resetScroll: false })
      }
      onClear={() => void navigate({ search: { view: 'audit' }, replace: true })}
    />
  );
}
