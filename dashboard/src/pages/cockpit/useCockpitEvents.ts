/** The stream of changed tenants: reads changed rows again and puts them where they were. */

import { useQueryClient } from '@tanstack/react-query';
import { type RefObject, useEffect, useState } from 'react';
import { API_BASE, api, ask } from '../../api/client.ts';
import {
  belongsAmong,
  type CockpitFilter,
  type CockpitRow,
  cockpitQuery,
  cockpitSummaryQuery,
  replaceRows,
} from './cockpitQueries.ts';

/** One request in this time at most, however much changes. */
const TURN_MS = 2_000;
/** As many ids as the API takes at once. */
const TURN_ROWS = 100;
/** Minutes past an SLA grow by the clock; no event tells of them. */
const CLOCK_MS = 60_000;

/** State of the stream, and whether tenants outside the loaded rows belong among them by now. */
export type CockpitStream = { readonly isLive: boolean; readonly hasNewcomers: boolean };

/** Listens while mounted. `visible` holds the ids on the screen; they are read first. */
export function useCockpitEvents(filter: CockpitFilter, visible: RefObject<readonly string[]>): CockpitStream {
  const queryClient = useQueryClient();
  const [isLive, setLive] = useState(false);
  // Of one query's rows: other filters, or the rows read anew, start without.
  const [newcomersOf, setNewcomersOf] = useState<unknown>(null);
  const { queryKey } = cockpitQuery(filter);
  const hash = JSON.stringify(queryKey);

  useEffect(() => {
    const query = cockpitQuery(filter);
    const changed = new Set<string>();
    let busy = false;
    const loaded = (): readonly CockpitRow[] =>
      queryClient.getQueryData(query.queryKey)?.pages.flatMap(({ items }) => items) ?? [];
    const readChanged = async (): Promise<void> => {
      const onScreen = visible.current.filter((id) => changed.has(id));
      const ids = [...new Set([...onScreen, ...changed])].slice(0, TURN_ROWS);
      if (busy || ids.length === 0) return;
      busy = true;
      for (const id of ids) changed.delete(id);
      try {
        const { items } = await ask(
          api.GET('/msp/cockpit', { params: { query: { tenant_ids: ids.join(','), limit: TURN_ROWS } } }),
        );
        const rows = loaded();
        const known = new Set(rows.map(({ tenant }) => tenant.id));
        const first = queryClient.getQueryData(query.queryKey)?.pages[0]?.generated_at;
        if (items.some((row) => !known.has(row.tenant.id) && belongsAmong(row, rows, filter))) setNewcomersOf(first);
        queryClient.setQueryData(query.queryKey, (pages) => pages && replaceRows(pages, items));
        void queryClient.invalidateQueries({ queryKey: cockpitSummaryQuery.queryKey });
      } catch {
        // The next event or the clock asks again; a refusal of the whole page is shown by the page's own query.
      } finally {
        busy = false;
      }
    };
    const turn = setInterval(() => void readChanged(), TURN_MS);
    const clock = setInterval(() => {
      for (const id of visible.current) changed.add(id);
    }, CLOCK_MS);
    const stream = new EventSource(`${API_BASE}/msp/cockpit/events`);
    let isFirst = true;
    stream.addEventListener('open', () => setLive(true));
    stream.addEventListener('error', () => setLive(false));
    stream.addEventListener('tenants_changed', (event: MessageEvent<string>) => {
      for (const id of (JSON.parse(event.data) as { tenant_ids: string[] }).tenant_ids) changed.add(id);
    });
    stream.addEventListener('resync', () => {
      // The first comes with the opening; the rows were read a moment ago.
      if (!isFirst) for (const { tenant } of loaded()) changed.add(tenant.id);
      isFirst = false;
    });
    return () => {
      clearInterval(turn);
      clearInterval(clock);
      stream.close();
    };
    // The hash stands for the filter, whose object is another at every render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- see above
  }, [queryClient, hash, visible]);

  const current = queryClient.getQueryData(queryKey)?.pages[0]?.generated_at;
  return { isLive, hasNewcomers: newcomersOf !== null && newcomersOf === current };
}
