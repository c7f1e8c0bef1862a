/** The runbook of a group: written, previewed, and every version of it. */

import { useQuery } from '@tanstack/react-query';
import { BookOpen } from 'lucide-react';
import { useForm, useWatch } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { problemOf } from '../../api/problem.ts';
import { useCan } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState, Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Card } from '../../ui/Layout.tsx';
import { SafeHtml } from '../../ui/SafeHtml.tsx';
import { definitionOf, type GroupWithRunbook, useReplaceGroup } from './data.ts';
import { RunbookEditor } from './RunbookEditor.tsx';
import { RunbookVersion } from './RunbookVersion.tsx';
import { RunbookVersions } from './RunbookVersions.tsx';
import { groupRoute } from './routes.tsx';
import { runbookQuery } from './runbook.ts';

/** The tab: the editor for who may write, else the text; beside it the versions. */
export function RunbookTab({ group }: { readonly group: GroupWithRunbook }) {
  const { version } = groupRoute.useSearch();
  const canWrite = useCan()('groups.write');
  const isOld = version !== undefined && version !== group.runbook_version;
  return (
    <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_18rem]">
      {isOld ? (
        <RunbookVersion group={group} version={version} />
      ) : canWrite ? (
        <Editor key={group.runbook_version} group={group} />
      ) : (
        <Reader group={group} />
      )}
      <RunbookVersions group={group} shown={isOld ? version : group.runbook_version} />
    </div>
  );
}

function Editor({ group }: { readonly group: GroupWithRunbook }) {
  const { t } = useTranslation('groups');
  const { register, control, handleSubmit, formState } = useForm({ defaultValues: { text: group.runbook_md } });
  const text = useWatch({ control, name: 'text' });
  const save = useReplaceGroup(group.id, ({ runbook_version: version }) =>
    toast.success(t('runbook.saved', { version })),
  );
  const fault = problemOf(save.error)?.fault('runbook_md');
  return (
    <Card title={t('runbook.title')}>
      <form
        className="space-y-3"
        onSubmit={handleSubmit((fields) => save.mutate({ ...definitionOf(group), runbook_md: fields.text }))}
      >
        {save.isError && fault === undefined && <Problem error={save.error} />}
        <RunbookEditor text={text} fault={fault} {...register('text')} />
        <div className="flex justify-end">
          <Button kind="primary" type="submit" busy={save.isPending} disabled={!formState.isDirty}>
            {t('runbook.save')}
          </Button>
        </div>
      </form>
    </Card>
  );
}

function Reader({ group }: { readonly group: GroupWithRunbook }) {
  const { t } = useTranslation('groups');
  const query = useQuery({ ...runbookQuery(group.id), enabled: group.has_runbook });
  return (
    <Card title={t('runbook.title')}>
      {!group.has_runbook ? (
        <EmptyState icon={<BookOpen />} title={t('runbook.none')}>
          {t('runbook.noneText')}
        </EmptyState>
      ) : query.isError ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <SkeletonRows />
      ) : (
        <SafeHtml html={query.data} />
      )}
    </Card>
  );
}
