/** Rows by keyboard: j and k, or the arrows, go from name to name; Enter opens, as on every link. */

import { type RefObject, useEffect, useEffectEvent } from 'react';
import { isTyping, useLetterKeys } from '../../ui/shortcuts.ts';

const ARROWS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
const LETTERS: Readonly<Record<string, number>> = { j: 1, k: -1 };

/** Moves the focus among `count` rows, of which only those near the screen exist. */
export function useRowKeys({
  list,
  count,
  active,
  setActive,
  reveal,
}: {
  readonly list: RefObject<HTMLElement | null>;
  readonly count: number;
  readonly active: number | null;
  readonly setActive: (index: number) => void;
  readonly reveal: (index: number) => void;
}): void {
  const [hasLetters] = useLetterKeys();
  const onKey = useEffectEvent((event: KeyboardEvent): void => {
    const step = ARROWS[event.key] ?? (hasLetters ? LETTERS[event.key] : undefined);
    if (step === undefined || isTyping(event) || count === 0) return;
    event.preventDefault();
    const focused = document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset['index'];
    const from = focused === undefined ? active : Number(focused);
    const next = from === null ? 0 : Math.min(count - 1, Math.max(0, from + step));
    setActive(next);
    reveal(next);
  });
  useEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  // The row may come into being only after the list has heard that it is wanted.
  useEffect(() => {
    if (active === null) return;
    list.current?.querySelector<HTMLElement>(`[data-index="${active}"] [data-tenant]`)?.focus({ preventScroll: true });
  }, [active, list]);
}
