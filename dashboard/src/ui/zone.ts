/**
 * The zone that moments are shown in: the viewer's own, or UTC by choice. UTC in a title is for a mouse alone; who
 * works by touch, by keyboard or on paper turns every moment of the page, and reads which zone it is.
 */

import { useSyncExternalStore } from 'react';

const STORED = 'monsys.zone';
const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The browser's own zone by its IANA name, such as `Europe/Brussels`. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The zone in force by its IANA name, and how to choose another: null is the browser's own. */
export function useZone(): readonly [zone: string, choose: (zone: 'UTC' | null) => void] {
  const isUtc = useSyncExternalStore(subscribe, () => localStorage.getItem(STORED) === 'UTC');
  const choose = (next: 'UTC' | null): void => {
    if (next === null) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, next);
    for (const watcher of watchers) watcher();
  };
  return [isUtc ? 'UTC' : ownZone(), choose];
}
