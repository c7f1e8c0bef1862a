/**
 * Where in the portal one is. All of it is in the query, as the portal stands at `/` on a client's domain and at
 * `/portal` on the hub's own.
 */

import { useSyncExternalStore } from 'react';

/** Pages of the portal, in the order of its navigation. */
export const PAGES = ['posture', 'work', 'sessions', 'packs', 'verify'] as const;
export type PageName = (typeof PAGES)[number];

const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  addEventListener('popstate', watcher);
  return () => {
    watchers.delete(watcher);
    removeEventListener('popstate', watcher);
  };
}

/** The query as it is now; renders again when it changes. */
export function usePlace(): { readonly page: PageName; readonly query: URLSearchParams } {
  const search = useSyncExternalStore(subscribe, () => location.search);
  const query = new URLSearchParams(search);
  return { page: PAGES.find((each) => each === query.get('page')) ?? 'posture', query };
}

/** The address of a page of the portal. */
export function hrefOf(page: PageName, query: Readonly<Record<string, string>> = {}): string {
  const text = new URLSearchParams({ ...(page !== 'posture' && { page }), ...query }).toString();
  return `${location.pathname}${text === '' ? '' : `?${text}`}`;
}

/** Goes to an address of the portal. */
export function go(href: string): void {
  history.pushState(null, '', href);
  for (const each of watchers) each();
  scrollTo(0, 0);
}
