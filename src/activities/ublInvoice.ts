/**
 * An issued invoice or credit note as UBL 2.1 by Peppol BIS Billing 3.0, a core invoice usage specification of EN 16931. The order of the
 * elements is that of the schema; the comments name the business terms where the element's name does not say it.
 */

import { DOMImplementation, type Document, type Element, XMLSerializer } from '@xmldom/xmldom';
import { euros } from '../domain/billing.ts';
import type { CreditNote } from '../domain/creditNote.ts';
import { type InvoiceLine, type IssuedInvoice, type Vat, vatRate } from '../domain/invoice.ts';
import type { Party } from '../domain/party.ts';

const NAMESPACES: Readonly<Record<string, string>> = {
  cac: 'urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2',
  cbc: 'urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2',
};
/** The names that differ between both kinds of document; the rest of their trees is the same. */
const INVOICE = { root: 'Invoice', line: 'InvoiceLine', quantity: 'InvoicedQuantity' } as const;
const CREDIT_NOTE = { root: 'CreditNote', line: 'CreditNoteLine', quantity: 'CreditedQuantity' } as const;
type Kind = typeof INVOICE | typeof CREDIT_NOTE;
const XMLNS = 'http://www.w3.org/2000/xmlns/';
const CUSTOMIZATION = 'urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0';
const PROFILE = 'urn:fdc:peppol.eu:2017:poacc:billing:01:1.0';
/** UNTDID 1001: commercial invoice. */
const COMMERCIAL_INVOICE = '380';
/** UNTDID 1001: credit note. */
const COMMERCIAL_CREDIT = '381';
/** UNTDID 4461: SEPA credit transfer. */
const SEPA_TRANSFER = '58';
/** UNTDID 5189: discount. */
const DISCOUNT = '95';

/** An element of the tree before it is XML: its name, its attributes, and its text or its children. */
type Node = readonly [
  name: string,
  content: string | readonly (Node | null)[],
  attributes?: Readonly<Record<string, string>>,
];

/** A basic element, left out where there is nothing to say. */
function basic(name: string, text: string | null, attributes?: Readonly<Record<string, string>>): Node | null {
  return text === null ? null : [`cbc:${name}`, text, attributes ?? {}];
}

function aggregate(name: string, children: readonly (Node | null)[]): Node {
  return [`cac:${name}`, children];
}

function amount(name: string, cents: number): Node | null {
  return basic(name, euros(cents), { currencyID: 'EUR' });
}

const schemeOf = (scheme: string | null): Readonly<Record<string, string>> | undefined =>
  scheme === null ? undefined : { schemeID: scheme };

/** Hundredths as a number with two decimals: 2100 is `21.00`. */
const percent = euros;

/** Why no VAT is charged (BT-120, BT-121). */
const EXEMPTIONS: Readonly<Record<'AE' | 'O', readonly [code: string, reason: string]>> = {
  AE: ['VATEX-EU-AE', 'Reverse charge'],
  O: ['VATEX-EU-O', 'Not subject to VAT'],
};

function taxCategory(element: string, vat: Vat, withReason: boolean): Node {
  const [code, reason] =
    vat.category === 'AE' || vat.category === 'O'
      ? EXEMPTIONS[vat.category]
      : [null, vat.category === 'E' ? vat.reason : null];
  return aggregate(element, [
    basic('ID', vat.category),
    // Outside the scope of VAT there is no rate (BR-O-05).
    basic('Percent', vat.category === 'O' ? null : percent(vatRate(vat))),
    ...(withReason ? [basic('TaxExemptionReasonCode', code), basic('TaxExemptionReason', reason)] : []),
    aggregate('TaxScheme', [basic('ID', 'VAT')]),
  ]);
}

function partyTree(party: Party, vat: Vat): Node {
  const contact = [
    basic('Name', party.contact_name),
    basic('Telephone', party.contact_phone),
    basic('ElectronicMail', party.contact_email),
  ];
  return aggregate('Party', [
    basic('EndpointID', party.endpoint_id, schemeOf(party.endpoint_scheme)),
    aggregate('PostalAddress', [
      basic('StreetName', party.street),
      basic('AdditionalStreetName', party.additional_street),
      basic('CityName', party.city),
      basic('PostalZone', party.postal_code),
      aggregate('Country', [basic('IdentificationCode', party.country)]),
    ]),
    // Outside the scope of VAT neither side is named by a VAT id (BR-O-02).
    vat.category === 'O' || party.vat_id === null
      ? null
      : aggregate('PartyTaxScheme', [basic('CompanyID', party.vat_id), aggregate('TaxScheme', [basic('ID', 'VAT')])]),
    aggregate('PartyLegalEntity', [
      basic('RegistrationName', party.legal_name),
      basic('CompanyID', party.company_id, schemeOf(party.company_id_scheme)),
    ]),
    contact.every((node) => node === null) ? null : aggregate('Contact', contact),
  ]);
}

function lineTree(line: InvoiceLine, place: number, vat: Vat, kind: Kind): Node {
  return aggregate(kind.line, [
    basic('ID', String(place)),
    basic(kind.quantity, String(line.quantity), { unitCode: line.unit }),
    amount('LineExtensionAmount', line.net_cents),
    aggregate('Item', [
      basic('Description', line.description),
      basic('Name', line.name),
      taxCategory('ClassifiedTaxCategory', vat, false),
    ]),
    aggregate('Price', [amount('PriceAmount', line.unit_cents)]),
  ]);
}

function headTree(invoice: IssuedInvoice): readonly (Node | null)[] {
  return [
    basic('IssueDate', invoice.issued_on),
    basic('DueDate', invoice.due_on),
    basic('InvoiceTypeCode', COMMERCIAL_INVOICE),
  ];
}

function creditHeadTree(note: CreditNote): readonly (Node | null)[] {
  return [
    basic('IssueDate', note.issued_on),
    basic('CreditNoteTypeCode', COMMERCIAL_CREDIT),
    basic('Note', note.reason),
  ];
}

/** The invoice that a credit note takes back (BG-3). */
function creditedTree({ number, issued_on }: CreditNote['credits']): Node {
  const reference = aggregate('InvoiceDocumentReference', [basic('ID', number), basic('IssueDate', issued_on)]);
  return aggregate('BillingReference', [reference]);
}

function documentTree(of: IssuedInvoice | CreditNote): readonly (Node | null)[] {
  const { seller, buyer, vat, discount, totals } = of;
  const isCredit = 'credits' in of;
  return [
    basic('CustomizationID', CUSTOMIZATION),
    basic('ProfileID', PROFILE),
    basic('ID', of.number),
    ...(isCredit ? creditHeadTree(of) : headTree(of)),
    basic('DocumentCurrencyCode', of.currency),
    basic('BuyerReference', buyer.buyer_reference),
    aggregate('InvoicePeriod', [basic('StartDate', of.period_from), basic('EndDate', of.period_until)]),
    buyer.purchase_order === null ? null : aggregate('OrderReference', [basic('ID', buyer.purchase_order)]),
    isCredit ? creditedTree(of.credits) : null,
    aggregate('AccountingSupplierParty', [partyTree(seller, vat)]),
    aggregate('AccountingCustomerParty', [partyTree(buyer, vat)]),
    aggregate('PaymentMeans', [
      basic('PaymentMeansCode', SEPA_TRANSFER),
      basic('PaymentID', of.number),
      aggregate('PayeeFinancialAccount', [
        basic('ID', seller.iban),
        basic('Name', seller.legal_name),
        seller.bic === null ? null : aggregate('FinancialInstitutionBranch', [basic('ID', seller.bic)]),
      ]),
    ]),
    discount === null
      ? null
      : aggregate('AllowanceCharge', [
          basic('ChargeIndicator', 'false'),
          basic('AllowanceChargeReasonCode', DISCOUNT),
          basic('AllowanceChargeReason', 'Discount'),
          basic('MultiplierFactorNumeric', percent(discount.rate)),
          amount('Amount', discount.cents),
          amount('BaseAmount', discount.base_cents),
          taxCategory('TaxCategory', vat, false),
        ]),
    aggregate('TaxTotal', [
      amount('TaxAmount', totals.vat_cents),
      aggregate('TaxSubtotal', [
        amount('TaxableAmount', totals.tax_exclusive_cents),
        amount('TaxAmount', totals.vat_cents),
        taxCategory('TaxCategory', vat, true),
      ]),
    ]),
    aggregate('LegalMonetaryTotal', [
      amount('LineExtensionAmount', totals.line_net_cents),
      amount('TaxExclusiveAmount', totals.tax_exclusive_cents),
      amount('TaxInclusiveAmount', totals.tax_inclusive_cents),
      discount === null ? null : amount('AllowanceTotalAmount', totals.allowance_cents),
      amount('PayableAmount', totals.payable_cents),
    ]),
    ...of.lines.map((line, index) => lineTree(line, index + 1, vat, isCredit ? CREDIT_NOTE : INVOICE)),
  ];
}

function build(document: Document, [name, content, attributes]: Node): Element {
  const element = document.createElementNS(NAMESPACES[name.slice(0, 3)] as string, name);
  for (const [key, value] of Object.entries(attributes ?? {})) element.setAttribute(key, value);
  if (typeof content === 'string') element.appendChild(document.createTextNode(content));
  else for (const child of content) if (child !== null) element.appendChild(build(document, child));
  return element;
}

/** The invoice's XML, in UTF-8. The same invoice gives the same bytes. */
export function ublInvoice(invoice: IssuedInvoice): string {
  return serialize(invoice, INVOICE);
}

/** The credit note's XML, in UTF-8. The same note gives the same bytes. */
export function ublCreditNote(note: CreditNote): string {
  return serialize(note, CREDIT_NOTE);
}

function serialize(of: IssuedInvoice | CreditNote, { root: name }: Kind): string {
  const namespace = `urn:oasis:names:specification:ubl:schema:xsd:${name}-2`;
  const document = new DOMImplementation().createDocument(namespace, name);
  const root = document.documentElement as Element;
  for (const [prefix, uri] of Object.entries(NAMESPACES)) root.setAttributeNS(XMLNS, `xmlns:${prefix}`, uri);
  for (const child of documentTree(of)) if (child !== null) root.appendChild(build(document, child));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root, { requireWellFormed: true })}\n`;
}
