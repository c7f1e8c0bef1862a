/** A search box of a toolbar: its words go to the address a moment after the typing stops; "/" jumps into it. */

import { Search } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Kbd } from './Badge.tsx';
import { isTyping, useLetterKeys } from './shortcuts.ts';

/** Fewer requests than letters. */
const WAIT_MS = 250;

/** `value` is what the address says; `onSearch` hears undefined once it is empty. */
export function SearchBox({
  label,
  value,
  onSearch,
}: {
  readonly label: string;
  readonly value: string | undefined;
  readonly onSearch: (words: string | undefined) => void;
}) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value ?? '');
  const [known, setKnown] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const [hasKeys] = useLetterKeys();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address changed by another hand: a saved view, the way back.
  if (known !== value) {
    setKnown(value);
    if ((value ?? '') !== typed.trim()) setTyped(value ?? '');
  }
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    if (!hasKeys) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== '/' || isTyping(event)) return;
      event.preventDefault();
      input.current?.focus();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [hasKeys]);
  return (
    <div className="relative w-full sm:w-64">
      <Search
        aria-hidden="true"
        className="pointer-events-none absolute top-1/2 left-2.5 size-4 -translate-y-1/2 text-ink-faint"
      />
      <input
        ref={input}
        type="search"
        aria-label={label}
        placeholder={`${t('search')}…`}
        value={typed}
        onChange={({ target }) => {
          setTyped(target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onSearch(target.value.trim() || undefined), WAIT_MS);
        }}
        className="h-8 w-full rounded-md border border-line-strong/70 bg-surface pr-8 pl-8 placeholder:text-ink-faint pointer-coarse:h-11 pointer-coarse:text-base"
      />
      {typed === '' && hasKeys && (
        <span aria-hidden="true" className="absolute top-1/2 right-2 -translate-y-1/2 pointer-coarse:hidden">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  );
}
