/** The files of a report that is built, and the way to verify it. */

import { Download, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { fileHref } from '../../api/download.ts';
import { ButtonAnchor, ButtonLink } from '../../ui/Button.tsx';
import type { Report } from './reportQueries.ts';

const FORMATS = ['pdf', 'jsonl', 'sig', 'manifest'] as const;

/** Each is a download. */
export function ReportFiles({ report }: { readonly report: Report }) {
  const { t } = useTranslation('reports');
  return (
    <div className="flex flex-wrap gap-2 lg:justify-end">
      {FORMATS.map((format) => (
        <ButtonAnchor
          key={format}
          size="sm"
          href={fileHref(`/reports/${report.id}/download`, { format })}
          download
          aria-label={t('fileOf', { file: t(`file.${format}`), title: report.title })}
        >
          <Download aria-hidden="true" /> {t(`file.${format}`)}
        </ButtonAnchor>
      ))}
      <ButtonLink size="sm" to="/verify" search={{ report: report.id }}>
        <ShieldCheck aria-hidden="true" /> {t('verify')}
      </ButtonLink>
    </div>
  );
}
