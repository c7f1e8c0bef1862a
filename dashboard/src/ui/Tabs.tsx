/** Tabs whose choice is part of the address: each is a link. */

import { Link, type LinkProps, useLocation } from '@tanstack/react-router';
import { cx } from './classNames.ts';
import { useCurrentInView } from './useCurrentInView.ts';

/** One tab: its words and where it leads. */
export type TabLink = {
  readonly label: string;
  /** Whether it is the one shown. The page says so: the address may hold more than the tab, such as a range. */
  readonly current: boolean;
} & Pick<LinkProps, 'to' | 'params' | 'search'>;

/** A row of links, the current one marked. */
export function TabLinks({ label, tabs }: { readonly label: string; readonly tabs: readonly TabLink[] }) {
  const row = useCurrentInView<HTMLElement>(useLocation().searchStr);
  return (
    <nav ref={row} aria-label={label} className="no-print -mx-1 flex gap-1 overflow-x-auto border-b border-line px-1">
      {tabs.map(({ label: words, current, ...link }) => (
        <Link
          key={words}
          {...link}
          {...(current && { 'aria-current': 'page' as const })}
          activeOptions={{ exact: true, includeSearch: true }}
          className={cx(
            // The row cuts off what stands out of it, a ring around a tab too.
            '-mb-px border-b-2 border-transparent px-3 py-2 text-sm font-medium whitespace-nowrap text-ink-soft hover:text-ink focus-visible:-outline-offset-2',
            'aria-[current=page]:border-accent aria-[current=page]:text-accent',
          )}
        >
          {words}
        </Link>
      ))}
    </nav>
  );
}
