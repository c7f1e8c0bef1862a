/** Chooses an action and asks for what its kind needs. */

import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ActionKind } from '../../../../src/domain/eatLevels.ts';
import { api, ask } from '../../api/client.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { ParameterFields } from '../../ui/ParameterFields.tsx';
import { type ActionDraft, emptyDraft, type Playbook, STEP_FIELDS } from './actions.ts';

/** The playbooks that may run now, by slug; of two under one slug the hub runs the first. */
export function useRunnablePlaybooks(): readonly Playbook[] | undefined {
  const { data } = useQuery({
    queryKey: ['playbooks'],
    queryFn: ({ signal }) => ask(api.GET('/playbooks', { signal })),
  });
  return data?.items.filter(({ approved_version }) => approved_version !== null);
}

/** Kind, then its own fields. `kinds` are those offered. */
export function ActionFields({
  kinds,
  draft,
  playbooks,
  onChange,
}: {
  readonly kinds: readonly ActionKind[];
  readonly draft: ActionDraft;
  readonly playbooks: readonly Playbook[] | undefined;
  readonly onChange: (draft: ActionDraft) => void;
}) {
  const { t } = useTranslation('emergency');
  const playbook = playbooks?.find(({ id }) => id === draft.playbookId);
  const setField = (name: string, value: string): void =>
    onChange({ ...draft, fields: { ...draft.fields, [name]: value } });
  return (
    <>
      <SelectField
        label={t('new.action')}
        value={draft.kind}
        onChange={(event) => onChange(emptyDraft(event.target.value as ActionKind))}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {t(`action.${kind}`)}
          </option>
        ))}
      </SelectField>
      {draft.kind === 'run_playbook' ? (
        <>
          <SelectField
            label={t('new.playbook')}
            required
            value={draft.playbookId}
            {...(playbook !== undefined && { hint: playbook.description })}
            onChange={(event) => onChange(emptyDraft('run_playbook', event.target.value))}
          >
            <option value="">{t('new.playbookPick')}</option>
            {playbooks?.map(({ id, name, slug }) => (
              <option key={id} value={id}>
                {name} ({slug})
              </option>
            ))}
          </SelectField>
          {playbook !== undefined && (
            <ParameterFields parameters={playbook.parameters} values={draft.fields} onChange={setField} />
          )}
        </>
      ) : (
        STEP_FIELDS[draft.kind].map(({ name, type, required }) => (
          <TextField
            key={name}
            label={t(`field.${name}`)}
            {...(name !== 'pid' && name !== 'version' && { hint: t(`field.${name}_hint`) })}
            {...(type === 'integer' && { type: 'number', min: 0, step: 1 })}
            required={required}
            spellCheck={false}
            autoComplete="off"
            value={draft.fields[name] ?? ''}
            onChange={(event) => setField(name, event.target.value)}
          />
        ))
      )}
    </>
  );
}
