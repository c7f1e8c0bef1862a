/** The keyboard on the calendar: arrows move between shifts and, over the edge, into the weeks before and after. */

import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { neighbour, viewerZone } from './period.ts';
import { onCallRoute } from './routes.tsx';

type Edge = { readonly lane: string; readonly side: 'first' | 'last' };

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

/** `first` is the first date in view. One shift alone is reached by Tab; the rest by arrows. */
export function useBoardKeys(
  region: RefObject<HTMLElement | null>,
  first: string,
): {
  readonly active: string | null;
  readonly onFocus: (event: FocusEvent) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
} {
  const { view = 'week', from } = onCallRoute.useSearch();
  const navigate = onCallRoute.useNavigate();
  const [active, setActive] = useState<string | null>(null);
  const wanted = useRef<Edge | null>(null);

  useEffect(() => {
    const edge = wanted.current;
    wanted.current = null;
    if (edge === null) return;
    const shifts = shiftsIn(region.current, edge.lane);
    (edge.side === 'first' ? shifts[0] : shifts.at(-1))?.focus();
  }, [first, region]);
  // After every drawing: the one that Tab reaches may be gone.
  useEffect(() => {
    const shifts = shiftsIn(region.current);
    if (shifts.some((each) => each.dataset['shift'] === active)) return;
    setActive(shifts[0]?.dataset['shift'] ?? null);
  });

  const onFocus = ({ target }: FocusEvent): void => {
    const key = (target as HTMLElement).dataset['shift'];
    if (key !== undefined) setActive(key);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const shift = event.target as HTMLElement;
    const { lane } = shift.dataset;
    if (lane === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { ArrowLeft: -1, ArrowRight: 1, PageUp: -1, PageDown: 1 }[event.key] as -1 | 1 | undefined;
    const up = { ArrowUp: -1, ArrowDown: 1 }[event.key] as -1 | 1 | undefined;
    if (turn === undefined && up === undefined) return;
    event.preventDefault();
    if (up !== undefined) {
      vertical(region.current, shift, up)?.focus();
      return;
    }
    if (turn === undefined) return;
    const shifts = shiftsIn(region.current, lane);
    const next = event.key.startsWith('Arrow') ? shifts[shifts.indexOf(shift) + turn] : undefined;
    if (next !== undefined) {
      next.focus();
      return;
    }
    wanted.current = { lane, side: turn === 1 ? 'first' : 'last' };
    void navigate({
      search: (old) => ({ ...old, from: neighbour(view, from, turn, Date.now(), viewerZone()) }),
      resetScroll: false,
    });
  };
  return { active, onFocus, onKeyDown };
}
