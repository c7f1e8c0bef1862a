/** Ten codes for the day the phone is lost, shown once. */

import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ButtonAnchor } from '../../ui/Button.tsx';

/** The codes, to be saved as a file or on paper. */
export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const { t } = useTranslation('settings');
  const file = `data:text/plain;charset=utf-8,${encodeURIComponent(`${codes.join('\n')}\n`)}`;
  return (
    <div role="status" className="space-y-3">
      <p className="text-ink-soft">{t('security.recoveryShown')}</p>
      <ol className="grid grid-cols-2 gap-1.5 rounded-md bg-sunken p-3 font-mono text-sm">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <ButtonAnchor href={file} download="monsys-recovery-codes.txt">
        <Download aria-hidden="true" /> {t('security.saveCodes')}
      </ButtonAnchor>
    </div>
  );
}
