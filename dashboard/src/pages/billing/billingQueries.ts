/** What the pages of billing ask the hub. */

import { queryOptions } from '@tanstack/react-query';
import { type Answered, api, ask } from '../../api/client.ts';

/** A month over all tenants. */
export type Overview = Answered<'/billing/overview', 'get'>;
/** The line of one tenant. */
export type BillingLine = Overview['items'][number];
/** An invoice, out or still a draft. */
export type InvoiceView = Answered<'/billing/invoice', 'get'>;

const CREDIT_POLL_MS = 2_000;

function of(month: string | undefined) {
  return month === undefined ? {} : { month };
}

/** A month; undefined is the running one. */
export function overviewQuery(month: string | undefined) {
  return queryOptions({
    queryKey: ['billing', 'overview', month ?? 'running'],
    queryFn: ({ signal }) => ask(api.GET('/billing/overview', { params: { query: of(month) }, signal })),
  });
}

/** Why a tenant's line is what it is. */
export function explainQuery(tenantId: string, month: string) {
  return queryOptions({
    queryKey: ['billing', 'explain', tenantId, month],
    queryFn: ({ signal }) =>
      ask(api.GET('/billing/tenants/{id}/explain', { params: { path: { id: tenantId }, query: { month } }, signal })),
  });
}

/** The invoice of a client, or what the MSP itself is billed (undefined). */
export function invoiceQuery(tenantId: string | undefined, month: string | undefined) {
  return queryOptions({
    queryKey: ['billing', 'invoice', tenantId ?? 'msp', month ?? 'running'],
    queryFn: ({ signal }): Promise<InvoiceView> =>
      tenantId === undefined
        ? ask(api.GET('/billing/invoice', { params: { query: of(month) }, signal }))
        : ask(
            api.GET('/billing/tenants/{id}/invoice', {
              params: { path: { id: tenantId }, query: of(month) },
              signal,
            }),
          ),
    // A credit note is made within moments of being asked for.
    refetchInterval: ({ state }) => (state.data?.credit?.number === null ? CREDIT_POLL_MS : false),
  });
}

/** The MSP as a party, and who bills it. */
export const settingsQuery = queryOptions({
  queryKey: ['billing', 'settings'],
  queryFn: ({ signal }) => ask(api.GET('/billing/settings', { signal })),
});

/** A client as a party. */
export function tenantPartyQuery(tenantId: string) {
  return queryOptions({
    queryKey: ['billing', 'party', tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET('/tenants/{id}/billing-settings', { params: { path: { id: tenantId } }, signal })),
  });
}

/** The MSP's prices. */
export const pricesQuery = queryOptions({
  queryKey: ['billing', 'prices'],
  queryFn: ({ signal }) => ask(api.GET('/billing/price-list', { signal })),
});
