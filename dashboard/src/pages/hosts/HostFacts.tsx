/** What a host is: system, hardware, disks, ports, tags. */

import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { cx } from '../../ui/classNames.ts';
import { EmptyState } from '../../ui/Feedback.tsx';
import { Card, Facts } from '../../ui/Layout.tsx';
import { Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import type { HostDetail } from './hostQueries.ts';
import { bytes, inventoryOf } from './inventory.ts';
import { TagsEditor } from './TagsEditor.tsx';

/** The first tab of a host. */
export function HostFacts({ host }: { readonly host: HostDetail }) {
  const { t, i18n } = useTranslation('hosts');
  const { t: common } = useTranslation();
  const mayWrite = useCan()('agents.write');
  const { cpu, memory, disks = [], listening_ports: ports = [], failed_units: failed = [] } = inventoryOf(host);
  const size = (value: number): string => bytes(value, i18n.language);
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Card title={t('facts.system')} actions={mayWrite && <TagsEditor host={host} />}>
        <Facts
          items={[
            [t('columns.os'), host.os_name ?? '—'],
            [t('columns.kernel'), <code key="kernel">{host.kernel_release ?? '—'}</code>],
            [t('facts.upstream'), <code key="upstream">{host.kernel_upstream ?? common('unknown')}</code>],
            [t('facts.arch'), host.arch ?? '—'],
            [t('columns.version'), host.agent_version],
            [t('columns.lastSeen'), <Time key="seen" value={host.last_seen_at} format="ago" />],
            [t('facts.registered'), <Time key="registered" value={host.registered_at} />],
            [t('facts.inventory'), <Time key="inventory" value={host.inventory_at} />],
            [
              t('columns.tags'),
              host.tags.length === 0 ? (
                common('none')
              ) : (
                <span key="tags" className="flex flex-wrap gap-1">
                  {host.tags.map((tag) => (
                    <Badge key={tag}>{tag}</Badge>
                  ))}
                </span>
              ),
            ],
            ...(host.maintenance_until === null
              ? []
              : [[t('facts.maintenance'), <Time key="maintenance" value={host.maintenance_until} />] as const]),
          ]}
        />
      </Card>
      <Card title={t('facts.hardware')}>
        {host.inventory === null ? (
          <EmptyState title={t('facts.noInventory')}>{t('facts.noInventoryText')}</EmptyState>
        ) : (
          <div className="space-y-4">
            <Facts
              items={[
                [t('facts.cpu'), cpu === undefined ? '—' : `${cpu.cores ?? '?'} × ${cpu.model ?? common('unknown')}`],
                [
                  t('facts.memory'),
                  memory?.total_bytes === undefined
                    ? '—'
                    : t('facts.memoryOf', {
                        total: size(memory.total_bytes),
                        free: size(memory.available_bytes ?? 0),
                      }),
                ],
                [t('facts.failed'), failed.length === 0 ? common('none') : failed.join(', ')],
              ]}
            />
            <ul className="space-y-3">
              {disks.map((disk) => (
                <Disk key={disk.mount} name={disk.mount} used={disk.used_bytes} total={disk.size_bytes} size={size} />
              ))}
            </ul>
          </div>
        )}
      </Card>
      {ports.length > 0 && (
        <Card title={t('facts.ports')} flush className="lg:col-span-2">
          <Table
            label={t('facts.ports')}
            rows={ports}
            rowKey={({ protocol, address, port }) => `${protocol} ${address} ${port}`}
            columns={[
              { key: 'port', title: t('facts.port'), cell: ({ port, protocol }) => `${port}/${protocol}` },
              { key: 'address', title: t('facts.address'), cell: ({ address }) => <code>{address}</code> },
              { key: 'process', title: t('facts.process'), cell: ({ process }) => process ?? '—' },
            ]}
          />
        </Card>
      )}
    </div>
  );
}

/** Nearly full from here on. */
const FULL = 0.9;

function Disk({
  name,
  used,
  total,
  size,
}: {
  readonly name: string;
  readonly used: number;
  readonly total: number;
  readonly size: (value: number) => string;
}) {
  const { t } = useTranslation('hosts');
  const share = total === 0 ? 0 : used / total;
  return (
    <li className="space-y-1 text-xs">
      <p className="flex justify-between gap-3">
        <code>{name}</code>
        <span className="text-ink-soft tabular-nums">
          {t('facts.diskOf', { used: size(used), total: size(total), percent: Math.round(share * 100) })}
        </span>
      </p>
      <div aria-hidden="true" className="h-1.5 overflow-hidden rounded-full bg-neutral-wash">
        <div
          className={cx('h-full rounded-full', share >= FULL ? 'bg-critical' : 'bg-accent')}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </li>
  );
}
