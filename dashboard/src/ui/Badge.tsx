/** Small marks: severities, states, chips. Colour never stands alone; there is always a word. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from './classNames.ts';

/** Meaning of a colour. */
export type Tone = 'critical' | 'high' | 'medium' | 'low' | 'good' | 'accent' | 'neutral';

const TONES: Readonly<Record<Tone, string>> = {
  critical: 'bg-critical-wash text-critical',
  high: 'bg-high-wash text-high',
  medium: 'bg-medium-wash text-medium',
  low: 'bg-low-wash text-low',
  good: 'bg-good-wash text-good',
  accent: 'bg-accent-wash text-accent',
  neutral: 'bg-neutral-wash text-ink-soft',
};

/** A word with a tint. */
export function Badge({
  tone = 'neutral',
  children,
  title,
}: {
  readonly tone?: Tone;
  readonly children: ReactNode;
  readonly title?: string;
}) {
  return (
    <span
      title={title}
      className={cx(
        'inline-flex items-center gap-1 rounded px-1.5 py-0.5 text-2xs font-semibold whitespace-nowrap',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}

/** Severity of an alert or finding. */
export function SeverityBadge({ severity }: { readonly severity: 'critical' | 'high' | 'medium' | 'low' | 'info' }) {
  const { t } = useTranslation();
  return <Badge tone={severity === 'info' ? 'neutral' : severity}>{t(`severity.${severity}`)}</Badge>;
}

/** A filter that is on or off, such as `urgency > 50`. */
export function Chip({
  pressed,
  onPress,
  children,
}: {
  readonly pressed: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}) {
  return (
    <button
      type="button"
      aria-pressed={pressed}
      onClick={onPress}
      className={cx(
        'inline-flex h-7 items-center gap-1.5 rounded-full border px-3 text-xs font-medium whitespace-nowrap pointer-coarse:h-11',
        pressed
          ? 'border-accent bg-accent-wash text-accent'
          : 'border-line-strong/60 bg-surface text-ink-soft hover:text-ink',
      )}
    >
      {children}
    </button>
  );
}

/** A key of the keyboard. */
export function Kbd({ children }: { readonly children: ReactNode }) {
  return <kbd className="rounded border border-line bg-sunken px-1 font-mono text-2xs text-ink-faint">{children}</kbd>;
}
