/** Moving a part of a list one place up or down. */

import { ArrowDown, ArrowUp } from 'lucide-react';
import type { ComponentProps } from 'react';
import { Button } from '../../ui/Button.tsx';

/** Two buttons. At an end one of them says that it does nothing; it is not disabled, or the focus would be lost there. */
export function MoveButtons({
  up,
  down,
  index,
  count,
  onMove,
  ...rest
}: {
  readonly up: string;
  readonly down: string;
  readonly index: number;
  readonly count: number;
  readonly onMove: (step: -1 | 1) => void;
} & Pick<ComponentProps<typeof Button>, 'size' | 'onKeyDown'>) {
  return (
    <>
      <Button {...rest} kind="quiet" aria-label={up} aria-disabled={index === 0} onClick={() => onMove(-1)}>
        <ArrowUp aria-hidden="true" />
      </Button>
      <Button {...rest} kind="quiet" aria-label={down} aria-disabled={index === count - 1} onClick={() => onMove(1)}>
        <ArrowDown aria-hidden="true" />
      </Button>
    </>
  );
}
