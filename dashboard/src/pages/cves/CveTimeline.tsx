/** The life of a CVE on each host, drawn as one bar a host from when it was seen to when it was patched. */

import { useTranslation } from 'react-i18next';
import { dateLocale } from '../../i18n.ts';
import { useTenantName } from '../../session.ts';
import { cx } from '../../ui/classNames.ts';
import { useNow } from '../../ui/Time.tsx';
import type { CveHost } from './data.ts';

/** A longer chart tells no more than the table. */
const SHOWN = 40;
const TICKS = 4;

/** The chart. It is a picture; the table under it has the values. */
export function CveTimeline({
  hosts,
  withTenant,
}: {
  readonly hosts: readonly CveHost[];
  readonly withTenant: boolean;
}) {
  const { t, i18n } = useTranslation('cves');
  const tenantName = useTenantName();
  const now = useNow(3_600);
  const day = new Intl.DateTimeFormat(dateLocale(i18n.language), { dateStyle: 'medium' });
  const shown = hosts.slice(0, SHOWN);
  const from = Math.min(...hosts.map((host) => Date.parse(host.detected_at)));
  const span = Math.max(now - from, 1);
  const at = (ms: number): number => Math.min(100, Math.max(0, ((ms - from) / span) * 100));
  const patched = hosts.filter(({ patched_at }) => patched_at !== null).length;
  const label = t('detail.timelineLabel', {
    hosts: hosts.length,
    from: day.format(from),
    to: t('detail.today'),
    open: hosts.length - patched,
    patched,
  });
  const ticks = Array.from({ length: TICKS }, (_, index) => index / TICKS);
  return (
    <div role="img" aria-label={label} className="space-y-1">
      <div className="grid grid-cols-[minmax(5rem,9rem)_1fr] sm:grid-cols-[minmax(5rem,14rem)_1fr] gap-x-3 gap-y-1.5">
        {shown.map((host) => (
          <Bar
            key={`${host.agent_id}${host.source}${host.package}`}
            host={host}
            name={withTenant ? `${host.hostname} · ${tenantName(host.tenant_id)}` : host.hostname}
            left={at(Date.parse(host.detected_at))}
            right={host.patched_at === null ? 100 : at(Date.parse(host.patched_at))}
          />
        ))}
        <span />
        <div className="relative h-5 border-t border-line text-2xs text-ink-faint">
          {ticks.map((tick, index) => (
            <span
              key={tick}
              className={cx('absolute top-1 whitespace-nowrap', index > 0 && '-translate-x-1/2 max-sm:hidden')}
              style={{ left: `${tick * 100}%` }}
            >
              {day.format(from + tick * span)}
            </span>
          ))}
          <span className="absolute top-1 right-0">{t('detail.today')}</span>
        </div>
      </div>
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 pt-1 text-xs text-ink-soft">
        <span className="flex items-center gap-1.5">
          <span className="h-2 w-6 rounded-sm bg-high/75" /> {t('detail.legendOpen')}
        </span>
        <span className="flex items-center gap-1.5">
          <span className="h-2 w-6 rounded-sm border-r-2 border-good bg-line-strong/60" /> {t('detail.legendPatched')}
        </span>
        {hosts.length > SHOWN && <span>{t('detail.timelineMore', { shown: SHOWN, count: hosts.length })}</span>}
      </p>
    </div>
  );
}

function Bar({
  host,
  name,
  left,
  right,
}: {
  readonly host: CveHost;
  readonly name: string;
  readonly left: number;
  readonly right: number;
}) {
  return (
    <>
      <span className="truncate text-xs text-ink-soft">{name}</span>
      <span className="relative h-4">
        <span className="absolute inset-x-0 top-1/2 h-px bg-line" />
        <span
          className={cx(
            'absolute top-1 h-2 min-w-1 rounded-sm',
            host.patched_at === null ? 'bg-high/75' : 'border-r-2 border-good bg-line-strong/60',
          )}
          style={{ left: `${left}%`, width: `${Math.max(0, right - left)}%` }}
        />
      </span>
    </>
  );
}
