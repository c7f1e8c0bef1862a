/** Picking several shifts of a line at once, to take them over: by dragging, or by Shift with the arrows and Enter. */

import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from 'react';

/** Shifts of one line from the first to the last; `lane` begins with the schedule's id. */
export type ShiftRange = { readonly lane: string; readonly fromMs: number; readonly untilMs: number };

/** The span of a shift on the board. */
function spanOf(target: EventTarget): ShiftRange | null {
  const shift = target instanceof Element ? target.closest<HTMLElement>('[data-shift]') : null;
  const { lane, from, until } = shift?.dataset ?? {};
  return lane === undefined ? null : { lane, fromMs: Number(from), untilMs: Number(until) };
}

function union(a: ShiftRange, b: ShiftRange): ShiftRange {
  return { lane: a.lane, fromMs: Math.min(a.fromMs, b.fromMs), untilMs: Math.max(a.untilMs, b.untilMs) };
}

/** The range so far, and what listens on the board. `onPick` hears a range of more than one shift. */
export function useShiftRange(onPick: (range: ShiftRange) => void) {
  const [range, setRange] = useState<ShiftRange | null>(null);
  const anchor = useRef<ShiftRange | null>(null);
  const isPressed = useRef(false);
  useEffect(() => {
    const release = (): void => {
      isPressed.current = false;
    };
    addEventListener('pointerup', release);
    addEventListener('pointercancel', release);
    return () => {
      removeEventListener('pointerup', release);
      removeEventListener('pointercancel', release);
    };
  }, []);
  const clear = (): void => {
    anchor.current = null;
    setRange(null);
  };
  const pick = (): void => {
    if (range !== null) onPick(range);
    clear();
  };
  return {
    range,
    /** The keyboard went from one shift to another. */
    onMove: (from: HTMLElement, to: HTMLElement, isExtending: boolean): void => {
      if (!isExtending) {
        clear();
        return;
      }
      anchor.current ??= spanOf(from);
      const next = spanOf(to);
      if (anchor.current !== null && next !== null) setRange(union(anchor.current, next));
    },
    onKey: (event: KeyboardEvent): void => {
      if (range === null) return;
      if (event.key === 'Escape') clear();
      if (event.key !== 'Enter') return;
      event.preventDefault();
      pick();
    },
    onPointerDown: (event: PointerEvent): void => {
      // A finger that moves scrolls.
      if (event.pointerType !== 'mouse' || event.button !== 0) return;
      clear();
      anchor.current = spanOf(event.target);
      isPressed.current = anchor.current !== null;
    },
    onPointerOver: (event: PointerEvent): void => {
      const next = spanOf(event.target);
      const { current } = anchor;
      if (!isPressed.current || current === null || next?.lane !== current.lane) return;
      setRange(next.fromMs === current.fromMs ? null : union(current, next));
    },
    onPointerUp: pick,
  };
}
