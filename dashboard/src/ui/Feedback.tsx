/** What is shown while there is nothing to show: loading, empty, refused. */

import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../api/problem.ts';
import { Button } from './Button.tsx';
import { cx } from './classNames.ts';

/** A grey stand-in of the size of what is coming, so that nothing jumps. */
export function Skeleton({ className = 'h-4 w-full' }: { readonly className?: string }) {
  return <span aria-hidden="true" className={cx('block animate-pulse rounded bg-line/70', className)} />;
}

/** Rows that are on their way. */
export function SkeletonRows({ rows = 8, className = 'h-9' }: { readonly rows?: number; readonly className?: string }) {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t('loading')} className="space-y-2 p-3">
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} className={cx('w-full', className)} />
      ))}
    </div>
  );
}

/** Nothing there: says what would be there, and how to make the first. */
export function EmptyState({
  title,
  children,
  action,
  icon,
}: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
  readonly icon?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-6 py-12 text-center">
      {icon !== undefined && <div className="text-ink-faint [&_svg]:size-8">{icon}</div>}
      <p className="font-semibold text-ink">{title}</p>
      {children !== undefined && <div className="max-w-prose text-ink-soft">{children}</div>}
      {action !== undefined && <div className="pt-2">{action}</div>}
    </div>
  );
}

/** What went wrong, in the hub's own sentence, with a way to go on. */
export function Problem({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => void }) {
  const { t } = useTranslation();
  const problem = problemOf(error);
  const request = typeof problem?.extra['instance'] === 'string' ? problem.extra['instance'] : null;
  return (
    <div role="alert" className="flex items-start gap-3 rounded-md bg-critical-wash p-3 text-critical">
      <TriangleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 space-y-1">
        <p className="font-semibold">{problem?.title ?? t('problem.title')}</p>
        <p className="break-words text-ink">
          {problem?.sentence ?? (error instanceof Error ? error.message : String(error))}
        </p>
        {problem?.said !== undefined && (
          <p lang="en" className="text-xs break-words text-ink-soft">
            {problem.said}
          </p>
        )}
        {problem !== undefined && problem.faults.length > 0 && (
          <ul className="list-disc pl-4 text-xs text-ink">
            {problem.faults.map((fault) => (
              <li key={`${fault.part}${fault.pointer}`}>
                <code>{fault.pointer}</code> {fault.message}
              </li>
            ))}
          </ul>
        )}
        {request !== null && problem !== undefined && problem.status >= 500 && (
          <p className="font-mono text-2xs text-ink-soft">
            {t('problem.requestId', { id: request.split(':').at(-1) ?? '' })}
          </p>
        )}
      </div>
      {onRetry !== undefined && (
        <Button size="sm" onClick={onRetry}>
          {t('retry')}
        </Button>
      )}
    </div>
  );
}
