/** What one verification found: the verdict, and the lines of the command line, word for word. */

import { CircleDot, ShieldAlert, ShieldCheck, Check as Tick, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { type Check, printable } from '../../../src/domain/verification/report.ts';
import { cx } from '../ui/classNames.ts';
import type { Run } from './useVerifier.ts';

const MARKS = {
  passed: { icon: Tick, look: 'text-good', word: 'passed' },
  note: { icon: CircleDot, look: 'text-ink-faint', word: 'note' },
  failed: { icon: X, look: 'text-critical', word: 'failed' },
} as const;

/** The verdict is spoken when it is there. */
export function RunResult({ run }: { readonly run: Run }) {
  const { t } = useTranslation('verify');
  const { exitCode } = run;
  const Icon = exitCode === 0 ? ShieldCheck : ShieldAlert;
  return (
    <section className="overflow-hidden rounded-lg border border-line bg-surface">
      <header
        role={exitCode === null || exitCode === 0 ? 'status' : 'alert'}
        className={cx(
          'flex items-center gap-3 px-4 py-3',
          exitCode === null
            ? 'bg-sunken'
            : exitCode === 0
              ? 'bg-good-wash text-good'
              : 'bg-critical-wash text-critical',
        )}
      >
        {exitCode === null ? (
          <span
            aria-hidden="true"
            className="size-5 shrink-0 rounded-full border-2 border-accent border-r-transparent motion-safe:animate-spin"
          />
        ) : (
          <Icon aria-hidden="true" className="size-5 shrink-0" />
        )}
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold">
            {exitCode === null ? t('checking') : exitCode === 0 ? t('verified') : t('refused')}
          </h2>
          <p className="text-xs break-all text-ink-soft">
            {exitCode === null || exitCode === 0 ? run.name : t('notTrusted', { name: run.name })}
          </p>
        </div>
        {exitCode === null && run.total > 0 && (
          <span className="text-xs text-ink-soft tabular-nums">
            {Math.min(100, Math.round((run.read / run.total) * 100))} %
          </span>
        )}
        {exitCode !== null && exitCode !== 0 && <span className="text-xs">{t('exitCode', { code: exitCode })}</span>}
      </header>
      <ol lang="en" className="divide-y divide-line/60">
        {run.checks.map((check, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- lines only come, and two may be alike
          <CheckLine key={index} check={check} />
        ))}
      </ol>
    </section>
  );
}

function CheckLine({ check }: { readonly check: Check }) {
  const { t } = useTranslation('verify');
  const { icon: Icon, look, word } = MARKS[check.status];
  const text = printable(check.text);
  return (
    <li className="flex items-start gap-3 px-4 py-2">
      <Icon role="img" aria-label={t(word)} className={cx('mt-0.5 size-4 shrink-0', look)} />
      <span className={cx('min-w-0 wrap-anywhere', check.status === 'note' && 'text-ink-soft')}>
        {check.status === 'failed' && check.line !== null ? `line ${check.line}: ${text}` : text}
      </span>
    </li>
  );
}
