/** The versions of a runbook, newest first; each can be looked at. */

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/classNames.ts';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { Time } from '../../ui/Time.tsx';
import { type Group, versionsQuery } from './data.ts';
import { groupRoute } from './routes.tsx';

/** `shown` is the version on the left. */
export function RunbookVersions({ group, shown }: { readonly group: Group; readonly shown: number }) {
  const { t } = useTranslation('groups');
  const query = useInfiniteQuery(versionsQuery(group.id));
  const versions = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Card title={t('runbook.versions')} flush>
      {query.isError ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows rows={3} />
      ) : versions.length === 0 ? (
        <p className="p-4 text-ink-soft">{t('runbook.none')}</p>
      ) : (
        <ol className="divide-y divide-line/60">
          {versions.map(({ version, created_at: at, author_email: who }) => (
            <li key={version} className={cx('px-4 py-2', version === shown && 'bg-accent-wash')}>
              <p className="flex items-center gap-2">
                <Link
                  to={groupRoute.fullPath}
                  params={{ groupId: group.id }}
                  search={{ tab: 'runbook', ...(version !== group.runbook_version && { version }) }}
                  aria-label={t('runbook.show', { version })}
                  aria-current={version === shown ? 'true' : undefined}
                  className="rounded-sm font-medium text-accent underline underline-offset-2"
                >
                  {t('runbook.version', { version })}
                </Link>
                {version === group.runbook_version && <Badge>{t('runbook.current')}</Badge>}
              </p>
              <p className="text-xs text-ink-soft">
                <Time value={at} /> {who !== null && t('runbook.by', { who })}
              </p>
            </li>
          ))}
        </ol>
      )}
      <LoadMore query={query} />
    </Card>
  );
}
