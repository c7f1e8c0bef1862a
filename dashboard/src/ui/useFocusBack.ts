/**
 * Where focus goes when an overlay closes. Radix gives it back to a trigger of its own; ours are opened by a key, by
 * the address or by what came later, and without this the keyboard would start again at the top of the page.
 */

import { useRef } from 'react';

/** Both go on the overlay's content; an `onOpenAutoFocus` of its own calls `remember` first. */
export function useFocusBack(): {
  readonly remember: () => void;
  readonly giveBack: (event: Event) => void;
} {
  const before = useRef<Element | null>(null);
  return {
    remember: () => {
      before.current = document.activeElement;
    },
    giveBack: (event) => {
      event.preventDefault();
      const { current } = before;
      const isThere = current instanceof HTMLElement && current.isConnected && current !== document.body;
      // What opened it may be gone, as a menu is: the page then, and not what stands above it.
      (isThere ? current : document.getElementById('content'))?.focus({ preventScroll: true });
    },
  };
}
