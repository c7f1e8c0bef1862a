/** CVEs as a table. */

import { Link } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { SeverityBadge } from '../../ui/Badge.tsx';
import { type Column, Table } from '../../ui/Table.tsx';
import { Time } from '../../ui/Time.tsx';
import { type Cve, isScored } from './data.ts';
import { Dash, Epss, KevMarks } from './parts.tsx';

/** More would make the row tall and say little. */
const VERSIONS_SHOWN = 3;

/** The table; the name of each leads to its page. */
export function CveTable({ cves }: { readonly cves: readonly Cve[] }) {
  const { t } = useTranslation('cves');
  const withScores = cves.some(isScored);
  const columns: readonly Column<Cve>[] = [
    {
      key: 'cve',
      title: t('column.cve'),
      cell: (cve) => (
        <div className="min-w-40">
          <p className="flex flex-wrap items-center gap-1.5">
            <Link
              to="/cves/$cveId"
              params={{ cveId: cve.cve_id }}
              className="rounded-sm font-medium whitespace-nowrap tabular-nums hover:text-accent hover:underline"
            >
              {cve.cve_id}
            </Link>
            <KevMarks cve={cve} />
          </p>
          <p className="mt-0.5 line-clamp-1 text-xs break-all text-ink-faint">{cve.packages.join(', ')}</p>
        </div>
      ),
    },
    ...scoreColumns(cves, t),
    {
      key: 'open',
      title: t('column.open'),
      align: 'right',
      cell: ({ hosts_open: open }) => <span className={open > 0 ? 'font-semibold' : 'text-ink-faint'}>{open}</span>,
    },
    {
      key: 'patched',
      title: t('column.patched'),
      align: 'right',
      ...(withScores && { from: 'sm' as const }),
      cell: ({ hosts_patched: patched }) => <span className="text-ink-soft">{patched}</span>,
    },
    {
      key: 'fixed',
      title: t('column.fixed'),
      from: withScores ? 'lg' : 'md',
      cell: ({ fixed_versions: versions }) =>
        versions.length === 0 ? (
          <span className="text-ink-faint">{t('noFix')}</span>
        ) : (
          <span title={versions.join(', ')} className="font-mono text-xs text-ink-soft">
            {versions.slice(0, VERSIONS_SHOWN).join(', ')}
            {versions.length > VERSIONS_SHOWN && ' …'}
          </span>
        ),
    },
    {
      key: 'seen',
      title: t('column.seen'),
      from: withScores ? 'md' : 'sm',
      cell: ({ first_detected_at: at }) => <Time value={at} format="date" />,
    },
  ];
  return <Table label={t('list')} columns={columns} rows={cves} rowKey={({ cve_id }) => cve_id} />;
}

/** Columns of what is known of at least one: a column of dashes takes room and tells nothing. */
function scoreColumns(cves: readonly Cve[], t: TFunction<'cves'>): readonly Column<Cve>[] {
  const columns: readonly (Column<Cve> & { readonly key: 'severity' | 'cvss' | 'epss' })[] = [
    {
      key: 'severity',
      title: t('column.severity'),
      from: 'md',
      cell: ({ severity }) => (severity === null ? <Dash /> : <SeverityBadge severity={severity} />),
    },
    {
      key: 'cvss',
      title: t('column.cvss'),
      align: 'right',
      from: 'sm',
      cell: ({ cvss }) => (cvss === null ? <Dash /> : cvss.toFixed(1)),
    },
    {
      key: 'epss',
      title: <abbr title={t('epssTitle')}>{t('column.epss')}</abbr>,
      align: 'right',
      from: 'sm',
      cell: ({ epss }) => <Epss value={epss} />,
    },
  ];
  return columns.filter(({ key }) => cves.some((cve) => cve[key] !== null));
}
