/** Marks and numbers of a CVE. */

import { useTranslation } from 'react-i18next';
import { Badge } from '../../ui/Badge.tsx';
import type { Cve } from './data.ts';

/** Known exploited, and by ransomware. */
export function KevMarks({ cve }: { readonly cve: Pick<Cve, 'kev' | 'ransomware'> }) {
  const { t } = useTranslation('cves');
  return (
    <>
      {cve.kev && (
        <Badge tone="critical" title={t('kevTitle')}>
          {t('kev')}
        </Badge>
      )}
      {cve.ransomware && (
        <Badge tone="high" title={t('ransomwareTitle')}>
          {t('ransomware')}
        </Badge>
      )}
    </>
  );
}

/** A probability in percent; a dash where nobody has said. */
export function Epss({ value }: { readonly value: number | null }) {
  const { t, i18n } = useTranslation('cves');
  if (value === null) return <Dash />;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 }).format(value);
  return <span title={t('epssTitle')}>{percent}</span>;
}

/** Not known. */
export function Dash() {
  const { t } = useTranslation();
  return (
    <span className="text-ink-faint">
      <span aria-hidden="true">—</span>
      <span className="sr-only">{t('unknown')}</span>
    </span>
  );
}
