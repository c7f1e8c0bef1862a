/** A small line of a value over time, drawn as SVG. */

/** Draws `values` from left to right; `label` says in words what it shows. */
export function Sparkline({
  values,
  label,
  width = 72,
  height = 22,
  min = Math.min(...values),
  max = Math.max(...values),
}: {
  readonly values: readonly number[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
  readonly min?: number;
  readonly max?: number;
}) {
  if (values.length < 2) return <span className="inline-block" style={{ width, height }} />;
  const range = max - min || 1;
  const x = (index: number): number => 1 + (index * (width - 4)) / (values.length - 1);
  const y = (value: number): number => height - 3 - ((value - min) / range) * (height - 6);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  return (
    <svg role="img" aria-label={label} width={width} height={height} className="shrink-0 text-accent">
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
      <circle cx={x(values.length - 1)} cy={y(values.at(-1) ?? 0)} r="2" fill="currentColor" />
    </svg>
  );
}
