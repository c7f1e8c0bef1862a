/** The dialog at the end of an impersonation: it has one way out. */

import { AlertDialog } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';
import { Problem } from '../ui/Feedback.tsx';
import { useEndImpersonation } from './ImpersonationBanner.tsx';

/** `client` is the name of the tenant, null when nobody may be asked for it any more. */
export function ImpersonationOverDialog({ client }: { readonly client: string | null }) {
  const { t } = useTranslation('shell');
  const end = useEndImpersonation();
  return (
    <AlertDialog.Root open>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="dim" />
        <AlertDialog.Content className="fixed top-1/2 left-1/2 z-50 w-[calc(100%-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 space-y-3 rounded-xl border border-line bg-raised p-5 shadow-2xl">
          <AlertDialog.Title className="text-base font-semibold">
            {client === null ? t('impersonation.overUnnamed') : t('impersonation.over', { name: client })}
          </AlertDialog.Title>
          <AlertDialog.Description className="text-ink-soft">{t('impersonation.overText')}</AlertDialog.Description>
          {end.isError && <Problem error={end.error} />}
          <div className="flex justify-end">
            <Button kind="primary" busy={end.isPending} onClick={() => end.mutate()}>
              {t('impersonation.toCockpit')}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
