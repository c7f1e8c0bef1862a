/** Rows of links that are swiped on a phone: the current one is never beyond the edge. */

import { type RefObject, useEffect, useRef } from 'react';

/** Goes on the row; `current` is what changes with the choice, such as the address. */
export function useCurrentInView<Row extends HTMLElement>(current: string): RefObject<Row | null> {
  const row = useRef<Row>(null);
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the choice is read from the row itself
  useEffect(() => {
    const chosen = row.current?.querySelector<HTMLElement>('[aria-current=page]');
    // Only the row moves; `scrollIntoView` would move the page as well.
    if (row.current && chosen)
      row.current.scrollLeft =
        chosen.offsetLeft - row.current.offsetLeft - (row.current.clientWidth - chosen.offsetWidth) / 2;
  }, [current]);
  return row;
}
