/** People of the calendar: a name, letters for narrow places, and a hue of their own. */

import { useQuery } from '@tanstack/react-query';
import type { CSSProperties, ReactNode } from 'react';
import { cx } from '../../ui/classNames.ts';
import { schedulesQuery, useCandidates } from './queries.ts';

/** Hues go round by this angle, so that neighbours in the list are far from one another. */
const GOLDEN_ANGLE = 137.508;
const FIRST_HUE = 250;

/** A person as the calendar shows one. */
export type Person = {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly hue: number;
  /** Not active, or below operator: the next in order takes the turn. */
  readonly isSkipped: boolean;
};

/** Everybody known by id. Hues follow the ids, so that a person keeps theirs from page to page. */
export function usePeople(): (id: string) => Person {
  const { data = [] } = useQuery(schedulesQuery);
  const candidates = useCandidates();
  const known = new Map(
    [...data.flatMap(({ people }) => people), ...candidates.map((each) => ({ ...each, is_skipped: false }))].map(
      (each) => [each.id, each],
    ),
  );
  const order = [...known.keys()].toSorted();
  return (id) => ({
    id,
    name: known.get(id)?.name || known.get(id)?.email || '—',
    email: known.get(id)?.email ?? '',
    isSkipped: known.get(id)?.is_skipped ?? false,
    hue: (FIRST_HUE + order.indexOf(id) * GOLDEN_ANGLE) % 360,
  });
}

/** "CC" of Carol Castell. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => word?.match(/^./u)?.[0].toUpperCase() ?? '').join('');
}

/** The person's hue, for elements of class `person`. */
export function hueStyle(person: Person): CSSProperties {
  return { '--hue': person.hue } as CSSProperties;
}

/** A person with their mark; the name is always beside it. */
export function PersonName({
  person,
  children,
  large = false,
}: {
  readonly person: Person;
  readonly children?: ReactNode;
  readonly large?: boolean;
}) {
  return (
    <span className="inline-flex min-w-0 items-center gap-2">
      <span
        aria-hidden="true"
        style={hueStyle(person)}
        className={cx(
          'person grid shrink-0 place-items-center rounded-full font-semibold',
          large ? 'size-9 text-xs' : 'size-6 text-2xs',
        )}
      >
        {initials(person.name)}
      </span>
      <span className="min-w-0">
        <span className={cx('block truncate', large && 'font-semibold')}>{person.name}</span>
        {children}
      </span>
    </span>
  );
}
