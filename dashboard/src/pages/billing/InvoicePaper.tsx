/** One invoice as a person reads it, and its electronic form once it is out. */

import { Link } from '@tanstack/react-router';
import { FileCode, Printer } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileHref } from '../../api/download.ts';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button, ButtonAnchor } from '../../ui/Button.tsx';
import { Card } from '../../ui/Layout.tsx';
import { monthName } from '../../ui/month.ts';
import { Table } from '../../ui/Table.tsx';
import type { InvoiceView } from './billingQueries.ts';
import { CreditInvoice } from './CreditInvoice.tsx';
import { CreditNote } from './CreditNote.tsx';
import { dayText, periodText } from './dayText.ts';
import { euroText, percentText } from './money.ts';

type Party = NonNullable<InvoiceView['invoice']['seller']>;

/** `tenantId` undefined: what the MSP is billed. */
export function InvoicePaper({
  view,
  tenantId,
  month,
}: {
  readonly view: InvoiceView;
  readonly tenantId: string | undefined;
  readonly month: string;
}) {
  const { t, i18n } = useTranslation('billing');
  const can = useCan();
  const { invoice, state, missing, credit } = view;
  const day = (of: string | null) => (of === null ? '—' : dayText(of, i18n.language));
  // Of a month from before invoicing was set up there is never more than a draft.
  const isNever = state === 'draft' && month < view.first_month;
  const money = (cents: number) => euroText(cents, i18n.language);
  const xml = tenantId === undefined ? '/billing/invoice.xml' : `/billing/tenants/${tenantId}/invoice.xml`;
  const { totals } = invoice;
  return (
    <Card
      title={invoice.number ?? t('invoice.draft')}
      actions={
        <>
          <Badge tone={state === 'issued' ? 'good' : 'medium'}>{t(`invoice.${state}`)}</Badge>
          {credit !== null && (
            <Badge tone="high">
              {credit.number === null ? t('credit.requested') : t('credit.by', { number: credit.number })}
            </Badge>
          )}
          <Button size="sm" kind="quiet" className="no-print" onClick={() => print()}>
            <Printer aria-hidden="true" /> {t('invoice.print')}
          </Button>
          {state === 'issued' && (
            <ButtonAnchor size="sm" className="no-print" href={fileHref(xml, { month })} download>
              <FileCode aria-hidden="true" /> {t('invoice.xml')}
            </ButtonAnchor>
          )}
          {tenantId !== undefined && invoice.number !== null && credit === null && can('billing.write') && (
            <CreditInvoice number={invoice.number} payable={money(totals.payable_cents)} />
          )}
        </>
      }
    >
      <div className="space-y-5">
        {credit !== null && tenantId !== undefined && <CreditNote credit={credit} tenantId={tenantId} month={month} />}
        {isNever && (
          <p role="status" className="rounded-md bg-sunken p-3">
            {t('invoice.never', { month: monthName(view.first_month, i18n.language) })}
          </p>
        )}
        {missing.length > 0 && !isNever && (
          <div role="status" className="rounded-md bg-medium-wash p-3 text-medium">
            <p className="font-semibold">{t('invoice.missing')}</p>
            <ul className="list-disc pl-5 text-ink">
              {missing.map(({ party, field, sentence }) => (
                <li key={`${party} ${field}`} lang="en">
                  {sentence}
                </li>
              ))}
            </ul>
            <Link
              to="/billing"
              search={{ tab: 'parties', ...(tenantId !== undefined && { of: tenantId }) }}
              className="text-accent underline underline-offset-2"
            >
              {t('invoice.fillIn')}
            </Link>
          </div>
        )}
        <div className="grid gap-5 sm:grid-cols-3">
          <PartyBlock title={t('invoice.seller')} party={invoice.seller} />
          <PartyBlock title={t('invoice.buyer')} party={invoice.buyer} />
          <dl className="grid grid-cols-2 gap-x-3 gap-y-1 self-start">
            {(
              [
                ['period', periodText(invoice.period_from, invoice.period_until, i18n.language)],
                ['issuedOn', day(invoice.issued_on)],
                ['dueOn', day(invoice.due_on)],
              ] as const
            ).map(([key, value]) => (
              <div key={key} className="contents">
                <dt className="text-ink-faint">{t(`invoice.${key}`)}</dt>
                <dd className="tabular-nums">{value}</dd>
              </div>
            ))}
          </dl>
        </div>
        <Table
          label={t('invoice.lines')}
          rows={invoice.lines}
          rowKey={(line) => `${line.name} ${line.unit_cents}`}
          columns={[
            {
              key: 'name',
              title: t('invoice.line'),
              cell: (line) => (
                <>
                  {line.name}
                  {line.description !== null && (
                    <span className="block text-xs text-ink-faint">{line.description}</span>
                  )}
                </>
              ),
            },
            { key: 'quantity', title: t('invoice.quantity'), align: 'right', cell: (line) => line.quantity },
            {
              key: 'price',
              title: t('invoice.price'),
              align: 'right',
              from: 'sm',
              cell: (line) => money(line.unit_cents),
            },
            { key: 'net', title: t('invoice.net'), align: 'right', cell: (line) => money(line.net_cents) },
          ]}
        />
        <dl className="ml-auto grid w-full max-w-xs grid-cols-2 gap-x-6 gap-y-1">
          {(
            [
              ...(invoice.discount === null
                ? []
                : ([
                    [
                      t('invoice.discount', { rate: percentText(invoice.discount.rate, i18n.language) }),
                      -totals.allowance_cents,
                    ],
                  ] as const)),
              [t('invoice.exclusive'), totals.tax_exclusive_cents],
              [vatWords(), totals.vat_cents],
            ] as const
          ).map(([words, cents]) => (
            <div key={words} className="contents">
              <dt className="text-ink-soft">{words}</dt>
              <dd className="text-right tabular-nums">{money(cents)}</dd>
            </div>
          ))}
          <dt className="border-t border-line pt-1 font-semibold">{t('invoice.payable')}</dt>
          <dd className="border-t border-line pt-1 text-right font-semibold tabular-nums">
            {money(totals.payable_cents)}
          </dd>
        </dl>
      </div>
    </Card>
  );

  function vatWords(): string {
    return invoice.vat.category === 'S'
      ? t('invoice.vat', { rate: percentText(invoice.vat.rate, i18n.language) })
      : t(`vat.${invoice.vat.category}`);
  }
}

function PartyBlock({ title, party }: { readonly title: string; readonly party: Party | null }) {
  const { t } = useTranslation('billing');
  return (
    <div>
      <h3 className="text-xs text-ink-faint">{title}</h3>
      {party === null ? (
        <p className="text-ink-faint">{t('invoice.unknownParty')}</p>
      ) : (
        <address className="not-italic">
          <span className="font-medium">{party.legal_name}</span>
          <br />
          {party.street}
          <br />
          {party.postal_code} {party.city}, {party.country}
          {party.vat_id !== null && (
            <>
              <br />
              {party.vat_id}
            </>
          )}
        </address>
      )}
    </div>
  );
}
