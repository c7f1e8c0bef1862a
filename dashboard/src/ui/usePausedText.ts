/** Text that follows the address, and goes into it when the typing pauses. */

import { useEffect, useRef, useState } from 'react';

/** Fewer requests than letters. */
const PAUSE_MS = 250;

/** What the field shows, and what it says when somebody types; `onPause` hears the text without spaces around it. */
export function usePausedText(
  value: string,
  onPause: (text: string) => void,
): readonly [typed: string, type: (text: string) => void] {
  const [typed, setTyped] = useState(value);
  const [given, setGiven] = useState(value);
  // The address may change by another hand: a saved view, the way back.
  if (given !== value) {
    setGiven(value);
    if (typed.trim() !== value) setTyped(value);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onPause(text.trim()), PAUSE_MS);
  };
  return [typed, type];
}
