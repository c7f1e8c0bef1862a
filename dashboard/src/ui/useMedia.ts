/** Whether a media query holds now, for parts that are another thing on a phone and not only narrower. */

import { useCallback, useSyncExternalStore } from 'react';

/** Renders again when the answer changes. */
export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (onChange: () => void) => {
      const list = matchMedia(query);
      list.addEventListener('change', onChange);
      return () => list.removeEventListener('change', onChange);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** A window too narrow for tables. */
export function useIsPhone(): boolean {
  return useMedia('(max-width: 47.99rem)');
}
