/** Why something is done. */

import { useTranslation } from 'react-i18next';
import { TextArea } from '../../ui/Field.tsx';

/** The reason of an action; the hub asks for ten characters at least. */
export function ReasonField({
  value,
  onChange,
  fault,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly fault: string | undefined;
}) {
  const { t } = useTranslation('emergency');
  const { t: common } = useTranslation();
  return (
    <TextArea
      label={common('reason.label')}
      hint={t('new.reasonHint')}
      fault={fault}
      required
      minLength={10}
      maxLength={1000}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}
