/** The list of pages on a phone, in from the side; loaded when it is first opened. */

import { Dialog as Radix } from 'radix-ui';
import { useTranslation } from 'react-i18next';
import { useFocusBack } from '../ui/useFocusBack.ts';
import { Brand } from './Brand.tsx';
import { Sidebar } from './Sidebar.tsx';

/** There while it is open; a page that is chosen closes it. */
export function PageSheet({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation('shell');
  const { remember, giveBack } = useFocusBack();
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className="dim lg:hidden" />
        <Radix.Content
          aria-describedby={undefined}
          onOpenAutoFocus={remember}
          onCloseAutoFocus={giveBack}
          className="fixed inset-y-0 left-0 z-50 w-72 overflow-y-auto border-r border-line bg-raised lg:hidden"
        >
          <Radix.Title className="sr-only">{t('menu')}</Radix.Title>
          <Brand />
          <Sidebar onNavigate={onClose} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
