/** What became of an invoice that was taken back: its credit note, or that one is being made. */

import { FileCode } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileHref } from '../../api/download.ts';
import { ButtonAnchor } from '../../ui/Button.tsx';
import type { InvoiceView } from './billingQueries.ts';
import { dayText } from './dayText.ts';

/** Stands above the invoice. */
export function CreditNote({
  credit,
  tenantId,
  month,
}: {
  readonly credit: NonNullable<InvoiceView['credit']>;
  readonly tenantId: string;
  readonly month: string;
}) {
  const { t, i18n } = useTranslation('billing');
  const { number, issued_on, reason, requested_by_email } = credit;
  return (
    <div role="status" className="flex flex-wrap items-center justify-between gap-3 rounded-md bg-sunken p-3">
      <div className="min-w-0">
        <p className="font-semibold">
          {number === null || issued_on === null
            ? t('credit.pending')
            : t('credit.note', { number, day: dayText(issued_on, i18n.language) })}
        </p>
        <p className="break-words">{reason}</p>
        <p className="text-xs text-ink-soft">{t('credit.askedBy', { email: requested_by_email })}</p>
      </div>
      {number !== null && (
        <ButtonAnchor
          size="sm"
          className="no-print"
          href={fileHref(`/billing/tenants/${tenantId}/credit-note.xml`, { month })}
          download
        >
          <FileCode aria-hidden="true" /> {t('credit.xml')}
        </ButtonAnchor>
      )}
    </div>
  );
}
