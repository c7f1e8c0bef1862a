/** Named sets of filters, kept in this browser alone. */

import { useSyncExternalStore } from 'react';
import { compact, number, oneOf, text } from '../../search.ts';
import { COCKPIT_SORTS, type CockpitFilter } from './cockpitQueries.ts';

/** A set of filters under a name. */
export type SavedView = { readonly name: string; readonly filter: CockpitFilter };

const STORED = 'monsys.cockpit.views';
const watchers = new Set<() => void>();
let cache: { readonly stored: string | null; readonly views: readonly SavedView[] } = { stored: null, views: [] };

function parse(stored: string | null): readonly SavedView[] {
  try {
    const list: unknown = JSON.parse(stored ?? '[]');
    if (!Array.isArray(list)) return [];
    return list.flatMap((each: Record<string, unknown>) => {
      const name = text(each?.['name']);
      const filter = each?.['filter'] as Record<string, unknown> | undefined;
      if (name === undefined || typeof filter !== 'object') return [];
      const { urgency_gt, sort, q } = filter;
      return [
        { name, filter: compact({ urgency_gt: number(urgency_gt), sort: oneOf(sort, COCKPIT_SORTS), q: text(q) }) },
      ];
    });
  } catch {
    // Another hand wrote there; what cannot be read is as if it were not there.
    return [];
  }
}

function read(): readonly SavedView[] {
  const stored = localStorage.getItem(STORED);
  if (stored !== cache.stored) cache = { stored, views: parse(stored) };
  return cache.views;
}

function write(views: readonly SavedView[]): void {
  localStorage.setItem(STORED, JSON.stringify(views));
  for (const watcher of watchers) watcher();
}

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  addEventListener('storage', watcher);
  return () => {
    watchers.delete(watcher);
    removeEventListener('storage', watcher);
  };
}

/** The views of this browser, in the order of their names. */
export function useSavedViews(): readonly SavedView[] {
  return useSyncExternalStore(subscribe, read);
}

/** Keeps a view; one of the same name is replaced. */
export function saveView(view: SavedView): void {
  write([...read().filter(({ name }) => name !== view.name), view].toSorted((a, b) => a.name.localeCompare(b.name)));
}

/** Forgets a view. */
export function deleteView(name: string): void {
  write(read().filter((each) => each.name !== name));
}
