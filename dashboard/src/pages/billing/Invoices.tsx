/** Invoices of a month: what the MSP is billed, and what each client is. */

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { compact } from '../../search.ts';
import { cx } from '../../ui/classNames.ts';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { invoiceQuery, overviewQuery } from './billingQueries.ts';
import { InvoicePaper } from './InvoicePaper.tsx';

const ROW =
  'flex h-9 items-center px-4 text-ink-soft hover:bg-sunken hover:text-ink aria-[current=true]:bg-accent-wash aria-[current=true]:font-medium aria-[current=true]:text-accent pointer-coarse:h-11';

/** `of` is the client whose invoice is shown; undefined: the MSP's own. */
export function Invoices({ month, of }: { readonly month: string; readonly of: string | undefined }) {
  const { t } = useTranslation('billing');
  const overview = useQuery(overviewQuery(month));
  const shown = useQuery(invoiceQuery(of, month));
  const row = (id: string | undefined, words: string) => (
    <li key={id ?? 'msp'}>
      <Link
        from="/billing"
        search={(old) => compact({ ...old, of: id })}
        activeOptions={{ exact: true }}
        aria-current={id === of ? 'true' : undefined}
        className={cx(ROW, id === undefined && 'font-medium')}
      >
        {words}
      </Link>
    </li>
  );
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <Card title={t('invoice.whose')} flush>
        {/* On a phone the invoice is below: the list has its height before the names are there. */}
        <ul className={cx('max-h-[60dvh] overflow-y-auto py-1 max-lg:max-h-56', overview.isPending && 'max-lg:h-56')}>
          {row(undefined, t('invoice.own'))}
          {overview.data?.items.map((line) => row(line.tenant_id, line.name))}
        </ul>
      </Card>
      {shown.isError ? (
        <Problem error={shown.error} onRetry={() => void shown.refetch()} />
      ) : shown.data === undefined ? (
        <SkeletonRows rows={10} />
      ) : (
        <InvoicePaper view={shown.data} tenantId={of} month={month} />
      )}
    </div>
  );
}
