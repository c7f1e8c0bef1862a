/** Packs for those who receive them: each with its files and what one needs to verify it without anybody's word. */

import { useQuery } from '@tanstack/react-query';
import { Download, FileCheck2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import { ButtonAnchor } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { monthName } from '../../ui/month.ts';
import { byteSize } from '../../ui/size.ts';
import { packFileHref, packsQuery } from './packQueries.ts';
import { isRecorded } from './packState.ts';
import { VerifyCommand } from './VerifyCommand.tsx';

/** Newest month first; months that were never built are not shown, those on record without files are named. `verifyLink` leads to the page that verifies one. */
export function PackCards({
  tenantId,
  verifyLink,
}: {
  readonly tenantId: string;
  readonly verifyLink: (packId: string, words: string) => ReactNode;
}) {
  const { t, i18n } = useTranslation('portal');
  const packs = useQuery(packsQuery(tenantId));
  const built = packs.data?.filter(({ has_files }) => has_files);
  const recorded = packs.data?.filter(isRecorded) ?? [];
  return (
    <>
      {packs.isError && <Problem error={packs.error} onRetry={() => void packs.refetch()} />}
      {packs.isPending && <SkeletonRows rows={4} className="h-32" />}
      {built?.length === 0 && (
        <Card>
          <EmptyState title={t('packs.none')} icon={<FileCheck2 aria-hidden="true" />}>
            {t('packs.noneText')}
          </EmptyState>
        </Card>
      )}
      {built?.map((pack) => (
        <Card
          key={pack.id}
          title={monthName(pack.month, i18n.language)}
          actions={
            <Badge tone={pack.is_preview ? 'accent' : 'good'}>
              {t(pack.is_preview ? 'packs.preview' : 'packs.closed')}
            </Badge>
          }
        >
          <div className="space-y-3">
            <p className="text-ink-soft">{t('packs.entries', { count: pack.entries ?? 0 })}</p>
            <div className="flex flex-wrap items-center gap-2">
              {(
                [
                  ['pdf', pack.pdf_bytes],
                  ['jsonl', pack.jsonl_bytes],
                  ['sig', null],
                ] as const
              ).map(([format, bytes]) => (
                <ButtonAnchor key={format} href={packFileHref(pack.id, format)} download>
                  <Download aria-hidden="true" /> {t(`packs.${format}`)}
                  {bytes !== null && <span className="text-xs text-ink-faint">{byteSize(bytes, i18n.language)}</span>}
                </ButtonAnchor>
              ))}
              {verifyLink(pack.id, t('packs.verify'))}
            </div>
            <VerifyCommand
              pack={`${pack.tenant_slug}-${pack.month}.jsonl.gz`}
              sig={`${pack.tenant_slug}-${pack.month}.sig`}
            />
          </div>
        </Card>
      ))}
      {recorded.length > 0 && (
        <p className="text-xs text-ink-soft">
          {t('packs.recorded', {
            months: new Intl.ListFormat(i18n.language).format(
              recorded.map(({ month }) => monthName(month, i18n.language)),
            ),
          })}
        </p>
      )}
    </>
  );
}
