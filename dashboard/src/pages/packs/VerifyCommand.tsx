/** The exact command line that checks a file without the hub. */

import { useTranslation } from 'react-i18next';
import { CopyText } from '../../ui/CopyText.tsx';

/** A word of a POSIX shell, quoted only where it needs to be. */
function shellWord(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** `pack` and `sig` are names of files; the key is the one of the hub that serves this page. */
export function VerifyCommand({ pack, sig }: { readonly pack: string; readonly sig: string }) {
  const { t } = useTranslation('packs');
  const command = `./monsys-verify-eat-linux-x64 verify-pack --pack ${shellWord(pack)} --sig ${shellWord(sig)} --pubkey ${location.origin}/pubkeys/hub.pub`;
  return (
    <div className="space-y-1">
      <p className="text-xs text-ink-soft">{t('command')}</p>
      <CopyText block text={command} />
    </div>
  );
}
