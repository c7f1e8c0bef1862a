/** The signed texts of a token, to copy and check elsewhere. */

import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/CopyText.tsx';
import { Card } from '../../ui/Layout.tsx';
import type { EatEvidence } from './queries.ts';

/** Token, result and both signatures, exactly as they were signed. */
export function Proof({ eat }: { readonly eat: EatEvidence }) {
  const { t } = useTranslation('emergency');
  return (
    <Card title={t('eat.proof')}>
      <div className="space-y-3">
        {eat.token === null ? (
          <p className="text-ink-soft">{t('eat.noToken')}</p>
        ) : (
          <>
            <Text label={t('eat.token')} text={eat.token} />
            <Text label={t('eat.signature')} text={eat.signature ?? ''} />
          </>
        )}
        {eat.result === null ? (
          eat.token !== null && <p className="text-ink-soft">{t('eat.noResult')}</p>
        ) : (
          <>
            <Text label={t('eat.result')} text={eat.result} />
            <Text label={t('eat.resultSignature')} text={eat.result_signature ?? ''} />
            <Text label={t('eat.hostKey')} text={eat.agent_public_key} />
          </>
        )}
      </div>
    </Card>
  );
}

function Text({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div>
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-xs font-medium text-ink-soft">{label}</h3>
        <CopyButton text={text} label={label} />
      </div>
      <pre
        // A part that scrolls must be reachable by keyboard (WCAG 2.1.1).
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
        tabIndex={0}
        role="region"
        aria-label={label}
        className="max-h-48 overflow-y-auto rounded-md border border-line bg-sunken p-2 font-mono text-xs break-all whitespace-pre-wrap"
      >
        {text}
      </pre>
    </div>
  );
}
