/** Hands a host a token for a window, to activate by itself. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { api, ask, withTotp } from '../../api/client.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TextArea, TotpField } from '../../ui/Field.tsx';
import { type Host, HostPicker, useHost } from '../../ui/HostPicker.tsx';
import { localTime } from '../../ui/localTime.ts';
import { ParameterFields } from '../../ui/ParameterFields.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { parametersOf } from '../emergency/actions.ts';
import { ConditionFields, type Conditions, conditionsOf } from './ConditionFields.tsx';
import type { Playbook } from './queries.ts';
import { WindowFields } from './WindowFields.tsx';
import { momentOf, windowFault } from './window.ts';

/** A night, unless somebody says otherwise. */
const DEFAULT_HOURS = 12;

/** The dialog. `agentId` names the host beforehand. */
export function PreIssue({
  playbook,
  open,
  agentId,
  onClose,
}: {
  readonly playbook: Playbook;
  readonly open: boolean;
  readonly agentId: string | undefined;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('playbooks');
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={t('preIssue.title', { slug: playbook.slug })}
      description={t('preIssue.lead')}
      wide
    >
      <PreIssueForm playbook={playbook} agentId={agentId} onClose={onClose} />
    </Dialog>
  );
}

function PreIssueForm({
  playbook,
  agentId,
  onClose,
}: {
  readonly playbook: Playbook;
  readonly agentId: string | undefined;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('playbooks');
  const { t: emergency } = useTranslation('emergency');
  const { t: common } = useTranslation();
  const queryClient = useQueryClient();
  const namedHost = useHost(agentId);
  const tenantId = useTenantId();
  const [chosen, setChosen] = useState<Host | null | undefined>(undefined);
  const host = chosen === undefined ? (namedHost ?? null) : chosen;
  const [from, setFrom] = useState(() => localTime(Date.now()));
  const [until, setUntil] = useState(() => localTime(Date.now() + DEFAULT_HOURS * 3_600_000));
  const [conditions, setConditions] = useState<Conditions>({ heartbeat: true, minutes: '5', critical: true });
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [reason, setReason] = useState('');
  const [code, setCode] = useState('');
  const [isTried, setTried] = useState(false);
  const parameters =
    playbook.versions.find(({ version }) => version === playbook.approved_version)?.content.parameters ?? [];
  const named = conditionsOf(conditions);
  const issue = useMutation({
    mutationFn: (id: string) =>
      ask(
        api.POST('/agents/{id}/pre-issued-eats', {
          params: { path: { id } },
          headers: withTotp(code),
          body: {
            playbook_id: playbook.id,
            parameters: parametersOf({ parameters }, values),
            valid_from: new Date(momentOf(from) ?? 0).toISOString(),
            valid_until: new Date(momentOf(until) ?? 0).toISOString(),
            conditions: named ?? {},
            reason: reason.trim(),
          },
        }),
      ),
    onError: () => setCode(''),
    onSuccess: async ({ state }) => {
      toast.success(state === 'signed' ? t('preIssue.done', { host: host?.hostname ?? '' }) : t('preIssue.signing'));
      onClose();
      await queryClient.invalidateQueries({ queryKey: ['pre-issued'] });
    },
  });
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (host === null || named === null || windowFault(from, until, Date.now()).fault !== null) return;
        if (!issue.isPending) issue.mutate(host.id);
      }}
    >
      {issue.isError && <Problem error={issue.error} />}
      <HostPicker
        value={host}
        onChange={setChosen}
        tenantId={tenantId}
        fault={isTried && host === null ? emergency('host.none') : undefined}
      />
      <WindowFields from={from} until={until} onFrom={setFrom} onUntil={setUntil} />
      <ConditionFields
        value={conditions}
        onChange={setConditions}
        fault={named === null ? t('preIssue.noCondition') : undefined}
      />
      <ParameterFields
        parameters={parameters}
        values={values}
        onChange={(name, value) => setValues((old) => ({ ...old, [name]: value }))}
      />
      <TextArea
        label={common('reason.label')}
        hint={t('preIssue.reason')}
        required
        minLength={10}
        maxLength={1000}
        rows={2}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      <TotpField value={code} onChange={(event) => setCode(event.target.value)} />
      <FormActions onCancel={onClose} busy={issue.isPending}>
        {t('preIssue.submit')}
      </FormActions>
    </form>
  );
}
