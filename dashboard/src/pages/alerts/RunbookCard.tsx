/** The runbook of a host, beside the alert that calls for it. */

import { useQuery } from '@tanstack/react-query';
import { BookOpen } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonLink } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { SafeHtml } from '../../ui/SafeHtml.tsx';
import { runbookQuery } from '../groups/runbook.ts';
import type { Alert } from './data.ts';

/** `group` is the one that the host inherits from; it may have no runbook, or there may be none. */
export function RunbookCard({ group }: { readonly group: Alert['effective_group'] }) {
  const { t } = useTranslation('alerts');
  const hasRunbook = group !== null && group.runbook_url !== null;
  const query = useQuery({ ...runbookQuery(group?.id ?? ''), enabled: hasRunbook });
  const link = group !== null && (
    <ButtonLink to="/groups/$groupId" params={{ groupId: group.id }} size="sm">
      {t('detail.openGroup', { name: group.name })}
    </ButtonLink>
  );
  return (
    <Card title={t('detail.runbook')} actions={hasRunbook && link}>
      {!hasRunbook ? (
        <EmptyState
          icon={<BookOpen />}
          title={t('detail.noRunbook')}
          action={
            link || (
              <ButtonLink to="/groups" size="sm">
                {t('detail.groups')}
              </ButtonLink>
            )
          }
        >
          {t('detail.noRunbookText')}
        </EmptyState>
      ) : query.isPending ? (
        <SkeletonRows rows={6} className="h-5" />
      ) : query.isError ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <SafeHtml html={query.data} />
      )}
    </Card>
  );
}
