/** Whether single letters work as keys on this browser; who speaks to the machine turns them off (WCAG 2.1.4). */

import { useSyncExternalStore } from 'react';

const STORED = 'monsys.keys';
const watchers = new Set<() => void>();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The choice, and how to change it. */
export function useLetterKeys(): readonly [on: boolean, choose: (on: boolean) => void] {
  const on = useSyncExternalStore(subscribe, () => localStorage.getItem(STORED) !== 'off');
  const choose = (next: boolean): void => {
    if (next) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, 'off');
    for (const watcher of watchers) watcher();
  };
  return [on, choose];
}

/** Whether a key belongs to what has the focus, such as a field or an open dialog. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const { target } = event;
  return (
    target instanceof Element &&
    target.closest('input:not([type=checkbox]), textarea, select, [contenteditable], [role=dialog], [role=menu]') !==
      null
  );
}
