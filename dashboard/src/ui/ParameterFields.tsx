/** Fields for the parameters of a playbook, by their types. */

import { useTranslation } from 'react-i18next';
import type { Item } from '../api/client.ts';
import { SelectField, TextField } from './Field.tsx';

/** One field each; the default is shown where nothing is typed. */
export function ParameterFields({
  parameters,
  values,
  onChange,
}: {
  readonly parameters: Item<'/playbooks'>['parameters'];
  readonly values: Readonly<Record<string, string>>;
  readonly onChange: (name: string, value: string) => void;
}) {
  const { t } = useTranslation();
  return parameters.map(({ name, type, required, default: preset, description }) => {
    const isNeeded = required && preset === undefined;
    const around = {
      label: isNeeded ? name : `${name} (${t('optional')})`,
      ...(description !== undefined && { hint: description }),
      value: values[name] ?? '',
      required: isNeeded,
      onChange: (event: { readonly target: { readonly value: string } }) => onChange(name, event.target.value),
    };
    if (type === 'boolean')
      return (
        <SelectField key={name} {...around}>
          <option value="">{preset === undefined ? '—' : t(preset === true ? 'yes' : 'no')}</option>
          <option value="true">{t('yes')}</option>
          <option value="false">{t('no')}</option>
        </SelectField>
      );
    return (
      <TextField
        key={name}
        {...around}
        {...(type === 'integer' && { type: 'number', step: 1 })}
        {...(preset !== undefined && { placeholder: String(preset) })}
        spellCheck={false}
        autoComplete="off"
      />
    );
  });
}
