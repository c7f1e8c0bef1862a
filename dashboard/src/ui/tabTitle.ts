/** What the browser's tab is called. */

import { useEffect } from 'react';

/** Calls the tab by the title alone, as in a client's portal, which has a name of its own. */
export function useTabTitle(title: string): void {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** Calls the tab by the page of the dashboard that it shows. */
export function usePageTitle(page: string): void {
  useTabTitle(`${page} · monsys`);
}
