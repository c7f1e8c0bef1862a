/** A level 1 or 2 action, on one person's word. */

import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ACTION_KINDS, LEVEL_LIFETIME_SECONDS } from '../../../../src/domain/eatLevels.ts';
import { api, ask, withTotp } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { TotpField } from '../../ui/Field.tsx';
import { type Host, HostPicker, useHost } from '../../ui/HostPicker.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { ActionFields } from './ActionFields.tsx';
import { emptyDraft, kindsOf, toNamedAction } from './actions.ts';
import { ReasonField } from './ReasonField.tsx';

const KINDS = kindsOf([1, 2]);

/** The dialog; on success one is taken to the token's timeline. `agentId` names the host beforehand. */
export function DirectAction({
  open,
  agentId,
  onClose,
}: {
  readonly open: boolean;
  readonly agentId: string | undefined;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('emergency');
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
      title={t('direct.title')}
      description={`${t('direct.lead')} ${t('direct.limit')}`}
    >
      <DirectForm agentId={agentId} onClose={onClose} />
    </Dialog>
  );
}

function DirectForm({ agentId, onClose }: { readonly agentId: string | undefined; readonly onClose: () => void }) {
  const { t } = useTranslation('emergency');
  const navigate = useNavigate();
  const tenantId = useTenantId();
  const namedHost = useHost(agentId);
  const [chosen, setChosen] = useState<Host | null | undefined>(undefined);
  const [draft, setDraft] = useState(() => emptyDraft('restart_service'));
  const [reason, setReason] = useState('');
  const [code, setCode] = useState('');
  const [hostFault, setHostFault] = useState(false);
  const host = chosen === undefined ? (namedHost ?? null) : chosen;
  const { level } = ACTION_KINDS[draft.kind];
  const issue = useMutation({
    mutationFn: (id: string) =>
      ask(
        api.POST('/agents/{id}/emergency', {
          params: { path: { id } },
          headers: withTotp(code),
          body: { reason: reason.trim(), level, actions: [toNamedAction(draft, undefined)] },
        }),
      ),
    onError: () => setCode(''),
    onSuccess: ({ nonce }) => navigate({ to: '/emergency/eats/$nonce', params: { nonce } }),
  });
  const problem = problemOf(issue.error);
  return (
    <form
      className="space-y-3"
      onSubmit={(event) => {
        event.preventDefault();
        setHostFault(host === null);
        if (host !== null && !issue.isPending) issue.mutate(host.id);
      }}
    >
      {issue.isError && <Problem error={issue.error} />}
      <HostPicker
        value={host}
        onChange={setChosen}
        tenantId={tenantId}
        fault={hostFault && host === null ? t('host.none') : undefined}
      />
      <ActionFields kinds={KINDS} draft={draft} playbooks={undefined} onChange={setDraft} />
      <p className="text-xs text-ink-soft">
        {t('direct.lifetime', { level, minutes: LEVEL_LIFETIME_SECONDS[level] / 60 })}
      </p>
      <ReasonField value={reason} onChange={setReason} fault={problem?.fault('reason')} />
      <TotpField value={code} onChange={(event) => setCode(event.target.value)} />
      <FormActions onCancel={onClose} busy={issue.isPending} kind="danger">
        {t('direct.submit')}
      </FormActions>
    </form>
  );
}
