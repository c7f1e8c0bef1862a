/** The cockpit on paper: the screen has a few rows of many, paper has them all. */

import { useMutation } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { flushSync } from 'react-dom';
import { type CockpitFilter, type CockpitRow, everyRow } from './cockpitQueries.ts';

/** `rows` are those to print, while there is printing; `start` reads every row of the filter and prints. */
export type Print = {
  readonly rows: readonly CockpitRow[] | null;
  readonly isReading: boolean;
  readonly error: Error | null;
  readonly start: () => void;
};

/** Also for Ctrl-P. The browser's own menu cannot wait for the hub: it prints the rows that are `loaded`. */
export function usePrint(filter: CockpitFilter, loaded: readonly CockpitRow[]): Print {
  const [rows, setRows] = useState<readonly CockpitRow[] | null>(null);
  const reading = useMutation({
    mutationFn: () => everyRow(filter),
    onSuccess: (all) => {
      // On the page before the browser takes its picture of it.
      flushSync(() => setRows(all));
      print();
    },
  });
  const start = (): void => {
    if (!reading.isPending) reading.mutate();
  };
  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== 'p') return;
    event.preventDefault();
    start();
  });
  const onBefore = useEffectEvent(() => {
    if (rows === null) flushSync(() => setRows(loaded));
  });
  useEffect(() => {
    const before = (): void => onBefore();
    const after = (): void => setRows(null);
    const key = (event: KeyboardEvent): void => onKey(event);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    addEventListener('keydown', key);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
      removeEventListener('keydown', key);
    };
  }, []);
  return { rows, isReading: reading.isPending, error: reading.error, start };
}
