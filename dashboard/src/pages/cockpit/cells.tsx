/** What a tenant's row says beside its urgency: Trust Score, top alert, top kernel CVE, hosts. */

import { useTranslation } from 'react-i18next';
import { Badge, SeverityBadge } from '../../ui/Badge.tsx';
import { Delta } from '../../ui/Delta.tsx';
import { formatNumber } from '../../ui/number.ts';
import { PlainLink } from '../../ui/PlainLink.tsx';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { timeSpan } from '../../ui/Time.tsx';
import type { CockpitRow } from './cockpitQueries.ts';

type Cell = { readonly row: CockpitRow };

/** Current score, how it changed in 24 hours, and fourteen days of it. */
export function ScoreCell({ row: { trust_score, tenant } }: Cell) {
  const { t, i18n } = useTranslation('cockpit');
  const { current, delta_24h, sparkline } = trust_score;
  if (current === null) return <span className="text-xs text-ink-faint">{t('score.none')}</span>;
  const points = sparkline.filter((point) => point !== null);
  return (
    <div>
      <p className="flex items-baseline gap-1.5">
        <span className="text-base leading-5 font-semibold tabular-nums">
          {formatNumber(current, i18n.language, { least: 1 })}
        </span>
        <Delta value={delta_24h} />
      </p>
      <Sparkline
        values={points}
        label={t('score.sparkline', {
          name: tenant.name,
          from: Math.round(points[0] ?? current),
          to: Math.round(current),
        })}
        width={104}
        height={18}
      />
    </div>
  );
}

const SLA_TONES = { ok: 'neutral', due_soon: 'medium', breached: 'critical' } as const;

/** The worst and oldest open alert, with its SLA clock. */
export function AlertCell({ row: { top_alert: alert, tenant } }: Cell) {
  const { t } = useTranslation('cockpit');
  if (alert === null) return <span className="text-xs text-ink-faint">{t('alert.none')}</span>;
  return (
    <div className="min-w-0 space-y-0.5">
      <PlainLink
        href={`/alerts/${alert.id}?tenant=${tenant.id}`}
        title={alert.title}
        className="block truncate py-0.5 hover:underline"
      >
        {alert.title}
      </PlainLink>
      <p className="flex items-center gap-1.5 text-2xs whitespace-nowrap text-ink-faint">
        <SeverityBadge severity={alert.severity} />
        <Badge tone={SLA_TONES[alert.sla_state]}>{t(`alert.sla.${alert.sla_state}`)}</Badge>
        <span className="truncate">{t('alert.age', { span: timeSpan(alert.age_minutes * 60) })}</span>
      </p>
    </div>
  );
}

/** The kernel CVE to patch first, and the version that has the fix. */
export function CveCell({ row: { top_kernel_cve: cve, tenant } }: Cell) {
  const { t } = useTranslation('cockpit');
  if (cve === null) return <span className="text-xs text-ink-faint">{t('cve.none')}</span>;
  return (
    <div className="min-w-0">
      <p className="flex items-center gap-1.5">
        <PlainLink
          href={`/cves/${cve.id}?tenant=${tenant.id}`}
          className="truncate py-1 font-mono text-xs leading-4 hover:underline"
        >
          {cve.id}
        </PlainLink>
        {cve.kev && (
          <Badge tone="critical" title={t('cve.kevTitle')}>
            KEV
          </Badge>
        )}
      </p>
      <p className="truncate text-2xs text-ink-faint" title={cve.fixed_versions.join(', ')}>
        {t('cve.hosts', { count: cve.hosts })}
        {cve.fixed_version !== null && ` · ${t('cve.fixed', { version: cve.fixed_version })}`}
      </p>
    </div>
  );
}

/** Hosts that report, those that are silent, and emergency tokens without a result. */
export function HostsCell({ row: { agents, overdue_eats, tenant } }: Cell) {
  const { t } = useTranslation('cockpit');
  return (
    <div className="text-xs whitespace-nowrap">
      <PlainLink href={`/hosts?tenant=${tenant.id}`} className="block py-1 leading-4 hover:underline">
        {t('hosts.active', { count: agents.active })}
        {agents.offline > 0 && <span className="font-medium text-high"> · {t('hosts.offline', agents)}</span>}
      </PlainLink>
      {overdue_eats > 0 && (
        <PlainLink
          href={`/emergency?tenant=${tenant.id}`}
          className="block py-1 leading-4 font-medium text-critical hover:underline"
        >
          {t('hosts.overdue', { count: overdue_eats })}
        </PlainLink>
      )}
    </div>
  );
}
