/** A text to take along, such as a key or a command. */

import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from './Button.tsx';
import { cx } from './classNames.ts';

/** A button that copies `text`; `label` names what it copies where that is not plain from its place. */
export function CopyButton({ text, label }: { readonly text: string; readonly label?: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  };
  const words = copied ? t('copied') : t('copy');
  return (
    <Button
      kind="quiet"
      size="sm"
      onClick={() => void copy()}
      aria-label={label === undefined ? words : `${words}: ${label}`}
    >
      {copied ? <Check aria-hidden="true" /> : <Copy aria-hidden="true" />}
    </Button>
  );
}

/** Shows `text` in monospace with a button that copies it. */
export function CopyText({ text, block = false }: { readonly text: string; readonly block?: boolean }) {
  return (
    <div className={cx('flex min-w-0 items-center gap-1', block && 'rounded-md border border-line bg-sunken p-2')}>
      <code className={cx('min-w-0 flex-1 font-mono text-xs', block ? 'break-all whitespace-pre-wrap' : 'truncate')}>
        {text}
      </code>
      <CopyButton text={text} />
    </div>
  );
}
