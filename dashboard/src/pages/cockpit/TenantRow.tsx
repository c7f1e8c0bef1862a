/** One tenant of the cockpit: a row of the table, or a card where there is little width. */

import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { useImpersonate } from '../../shell/impersonate.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { PlainLink } from '../../ui/PlainLink.tsx';
import { AlertCell, CveCell, HostsCell, ScoreCell } from './cells.tsx';
import type { CockpitRow } from './cockpitQueries.ts';
import { UrgencyBar } from './UrgencyBar.tsx';
import type { Scale } from './urgencyTerms.ts';

/** Columns of the table: the heading uses the same. */
export const COLUMNS =
  'grid grid-cols-[7.5rem_minmax(7rem,1fr)_7.5rem_minmax(9rem,1.8fr)_minmax(7.5rem,1.1fr)_7.75rem_10rem] items-center gap-x-4 px-4';
/** Height of a row of the table, in pixels: the virtual list counts on it. */
export const ROW_HEIGHT = 60;

type Props = { readonly row: CockpitRow; readonly scale: Scale };

/** The name, which leads to the client's overview; the keyboard goes from name to name. */
function Name({ row: { tenant } }: { readonly row: CockpitRow }) {
  return (
    <PlainLink
      href={`/overview?tenant=${tenant.id}`}
      data-tenant={tenant.id}
      title={tenant.name}
      className="block truncate py-0.5 font-semibold hover:underline"
    >
      {tenant.name}
    </PlainLink>
  );
}

/** Impersonation for those who may; for the others a plain look at the client. */
function Enter({ row: { tenant }, className }: { readonly row: CockpitRow; readonly className?: string }) {
  const { t } = useTranslation('cockpit');
  const impersonate = useImpersonate();
  return useCan()('impersonation.start') ? (
    <Button size="sm" onClick={() => impersonate(tenant)} {...(className && { className })}>
      {t('enter')} <span className="sr-only">: {tenant.name}</span>
    </Button>
  ) : (
    <ButtonLink size="sm" to="/overview" search={{ tenant: tenant.id }} {...(className && { className })}>
      {t('view')} <span className="sr-only">: {tenant.name}</span>
    </ButtonLink>
  );
}

/** A row of the table. */
export const TenantRow = memo(function TenantRow({ row, scale }: Props) {
  return (
    <>
      <div role="cell">
        <UrgencyBar row={row} scale={scale} />
      </div>
      <div role="cell" className="min-w-0">
        <Name row={row} />
      </div>
      <div role="cell">
        <ScoreCell row={row} />
      </div>
      <div role="cell" className="min-w-0">
        <AlertCell row={row} />
      </div>
      <div role="cell" className="min-w-0">
        <CveCell row={row} />
      </div>
      <div role="cell">
        <HostsCell row={row} />
      </div>
      <div role="cell" className="text-right">
        <Enter row={row} />
      </div>
    </>
  );
});

/** A card. */
export const TenantCard = memo(function TenantCard({ row, scale }: Props) {
  return (
    <div className="grid grid-cols-1 gap-3 rounded-lg border border-line bg-surface p-4 sm:grid-cols-2 md:grid-cols-3">
      <div className="grid grid-cols-2 items-start gap-4 sm:col-span-2 md:col-span-1 md:grid-cols-1">
        <div className="min-w-0 space-y-1">
          <Name row={row} />
          <HostsCell row={row} />
        </div>
        <UrgencyBar row={row} scale={scale} />
      </div>
      <ScoreCell row={row} />
      <AlertCell row={row} />
      <CveCell row={row} />
      <Enter row={row} className="sm:col-start-2 md:col-start-3 md:row-start-2 md:self-end" />
    </div>
  );
});
