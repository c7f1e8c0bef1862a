/** The keyboard on the calendar: arrows move between shifts and, over the edge, into the weeks before and after. */

import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react';
import { neighbour, viewerZone } from './period.ts';
import { onCallRoute } from './routes.tsx';

type Edge = { readonly from: string | undefined; readonly lane: string; readonly side: 'first' | 'last' };

/** Shifts of a part of the board, in the order of time. */
function shiftsIn(root: Element | null, lane?: string): HTMLElement[] {
  const all = [...(root?.querySelectorAll<HTMLElement>('[data-shift]') ?? [])];
  return lane === undefined ? all : all.filter((each) => each.dataset['lane'] === lane);
}

/** The shift above or below: of the next line that has any, the one whose beginning is nearest. */
function vertical(region: Element | null, from: HTMLElement, step: -1 | 1): HTMLElement | undefined {
  const rows = [...(region?.querySelectorAll('[data-row]') ?? [])].filter((row) => shiftsIn(row).length > 0);
  const row = rows[rows.findIndex((each) => each.contains(from)) + step];
  const distance = (shift: HTMLElement): number =>
    Math.abs(shift.getBoundingClientRect().left - from.getBoundingClientRect().left);
  return row && shiftsIn(row).toSorted((a, b) => distance(a) - distance(b))[0];
}

/** For the board's key events. `onMove` hears from which shift the focus went to which, and whether Shift was held. */
export function useBoardKeys(
  region: RefObject<HTMLElement | null>,
  onMove: (from: HTMLElement, to: HTMLElement, isExtending: boolean) => void,
): (event: KeyboardEvent) => void {
  const { view = 'week', from } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  const wanted = useRef<Edge | null>(null);

  useEffect(() => {
    const edge = wanted.current;
    if (edge === null || edge.from !== from) return;
    wanted.current = null;
    const shifts = shiftsIn(region.current, edge.lane);
    (edge.side === 'first' ? shifts[0] : shifts.at(-1))?.focus();
  }, [from, region]);

  return (event) => {
    const shift = event.target as HTMLElement;
    const { lane } = shift.dataset;
    if (lane === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key] as -1 | 1 | undefined;
    const up = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
    if (turn === undefined && up === undefined) return;
    event.preventDefault();
    if (turn === undefined) {
      if (up !== undefined) vertical(region.current, shift, up)?.focus();
      return;
    }
    const shifts = shiftsIn(region.current, lane);
    const next = event.key.startsWith('Arrow') ? shifts[shifts.indexOf(shift) + turn] : undefined;
    if (next !== undefined) {
      next.focus();
      onMove(shift, next, event.shiftKey);
      return;
    }
    const to = neighbour(view, from, turn, Date.now(), viewerZone());
    wanted.current = { from: to, lane, side: turn === 1 ? 'first' : 'last' };
    void navigate({ search: (old) => ({ ...old, from: to }), resetScroll: false });
  };
}
