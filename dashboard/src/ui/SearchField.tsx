/** A field to search a list by; what is typed goes into the address when the typing pauses. */

import { useEffect, useRef, useState } from 'react';
import { TextField } from './Field.tsx';

const PAUSE_MS = 250;

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
  const [typed, setTyped] = useState(value);
  const [given, setGiven] = useState(value);
  // The address may change by itself, such as by going back.
  if (given !== value) {
    setGiven(value);
    if (typed.trim() !== value) setTyped(value);
  }
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <TextField
      type="search"
      label={label}
      value={typed}
      {...(className && { className })}
      onChange={({ target }) => {
        setTyped(target.value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => onChange(target.value.trim()), PAUSE_MS);
      }}
    />
  );
}
