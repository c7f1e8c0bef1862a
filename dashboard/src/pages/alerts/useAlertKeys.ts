/** The keyboard on the list of alerts: j and k move, x selects, a acknowledges, r resolves; Enter opens, as on any link. */

import { type RefObject, useEffect, useRef } from 'react';
import { isTyping, useLetterKeys } from '../../ui/shortcuts.ts';

type Acts = {
  /** Whether acknowledging, resolving and selecting are for this person. */
  readonly enabled: boolean;
  readonly onToggle: (id: string) => void;
  readonly onAcknowledge: (id: string) => void;
  readonly onResolve: (id: string) => void;
};

/** Listens on the whole page, so that j begins at the first row wherever one is. */
export function useAlertKeys(region: RefObject<HTMLElement | null>, acts: Acts): void {
  const [on] = useLetterKeys();
  const latest = useRef(acts);
  useEffect(() => {
    latest.current = acts;
  });
  useEffect(() => {
    if (!on) return undefined;
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event)) return;
      const rows = [...(region.current?.querySelectorAll<HTMLElement>('[data-alert]') ?? [])];
      const at = rows.findIndex((row) => row.closest('tr, li')?.contains(document.activeElement));
      if (event.key === 'j' || event.key === 'k') {
        const next = at === -1 ? 0 : Math.min(rows.length - 1, Math.max(0, at + (event.key === 'j' ? 1 : -1)));
        rows[next]?.focus();
        rows[next]?.scrollIntoView({ block: 'nearest' });
        return;
      }
      const id = rows[at]?.dataset['alert'];
      const { enabled, onToggle, onAcknowledge, onResolve } = latest.current;
      const act = { x: onToggle, a: onAcknowledge, r: onResolve }[event.key];
      if (id === undefined || act === undefined || !enabled) return;
      event.preventDefault();
      act(id);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [on, region]);
}
