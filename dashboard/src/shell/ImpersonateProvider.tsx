/** Holds the dialog of impersonation, so that any screen may open it. */

import { lazy, type ReactNode, Suspense, useState } from 'react';
import { type Client, ImpersonateContext } from './impersonate.ts';

const ImpersonateDialog = lazy(() =>
  import('./ImpersonateDialog.tsx').then(({ ImpersonateDialog }) => ({ default: ImpersonateDialog })),
);

/** Around everything within the shell. */
export function ImpersonateProvider({ children }: { readonly children: ReactNode }) {
  const [client, setClient] = useState<Client | null>(null);
  return (
    <ImpersonateContext value={setClient}>
      {children}
      {client !== null && (
        <Suspense>
          <ImpersonateDialog key={client.id} client={client} onClose={() => setClient(null)} />
        </Suspense>
      )}
    </ImpersonateContext>
  );
}
