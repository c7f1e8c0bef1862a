/** Steps of a playbook as a host takes them. */

/** A step of any kind; its other fields are those of its kind. */
type Step = { readonly kind: string; readonly name?: string | undefined };

/** `argv` as it is, without a shell; other fields by name. */
function fieldsOf(step: Step): readonly (readonly [string, string])[] {
  return Object.entries(step)
    .filter(([name, value]) => name !== 'kind' && name !== 'name' && value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)] as const);
}

/** The numbered list; every field is shown, for whoever approves it must see all that runs. */
export function StepList({ steps }: { readonly steps: readonly Step[] }) {
  return (
    <ol className="space-y-2">
      {steps.map((step, index) => (
        <li key={index} className="grid grid-cols-[1.5rem_minmax(0,1fr)] gap-x-2">
          <span aria-hidden="true" className="pt-px text-right text-xs text-ink-faint tabular-nums">
            {index + 1}
          </span>
          <div className="min-w-0">
            <p>
              <code className="font-mono text-xs font-semibold">{step.kind}</code>
              {step.name !== undefined && <span className="ml-2 text-ink-soft">{step.name}</span>}
            </p>
            {fieldsOf(step).map(([name, value]) => (
              <p key={name} className="font-mono text-xs break-all text-ink-soft">
                <span className="text-ink-faint">{name}</span> {value}
              </p>
            ))}
          </div>
        </li>
      ))}
    </ol>
  );
}
