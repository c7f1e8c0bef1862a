/** Making or changing an escalation policy. */

import { useMutation } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { MAX_LEVELS, MAX_REPEATS } from '../../../../src/domain/escalation.ts';
import type { Severity } from '../../../../src/domain/severity.ts';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, SelectField, TextField } from '../../ui/Field.tsx';
import { SeverityOptions } from '../../ui/Options.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';
import { moved } from './draft.ts';
import { emptyLevel, type LevelDraft, LevelFields, levelDraft, levelOf } from './LevelFields.tsx';
import type { Policy } from './queries.ts';

/** Without a policy it makes one. Open alerts keep the policy of their opening. */
export function PolicyForm({
  policy,
  onClose,
  onSaved,
}: {
  readonly policy: Policy | null;
  readonly onClose: () => void;
  readonly onSaved: (name: string) => void;
}) {
  const { t } = useTranslation('onCall');
  const [name, setName] = useState(policy?.name ?? '');
  const [severity, setSeverity] = useState<Severity>(policy?.minimum_severity ?? 'high');
  const [repeats, setRepeats] = useState(policy?.repeats ?? 1);
  const [isDefault, setIsDefault] = useState(policy?.is_default ?? false);
  const [levels, setLevels] = useState<readonly LevelDraft[]>(
    () => policy?.levels.map(levelDraft) ?? [emptyLevel('schedule')],
  );
  const save = useMutation({
    mutationFn: () => {
      const body = {
        name,
        minimum_severity: severity,
        repeats,
        is_default: isDefault,
        levels: levels.map(levelOf),
      };
      return policy === null
        ? ask(api.POST('/escalation-policies', { body }))
        : ask(api.PUT('/escalation-policies/{id}', { params: { path: { id: policy.id } }, body }));
    },
    onSuccess: (saved) => onSaved(saved.name),
  });
  const fault = (...path: (string | number)[]): string | undefined => problemOf(save.error)?.fault(...path);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={policy === null ? t('policy.new') : t('policy.editName', { name: policy.name })}
      description={t('policy.formLead')}
      wide
    >
      <WriteForm write={save}>
        <div className="grid gap-3 sm:grid-cols-[minmax(0,2fr)_minmax(0,1fr)_minmax(0,1fr)]">
          <TextField
            label={t('policy.name')}
            required
            maxLength={200}
            value={name}
            fault={fault('name')}
            onChange={({ target }) => setName(target.value)}
          />
          <SelectField
            label={t('policy.severity')}
            value={severity}
            fault={fault('minimum_severity')}
            onChange={({ target }) => setSeverity(target.value as Severity)}
          >
            <SeverityOptions />
          </SelectField>
          <TextField
            label={t('policy.repeats')}
            type="number"
            required
            min={0}
            max={MAX_REPEATS}
            value={Number.isNaN(repeats) ? '' : repeats}
            fault={fault('repeats')}
            onChange={({ target }) => setRepeats(target.valueAsNumber)}
          />
        </div>
        {levels.map((level, index) => (
          <LevelFields
            key={level.key}
            level={level}
            index={index}
            count={levels.length}
            fault={(...path) => fault('levels', index, ...path)}
            onChange={(next) => setLevels(levels.with(index, next))}
            onMove={(step) => setLevels(moved(levels, index, step))}
            onRemove={() => setLevels(levels.filter(({ key }) => key !== level.key))}
          />
        ))}
        {levels.length < MAX_LEVELS && (
          <Button size="sm" onClick={() => setLevels([...levels, emptyLevel('admins')])}>
            <Plus aria-hidden="true" /> {t('policy.addLevel')}
          </Button>
        )}
        <Checkbox
          label={t('policy.isDefault')}
          hint={t('policy.isDefaultHint')}
          checked={isDefault}
          onChange={({ target }) => setIsDefault(target.checked)}
        />
        <FormActions onCancel={onClose} busy={save.isPending} />
      </WriteForm>
    </Dialog>
  );
}
