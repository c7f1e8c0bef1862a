/** A page of the portal: its title, also of the browser tab, and what belongs beside it. */

import type { ReactNode } from 'react';
import { useTabTitle } from '../ui/tabTitle.ts';

/** Lays out one page. */
export function PortalPage({
  title,
  lead,
  actions,
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useTabTitle(title);
  return (
    <div className="space-y-5">
      <header className="flex flex-wrap items-start justify-between gap-3">
        <div>
          <h1 className="text-xl font-semibold tracking-tight">{title}</h1>
          {lead !== undefined && <p className="mt-0.5 max-w-prose text-ink-soft">{lead}</p>}
        </div>
        {actions}
      </header>
      {children}
    </div>
  );
}
