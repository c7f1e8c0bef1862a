/** Who matches a rule now, while it is being written: beside the form, and on a narrow screen right under the rule. */

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cx } from '../../../ui/classNames.ts';
import { Problem, Skeleton } from '../../../ui/Feedback.tsx';
import { Card } from '../../../ui/Layout.tsx';
import { useMedia } from '../../../ui/useMedia.ts';
import { previewQuery } from '../data.ts';
import { type DraftBlock, faultsOf, toRule } from './draft.ts';

const PAUSE_MS = 300;
const SHOWN = 12;

/** A value once it has stopped changing. */
function useSettled<T>(value: T, pauseMs: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
  }, [value, pauseMs]);
  return settled;
}

/** Count and first hosts; asked when the typing pauses. */
export function RulePreview({
  tenantId,
  draft,
}: {
  readonly tenantId: string | undefined;
  readonly draft: DraftBlock;
}) {
  const { t } = useTranslation('groups');
  const settled = useSettled(draft, PAUSE_MS);
  const rule = toRule(settled);
  const isComplete = faultsOf(rule).size === 0;
  const query = useQuery({
    ...previewQuery(tenantId ?? '', rule),
    enabled: tenantId !== undefined && isComplete,
    placeholderData: keepPreviousData,
  });
  const hint = tenantId === undefined ? t('preview.needTenant') : isComplete ? null : t('preview.needRule');
  const { data } = query;
  return (
    <Card title={t('preview.title')} className="lg:sticky lg:top-16 lg:col-start-2 lg:row-span-2">
      <div role="status" className={cx('space-y-3', query.isPlaceholderData && 'opacity-60')}>
        {hint !== null ? (
          <p className="text-ink-soft">{hint}</p>
        ) : query.isError ? (
          <Problem error={query.error} onRetry={() => void query.refetch()} />
        ) : data === undefined ? (
          <Skeleton className="h-6 w-40" />
        ) : (
          <>
            <p className="text-lg font-semibold tabular-nums">{t('preview.counted', { count: data.total })}</p>
            {data.total === 0 && <p className="text-ink-soft">{t('preview.none')}</p>}
          </>
        )}
      </div>
      {hint === null && data !== undefined && data.total > 0 && (
        <Folded>
          <ul aria-label={t('preview.hosts')} className="mt-3 space-y-1.5">
            {data.items.slice(0, SHOWN).map((host) => (
              <li key={host.id} className="flex flex-wrap items-baseline gap-x-2">
                <span className="font-medium">{host.hostname}</span>
                <span className="min-w-0 text-xs text-ink-faint">
                  {[host.os_id, host.kernel_upstream ?? host.kernel_release, ...host.tags]
                    .filter((each) => each !== null)
                    .join(' · ')}
                </span>
              </li>
            ))}
            {data.total > SHOWN && (
              <li className="text-xs text-ink-faint">{t('preview.more', { count: data.total - SHOWN })}</li>
            )}
          </ul>
        </Folded>
      )}
    </Card>
  );
}

/** The list folded away where it stands in the middle of the form; the count above it stays. */
function Folded({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation('groups');
  const isBeside = useMedia('(min-width: 64rem)');
  if (isBeside) return children;
  return (
    <details className="mt-2">
      <summary className="cursor-pointer font-medium pointer-coarse:py-2">{t('preview.hosts')}</summary>
      {children}
    </details>
  );
}
