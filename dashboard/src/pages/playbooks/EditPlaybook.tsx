/** Writes a playbook, or its next version. */

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { TFunction } from 'i18next';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask } from '../../api/client.ts';
import { Button } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { TextArea } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { type DraftContent, readDraft } from './draft.ts';
import { PlaybookMarks } from './marks.tsx';
import { ParameterTable } from './ParameterTable.tsx';
import { type Playbook, playbookQuery } from './queries.ts';
import { editPlaybookRoute } from './routes.tsx';
import { StepList } from './StepList.tsx';

/** What a new one begins with, to be written over: in the language of who writes it. */
const starter = (t: TFunction<'playbooks'>) => ({
  slug: 'clear-cache',
  name: t('edit.starter.name'),
  description: t('edit.starter.description'),
  irreversible: false,
  parameters: [{ name: 'service', type: 'service', description: t('edit.starter.service') }],
  steps: [
    { kind: 'run_command', name: 'clear', argv: ['/usr/bin/find', '/var/cache/app', '-type', 'f', '-delete'] },
    { kind: 'restart_service', service: '{{service}}' },
  ],
});

/** The page; `from` in the address is the playbook whose next version it is. */
export function EditPlaybook() {
  const { t } = useTranslation('playbooks');
  const { from } = editPlaybookRoute.useSearch();
  const { data, error, refetch } = useQuery({ ...playbookQuery(from ?? ''), enabled: from !== undefined });
  const title = from === undefined ? t('edit.title') : t('edit.titleVersion', { slug: data?.slug ?? '…' });
  return (
    <Page title={title} lead={t('edit.lead')}>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      {from !== undefined && data === undefined && error === null && <SkeletonRows rows={8} />}
      {(from === undefined || data !== undefined) && <Editor key={data?.id} playbook={data} />}
    </Page>
  );
}

function Editor({ playbook }: { readonly playbook: Playbook | undefined }) {
  const { t } = useTranslation('playbooks');
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [text, setText] = useState(() => JSON.stringify(playbook?.versions[0]?.content ?? starter(t), null, 2));
  const draft = readDraft(useDeferredValue(text));
  const save = useMutation({
    mutationFn: (content: DraftContent) => ask(api.POST('/playbooks', { body: content })),
    onSuccess: async ({ id, version }) => {
      toast.success(t('edit.saved', { version }));
      await queryClient.invalidateQueries({ queryKey: ['playbooks'] });
      await navigate({ to: '/playbooks/$playbookId', params: { playbookId: id }, search: { version } });
    },
  });
  return (
    <form
      className="grid gap-4 lg:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        const now = readDraft(text);
        if (now.content !== null && !save.isPending) save.mutate(now.content);
      }}
    >
      <Card>
        <div className="space-y-3">
          {save.isError && <Problem error={save.error} />}
          <TextArea
            label={t('edit.content')}
            hint={t('edit.hint')}
            rows={24}
            spellCheck={false}
            className="[&_textarea]:font-mono [&_textarea]:text-xs"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="submit" kind="primary" disabled={draft.content === null} busy={save.isPending}>
            {t('edit.save')}
          </Button>
        </div>
      </Card>
      <div className="space-y-4" aria-live="polite">
        {draft.content === null ? (
          <Faults faults={draft.faults} notJson={draft.notJson} />
        ) : (
          <>
            <Card title={t('edit.preview')} actions={<PlaybookMarks playbook={draft.content} />}>
              <p className="font-medium">{draft.content.name}</p>
              <p className="mb-3 text-ink-soft">{draft.content.description}</p>
              <StepList steps={draft.content.steps} />
            </Card>
            <ParameterTable parameters={draft.content.parameters} />
          </>
        )}
      </div>
    </form>
  );
}

function Faults({ faults, notJson }: { readonly faults: readonly string[]; readonly notJson: string | null }) {
  const { t } = useTranslation('playbooks');
  return (
    <Card title={t('edit.faults')}>
      {notJson === null ? (
        <ul className="list-disc space-y-1 pl-4">
          {faults.map((fault) => (
            <li key={fault} className="break-words">
              {fault}
            </li>
          ))}
        </ul>
      ) : (
        <p>{t('edit.notJson', { message: notJson })}</p>
      )}
    </Card>
  );
}
