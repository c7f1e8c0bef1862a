/** A field to search a list by; what is typed goes into the address when the typing pauses. */

import { TextField } from './Field.tsx';
import { usePausedText } from './usePausedText.ts';

/** `onChange` hears what was typed, without spaces around it. */
export function SearchField({
  label,
  value,
  onChange,
  className,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly className?: string;
}) {
  const [typed, type] = usePausedText(value, onChange);
  return (
    <TextField
      type="search"
      label={label}
      value={typed}
      className={className}
      onChange={({ target }) => type(target.value)}
    />
  );
}
