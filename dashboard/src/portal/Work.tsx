/** What the provider did for the client in a month, in plain sentences. */

import { useQuery } from '@tanstack/react-query';
import { BellRing, Bug, ChevronLeft, ChevronRight, Siren } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Badge, SeverityBadge } from '../ui/Badge.tsx';
import { Button } from '../ui/Button.tsx';
import { Problem, SkeletonRows } from '../ui/Feedback.tsx';
import { addMonths, monthIn, monthName, monthOf } from '../ui/month.ts';
import { Time, useNow } from '../ui/Time.tsx';
import { go, hrefOf } from './location.ts';
import { PortalPage } from './PortalPage.tsx';
import { workQuery } from './portalQueries.ts';
import { WorkList } from './WorkList.tsx';
import { alertsTitle, cvesTitle, eatSentence, eatsTitle, endOf } from './workWords.ts';

/** `month` as the address has it; anything else is the present one. */
export function Work({ month: asked }: { readonly month: string | null }) {
  const { t, i18n } = useTranslation('portal');
  const present = monthOf(useNow(60));
  const month = monthIn(asked) ?? present;
  const work = useQuery(workQuery(month));
  const step = (by: number): void => go(hrefOf('work', { month: addMonths(month, by) }));
  const { data } = work;
  return (
    <PortalPage
      title={t('page.work')}
      lead={t('work.lead')}
      actions={
        <div className="flex items-center gap-1">
          <Button kind="quiet" aria-label={t('work.earlier')} onClick={() => step(-1)}>
            <ChevronLeft aria-hidden="true" />
          </Button>
          <span aria-live="polite" className="min-w-32 text-center font-semibold">
            {monthName(month, i18n.language)}
          </span>
          <Button kind="quiet" aria-label={t('work.later')} disabled={month >= present} onClick={() => step(1)}>
            <ChevronRight aria-hidden="true" />
          </Button>
        </div>
      }
    >
      {work.isError && <Problem error={work.error} onRetry={() => void work.refetch()} />}
      {work.isPending && <SkeletonRows rows={10} className="h-16" />}
      {data !== undefined && (
        <>
          <WorkList
            icon={<Siren aria-hidden="true" />}
            title={eatsTitle(data.eats, t)}
            none={t('work.noEats')}
            rows={data.eats}
            rowKey={(eat) => eat.nonce}
            row={(eat) => (
              <>
                <p>
                  <span className="font-medium wrap-anywhere">{eatSentence(eat, t)}</span>{' '}
                  <Badge tone={eat.outcome === 'succeeded' ? 'good' : 'medium'}>
                    {t(`outcome.${endOf(eat) ?? 'silent'}`)}
                  </Badge>
                </p>
                <p className="text-xs text-ink-soft">
                  {eat.reason} · <Time value={eat.issued_at} />
                </p>
              </>
            )}
          />
          <WorkList
            icon={<Bug aria-hidden="true" />}
            title={cvesTitle(data.cves, t)}
            none={t('work.noCves')}
            rows={data.cves}
            rowKey={(cve) => cve.cve_id}
            row={(cve) => (
              <>
                <p>
                  {t('work.cve', { id: cve.cve_id, packages: cve.packages.join(', '), count: cve.hosts_patched })}{' '}
                  {cve.kev && <Badge tone="critical">{t('work.exploited')}</Badge>}
                </p>
                <p className="text-xs text-ink-soft">
                  <Time value={cve.last_patched_at} format="date" />
                  {cve.hosts_open > 0 && ` · ${t('work.stillOpen', { count: cve.hosts_open })}`}
                </p>
              </>
            )}
          />
          <WorkList
            icon={<BellRing aria-hidden="true" />}
            title={alertsTitle(data.alerts, t)}
            none={t('work.noAlerts')}
            rows={data.alerts}
            rowKey={(alert) => alert.id}
            row={(alert) => (
              <>
                <p>
                  <SeverityBadge severity={alert.severity} /> {alert.title}
                </p>
                <p className="text-xs text-ink-soft">
                  {alert.resolved_by_kind !== 'person'
                    ? t('work.resolvedItself')
                    : alert.resolved_by_email === null
                      ? t('work.resolvedByProvider')
                      : t('work.resolvedBy', { email: alert.resolved_by_email })}{' '}
                  · <Time value={alert.resolved_at} />
                  {alert.resolution !== null && ` · ${alert.resolution}`}
                </p>
              </>
            )}
          />
        </>
      )}
    </PortalPage>
  );
}
