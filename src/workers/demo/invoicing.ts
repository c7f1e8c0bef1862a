/**
 * Who bills whom in the demonstration, at which prices, and how many hosts there were on each day. Numbers of companies
 * have the right form and check digits, and belong to nobody.
 */

import type { DemoRow } from '../../db/demo.ts';
import type { Party } from '../../domain/party.ts';
import { type PriceList, priceList } from '../../domain/priceList.ts';
import { type TenantFacts } from './facts.ts';
import type { DemoFile } from './file.ts';
import { DAY_MS, iso, monthBefore } from './moments.ts';

/** Months that are closed and invoiced as the demonstration begins. */
export const CLOSED_MONTHS = 3;
const COUNTED_DAYS = 100;

const NOTHING = {
  additional_street: null,
  contact_phone: null,
  iban: null,
  bic: null,
  payment_days: null,
  purchase_order: null,
} as const;

const MSP_PARTY: Party = {
  ...NOTHING,
  legal_name: 'Your MSP BV',
  street: 'Korenmarkt 1',
  city: 'Gent',
  postal_code: '9000',
  country: 'BE',
  vat_id: 'BE0999001020',
  company_id: '0999001020',
  company_id_scheme: '0208',
  endpoint_id: '0999001020',
  endpoint_scheme: '0208',
  contact_name: 'Accounts',
  contact_email: 'accounts@yourmsp.com',
  iban: 'BE68539007547034',
  bic: 'GKCCBEBB',
  payment_days: 30,
  buyer_reference: 'YOURMSP',
};

type Seat = Pick<Party, 'legal_name' | 'street' | 'postal_code' | 'city'>;

function belgian(enterpriseNumber: string, seat: Seat): Party {
  const vat_id = `BE${enterpriseNumber}`;
  return abroad({ ...seat, country: 'BE', vat_id, endpoint_id: enterpriseNumber, endpoint_scheme: '0208' });
}

function abroad(of: Seat & Pick<Party, 'country' | 'vat_id' | 'endpoint_id' | 'endpoint_scheme'>): Party {
  return {
    ...NOTHING,
    company_id: null,
    company_id_scheme: null,
    contact_name: null,
    contact_email: null,
    buyer_reference: `IT-${of.postal_code.replaceAll(' ', '')}`,
    ...of,
  };
}

/** By the tenant's slug. */
const CLIENT_PARTIES: Readonly<Record<string, Party>> = {
  acme: belgian('0999002010', { legal_name: 'ACME NV', street: 'Meir 1', postal_code: '2000', city: 'Antwerpen' }),
  globex: abroad({
    legal_name: 'Globex Logistics GmbH',
    street: 'Hafenstraße 12',
    postal_code: '20457',
    city: 'Hamburg',
    country: 'DE',
    vat_id: 'DE999000009',
    endpoint_id: 'DE999000009',
    endpoint_scheme: '9930',
  }),
  initech: abroad({
    legal_name: 'Initech Software B.V.',
    street: 'Damrak 9',
    postal_code: '1012 LG',
    city: 'Amsterdam',
    country: 'NL',
    vat_id: 'NL999000001B01',
    endpoint_id: 'NL999000001B01',
    endpoint_scheme: '9944',
  }),
  northwind: belgian('0999003097', {
    legal_name: 'Northwind Traders BV',
    street: 'Kaai 4',
    postal_code: '8380',
    city: 'Brugge',
  }),
  contoso: belgian('0999004087', {
    legal_name: 'Contoso Health NV',
    street: 'Zorgplein 3',
    postal_code: '3000',
    city: 'Leuven',
  }),
  fabrikam: belgian('0999005077', {
    legal_name: 'Fabrikam NV',
    street: 'Industrielaan 20',
    postal_code: '8500',
    city: 'Kortrijk',
  }),
  tailspin: belgian('0999006067', {
    legal_name: 'Tailspin BV',
    street: 'Speelstraat 7',
    postal_code: '2800',
    city: 'Mechelen',
  }),
  wingtip: belgian('0999007057', {
    legal_name: 'Wingtip BV',
    street: 'Vleugelweg 2',
    postal_code: '1930',
    city: 'Zaventem',
  }),
  lakeside: belgian('0999008047', {
    legal_name: 'Lakeside NV',
    street: 'Meerdreef 5',
    postal_code: '3600',
    city: 'Genk',
  }),
  harbour: abroad({
    legal_name: 'Harbour Bank S.A.',
    street: 'Boulevard Royal 10',
    postal_code: '2449',
    city: 'Luxembourg',
    country: 'LU',
    vat_id: 'LU99900064',
    endpoint_id: 'LU99900064',
    endpoint_scheme: '9938',
  }),
  'alpine-dairy': abroad({
    legal_name: 'Alpine Dairy GmbH',
    street: 'Almweg 8',
    postal_code: '6020',
    city: 'Innsbruck',
    country: 'AT',
    vat_id: 'ATU99900009',
    endpoint_id: 'ATU99900009',
    endpoint_scheme: '9914',
  }),
  brightside: belgian('0999009037', {
    legal_name: 'Brightside VZW',
    street: 'Zonnelaan 1',
    postal_code: '9000',
    city: 'Gent',
  }),
};

function demoPriceList(file: DemoFile): PriceList {
  const tenants = file.tenants.flatMap(({ id, slug }) => {
    const isAbroad = CLIENT_PARTIES[slug]?.country !== 'BE';
    const discount = slug === 'acme' ? 500 : 0;
    if (!isAbroad && discount === 0) return [];
    return [{ tenant_id: id, discount, vat: isAbroad ? { category: 'AE' as const } : null }];
  });
  return priceList.parse({
    free_agents: 0,
    agent_cents: 1_250,
    tiers: [{ above: 10, agent_cents: 990 }],
    monthly_fee_cents: 7_500,
    vat: { category: 'S', rate: 2_100 },
    tenants,
  });
}

/** The rows of parties and prices; the prices are older than the first closed month. */
export function invoicingRows(file: DemoFile, nowMs: number) {
  return {
    msp: [
      {
        msp_id: file.msp.id,
        party: MSP_PARTY,
        number_prefix: 'YM',
        invoiced_from: monthBefore(nowMs, CLOSED_MONTHS),
        operator_from: monthBefore(nowMs, CLOSED_MONTHS),
        updated_at: iso(nowMs),
      },
    ] satisfies DemoRow[],
    tenants: file.tenants.flatMap(({ id, slug }): DemoRow[] => {
      const party = CLIENT_PARTIES[slug];
      return party === undefined ? [] : [{ tenant_id: id, party, updated_at: iso(nowMs) }];
    }),
    prices: [
      {
        msp_id: file.msp.id,
        effective_from: monthBefore(nowMs, CLOSED_MONTHS + 1),
        list: demoPriceList(file),
        updated_at: iso(nowMs),
      },
    ] satisfies DemoRow[],
  };
}

/** Hosts of a tenant at the end of each day gone by. */
export function dailyCountRows(_file: DemoFile, tenantId: string, facts: TenantFacts, nowMs: number): DemoRow[] {
  const todayMs = Math.floor(nowMs / DAY_MS) * DAY_MS;
  return Array.from({ length: COUNTED_DAYS }, (_, index) => todayMs - (COUNTED_DAYS - index) * DAY_MS)
    .filter((dayMs) => dayMs + DAY_MS > facts.createdMs)
    .map((dayMs) => ({
      tenant_id: tenantId,
      day: iso(dayMs).slice(0, 10),
      active_agents: facts.hosts.filter((host) => host.registeredMs < dayMs + DAY_MS).length,
    }));
}
