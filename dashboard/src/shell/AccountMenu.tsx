/** Top right: the button of the account. Its menu comes when somebody is about to open it. */

import { CircleUser } from 'lucide-react';
import { lazy, Suspense, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { BAR_BUTTON } from './barButton.ts';

const AccountMenuList = lazy(() =>
  import('./AccountMenuList.tsx').then(({ AccountMenuList }) => ({ default: AccountMenuList })),
);

/** Who one is, the theme, the language, and the way out. */
export function AccountMenu() {
  const { t } = useTranslation('shell');
  const [open, setOpen] = useState(false);
  const [wanted, setWanted] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const want = (): void => setWanted(true);
  const set = (next: boolean): void => {
    want();
    setOpen(next);
  };
  return (
    <div className="relative">
      <button
        ref={button}
        id={id}
        type="button"
        className={BAR_BUTTON}
        aria-label={t('account')}
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => set(!open)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return;
          event.preventDefault();
          set(true);
        }}
        onPointerEnter={want}
        onFocus={want}
      >
        <CircleUser aria-hidden="true" />
      </button>
      {wanted && (
        <Suspense>
          <AccountMenuList open={open} onOpenChange={setOpen} button={button} labelledBy={id} />
        </Suspense>
      )}
    </div>
  );
}
