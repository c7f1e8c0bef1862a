/** A search box of a toolbar: its words go to the address a moment after the typing stops; "/" jumps into it. */

import { Search } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Kbd } from './Badge.tsx';
import { isTyping, useLetterKeys } from './shortcuts.ts';
import { usePausedText } from './usePausedText.ts';

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
  const [typed, type] = usePausedText(value ?? '', (text) => onSearch(text || undefined));
  const input = useRef<HTMLInputElement>(null);
  const [hasKeys] = useLetterKeys();
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
        onChange={({ target }) => type(target.value)}
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
