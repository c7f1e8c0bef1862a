/** What each step did on the host, with its output. */

import { useTranslation } from 'react-i18next';
import type { EatResult } from '../../../../src/domain/eat.ts';
import { Badge } from '../../ui/Badge.tsx';

const TONES = { succeeded: 'good', failed: 'critical', skipped: 'neutral' } as const;

/** The steps in order; the output is what the host captured, and may be cut there. */
export function Steps({ steps }: { readonly steps: EatResult['steps'] }) {
  const { t } = useTranslation('emergency');
  return (
    <ol className="mt-2 space-y-2">
      {steps.map((step) => (
        <li key={step.index} className="rounded-md border border-line bg-sunken/60 p-2.5">
          <p className="flex flex-wrap items-center gap-2 text-xs">
            <span className="font-medium">{t('eat.step', { number: step.index + 1, kind: step.kind })}</span>
            <Badge tone={TONES[step.outcome]}>{step.outcome}</Badge>
            {step.exit_code !== null && (
              <span className="text-ink-faint">{t('eat.exit', { code: step.exit_code })}</span>
            )}
            <span className="text-ink-faint tabular-nums">
              {Date.parse(step.finished_at) - Date.parse(step.started_at)} ms
            </span>
            {step.detail['simulated'] === true && <span className="text-medium">{t('eat.simulated')}</span>}
          </p>
          {step.output !== '' && (
            <pre
              // A part that scrolls must be reachable by keyboard (WCAG 2.1.1).
              // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
              tabIndex={0}
              role="region"
              aria-label={`${t('eat.output')} ${step.index + 1}`}
              className="mt-1.5 max-h-72 overflow-auto font-mono text-xs whitespace-pre-wrap text-ink-soft"
            >
              {step.output}
              {step.output_truncated && `\n… ${t('eat.truncated')}`}
            </pre>
          )}
        </li>
      ))}
    </ol>
  );
}
