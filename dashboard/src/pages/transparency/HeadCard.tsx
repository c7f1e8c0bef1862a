/** The signed head of the log, and what this browser makes of it. */

import { useQuery } from '@tanstack/react-query';
import { Check, History, ShieldAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { bytesToHex } from '../../../../src/domain/bytes.ts';
import { CopyText } from '../../ui/CopyText.tsx';
import { cx } from '../../ui/classNames.ts';
import { Skeleton } from '../../ui/Feedback.tsx';
import { Card, Facts } from '../../ui/Layout.tsx';
import { Time } from '../../ui/Time.tsx';
import { checkContinuity, type Head } from './head.ts';

/** `note` is the checkpoint as it came; `head` what it says when its signature holds. */
export function HeadCard({ note, head }: { readonly note: string; readonly head: Head }) {
  const { t, i18n } = useTranslation('transparency');
  const continuity = useQuery({
    queryKey: ['transparency', 'continuity', note],
    enabled: head.kind === 'signed',
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: () => (head.kind === 'signed' ? checkContinuity(note, head.checkpoint) : null),
  });
  const seen = continuity.data;
  return (
    <Card title={t('head.title')}>
      <div className="grid gap-5 lg:grid-cols-2 *:min-w-0">
        <div className="space-y-3">
          <ul className="space-y-2">
            <Finding good={head.kind === 'signed'}>
              {head.kind === 'signed'
                ? t('head.signed', { keys: head.keyIds.join(', ') })
                : t('head.unsigned', { why: head.why })}
            </Finding>
            {continuity.isPending && head.kind === 'signed' && <Skeleton className="h-5 w-3/4" />}
            {continuity.isError && <Finding good={false}>{continuity.error.message}</Finding>}
            {seen?.kind === 'first' && (
              <li className="flex items-start gap-2 text-ink-soft">
                <History aria-hidden="true" className="mt-0.5 size-4 shrink-0" /> {t('head.first')}
              </li>
            )}
            {(seen?.kind === 'extends' || seen?.kind === 'lags') && (
              <Finding good>
                {t(`head.${seen.kind}`, { count: seen.size, size: seen.size.toLocaleString(i18n.language) })}{' '}
                <Time value={seen.at} format="ago" />
              </Finding>
            )}
            {head.kind === 'signed' && head.witnesses.length > 0 && (
              <Finding good>{t('head.witnesses', { names: head.witnesses.join(', ') })}</Finding>
            )}
            {head.kind === 'signed' && head.witnesses.length === 0 && (
              <li className="pl-6 text-xs text-ink-faint">{t('head.noWitness')}</li>
            )}
          </ul>
          {seen?.kind === 'fork' && (
            <div role="alert" className="space-y-2 rounded-md bg-critical-wash p-3">
              <p className="flex items-center gap-2 font-semibold text-critical">
                <ShieldAlert aria-hidden="true" className="size-4" /> {t('head.fork')}
              </p>
              <p>{t('head.forkText', { size: seen.size })}</p>
              <CopyText block text={`${seen.note}\n-----\n\n${note}`} />
            </div>
          )}
          {head.kind === 'signed' && (
            <Facts
              items={[
                [t('head.origin'), head.checkpoint.origin],
                [t('head.size'), head.checkpoint.size.toLocaleString(i18n.language)],
                [t('head.root'), <CopyText key="root" text={bytesToHex(head.checkpoint.root)} />],
              ]}
            />
          )}
        </div>
        <div className="space-y-1">
          <p className="text-xs text-ink-soft">{t('head.note')}</p>
          <CopyText block text={note.trimEnd()} />
        </div>
      </div>
    </Card>
  );
}

/** A line that holds or not; never by colour alone. */
export function Finding({ good, children }: { readonly good: boolean; readonly children: ReactNode }) {
  const { t } = useTranslation('transparency');
  const Icon = good ? Check : X;
  return (
    <li className="flex items-start gap-2">
      <Icon
        role="img"
        aria-label={t(good ? 'holds' : 'fails')}
        className={cx('mt-0.5 size-4 shrink-0', good ? 'text-good' : 'text-critical')}
      />
      <span className="min-w-0 wrap-anywhere">{children}</span>
    </li>
  );
}
