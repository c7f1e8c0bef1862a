/** The form of one write: a refusal stands above its fields, and it is sent once, by Enter as by its button. */

import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Button, type ButtonKind } from './Button.tsx';
import { DialogActions } from './Dialog.tsx';
import { Problem } from './Feedback.tsx';

type Write = {
  readonly isError: boolean;
  readonly isPending: boolean;
  readonly error: unknown;
  readonly mutate: () => void;
};

/** Fields, and the button that sends them. What is typed stays with the page. */
export function WriteForm({
  write,
  className = 'space-y-4',
  children,
}: {
  readonly write: Write;
  readonly className?: string;
  readonly children: ReactNode;
}) {
  return (
    <form
      className={className}
      onSubmit={(event) => {
        event.preventDefault();
        if (!write.isPending) write.mutate();
      }}
    >
      {write.isError && <Problem error={write.error} />}
      {children}
    </form>
  );
}

/** The end of a form in a dialog: leave it, or send it. Without words of its own it saves. */
export function FormActions({
  onCancel,
  busy,
  kind = 'primary',
  disabled,
  children,
}: {
  readonly onCancel: () => void;
  readonly busy: boolean;
  readonly kind?: ButtonKind;
  readonly disabled?: boolean;
  readonly children?: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <DialogActions>
      <Button onClick={onCancel}>{t('cancel')}</Button>
      <Button type="submit" kind={kind} busy={busy} disabled={disabled}>
        {children ?? t('save')}
      </Button>
    </DialogActions>
  );
}
