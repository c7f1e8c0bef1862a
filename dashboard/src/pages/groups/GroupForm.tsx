/** What is decided about a group; who matches is shown while one decides. */

import { type ReactNode, useState } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { problemOf } from '../../api/problem.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Card } from '../../ui/Layout.tsx';
import type { Group } from './data.ts';
import { fieldsOf, type GroupFields } from './fields.ts';
import { InheritanceFields } from './InheritanceFields.tsx';
import { type DraftBlock, faultsOf, newBlock, newCondition, toDraft, toRule } from './rule/draft.ts';
import { RuleEditor } from './rule/RuleEditor.tsx';
import { RulePreview } from './rule/RulePreview.tsx';

/** `above` stands over the fields, `below` under them; `group` is null for a new one. */
export function GroupForm({
  group,
  tenantId,
  above,
  below,
  submit,
  error,
  busy,
  onSubmit,
}: {
  readonly group: Group | null;
  readonly tenantId: string | undefined;
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  readonly submit: string;
  readonly error: unknown;
  readonly busy: boolean;
  readonly onSubmit: (fields: GroupFields, draft: DraftBlock) => void;
}) {
  const { t } = useTranslation('groups');
  const { t: common } = useTranslation();
  const form = useForm<GroupFields>({ defaultValues: fieldsOf(group) });
  const [draft, setDraft] = useState(() =>
    group === null ? newBlock('all_of', [newCondition()]) : toDraft(group.rule),
  );
  const [tried, setTried] = useState(false);
  const [isBroken, setBroken] = useState(false);
  const isComplete = !isBroken && faultsOf(toRule(draft)).size === 0;
  const problem = problemOf(error);
  const { errors } = form.formState;
  return (
    <FormProvider {...form}>
      <form
        noValidate
        onSubmit={(event) => {
          setTried(true);
          void form.handleSubmit((fields) => {
            if (isComplete) onSubmit(fields, draft);
          })(event);
        }}
        className="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr]"
      >
        <div className="min-w-0 space-y-4">
          {error !== null && <Problem error={error} />}
          <Card title={t('form.basics')}>
            <div className="grid gap-3 sm:grid-cols-[minmax(0,1fr)_10rem]">
              {above}
              <TextField
                label={t('form.name')}
                maxLength={200}
                fault={errors.name?.message ?? problem?.fault('name')}
                {...form.register('name', { validate: (name) => name.trim() !== '' || common('required') })}
              />
              <TextField
                label={t('form.priority')}
                hint={t('form.priorityHint')}
                inputMode="numeric"
                fault={errors.priority?.message ?? problem?.fault('priority')}
                {...form.register('priority', { required: common('required') })}
              />
            </div>
          </Card>
          <Card title={t('form.rule')}>
            <RuleEditor draft={draft} onChange={setDraft} onBroken={setBroken} showFaults={tried} />
          </Card>
        </div>
        <RulePreview tenantId={tenantId} draft={draft} />
        <div className="min-w-0 space-y-4 lg:col-start-1">
          <InheritanceFields problem={problem} />
          {below}
          <div className="flex flex-wrap items-center justify-end gap-3">
            {tried && !isComplete && (
              <p role="alert" className="text-sm font-medium text-critical">
                {t('form.ruleFault')}
              </p>
            )}
            <Button kind="primary" type="submit" busy={busy}>
              {submit}
            </Button>
          </div>
        </div>
      </form>
    </FormProvider>
  );
}
