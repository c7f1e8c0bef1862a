/** A new Level 3 action: where, what, why, who must approve. */

import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  DEFAULT_COLLECTION_MINUTES,
  MAX_APPROVERS,
  MAX_COLLECTION_MINUTES,
  MIN_APPROVERS,
} from '../../../../src/domain/quorum.ts';
import { api, ask, withTotp } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useTenantName } from '../../session.ts';
import { useTenantId } from '../../shell/tenant.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextField, TotpField } from '../../ui/Field.tsx';
import { type Host, HostPicker, useHost } from '../../ui/HostPicker.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { ActionFields, useRunnablePlaybooks } from './ActionFields.tsx';
import { draftLabel, emptyDraft, kindsOf, toNamedAction } from './actions.ts';
import { GroupField, type HostGroup } from './GroupField.tsx';
import { ReasonField } from './ReasonField.tsx';
import { newQuorumRoute } from './routes.tsx';
import { Summary, type Target } from './Summary.tsx';

const MINUTES = [15, 30, DEFAULT_COLLECTION_MINUTES, 240, MAX_COLLECTION_MINUTES] as const;

/** The form, with what will happen beside it; on a narrow screen that stands between the fields and the button. */
export function NewQuorum() {
  const { t } = useTranslation('emergency');
  const named = newQuorumRoute.useSearch();
  const tenantId = useTenantId();
  const tenantName = useTenantName();
  const navigate = useNavigate();
  const playbooks = useRunnablePlaybooks();
  const namedHost = useHost(named.agent);
  const [place, setPlace] = useState<'host' | 'group'>(named.group === undefined ? 'host' : 'group');
  const [chosen, setChosen] = useState<Host | null | undefined>(undefined);
  const [group, setGroup] = useState<HostGroup | null>(null);
  const [draft, setDraft] = useState(() => emptyDraft('run_playbook', named.playbook));
  const [reason, setReason] = useState('');
  const [approvers, setApprovers] = useState('2');
  const [minutes, setMinutes] = useState<number>(DEFAULT_COLLECTION_MINUTES);
  const [code, setCode] = useState('');
  const host = chosen === undefined ? (namedHost ?? null) : chosen;
  const playbook = playbooks?.find(({ id, slug }) => id === draft.playbookId || slug === draft.playbookId);
  const [hostFault, setHostFault] = useState(false);
  const request = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/emergency/quorum', {
          headers: withTotp(code),
          body: {
            ...(place === 'group' ? { group_id: group?.id as string } : { agent_id: host?.id as string }),
            actions: [toNamedAction(draft, playbook)],
            reason: reason.trim(),
            required_approvers: Number(approvers),
            collection_minutes: minutes,
          },
        }),
      ),
    onError: () => setCode(''),
    onSuccess: (answer) => navigate({ to: '/emergency/quorum/$requestId', params: { requestId: answer.id } }),
  });
  const problem = problemOf(request.error);
  const target: Target | null =
    place === 'group'
      ? group && { name: `${tenantName(group.tenant_id)} / ${group.name}`, isOffline: false, isGroup: true }
      : host && {
          name: `${tenantName(host.tenant_id)} / ${host.hostname}`,
          isOffline: host.link_state === 'offline',
          isGroup: false,
        };
  return (
    <Page
      title={t('new.title')}
      lead={t('new.lead')}
      actions={
        <ButtonLink to="/emergency" search={{ direct: true, ...(host !== null && { agent: host.id }) }}>
          {t('newDirect')}
        </ButtonLink>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          const isMissing = place === 'host' && host === null;
          setHostFault(isMissing);
          if (!isMissing && !request.isPending) request.mutate();
        }}
        className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_24rem] lg:grid-rows-[auto_1fr]"
      >
        <div className="min-w-0 space-y-4">
          <Card title={t('new.where')}>
            <div className="space-y-3">
              <PlaceChoice value={place} onChange={setPlace} />
              {place === 'host' ? (
                <HostPicker
                  value={host}
                  onChange={setChosen}
                  tenantId={tenantId}
                  fault={hostFault && host === null ? t('host.none') : problem?.fault('agent_id')}
                />
              ) : (
                <GroupField tenantId={tenantId} namedId={named.group} value={group} onChange={setGroup} />
              )}
            </div>
          </Card>
          <Card title={t('new.what')}>
            <div className="space-y-3">
              <ActionFields
                kinds={KINDS}
                draft={{ ...draft, playbookId: playbook?.id ?? draft.playbookId }}
                playbooks={playbooks}
                onChange={setDraft}
              />
            </div>
          </Card>
          <Card title={t('new.why')}>
            <div className="space-y-3">
              <ReasonField value={reason} onChange={setReason} fault={problem?.fault('reason')} />
              <div className="grid gap-3 sm:grid-cols-2">
                <TextField
                  label={t('new.approvers')}
                  hint={t('new.approversHint')}
                  fault={problem?.fault('required_approvers')}
                  type="number"
                  min={MIN_APPROVERS}
                  max={MAX_APPROVERS}
                  step={1}
                  required
                  value={approvers}
                  onChange={(event) => setApprovers(event.target.value)}
                />
                <SelectField
                  label={t('new.minutes')}
                  value={minutes}
                  onChange={(event) => setMinutes(Number(event.target.value))}
                >
                  {MINUTES.map((each) => (
                    <option key={each} value={each}>
                      {each < 120 ? t('new.minutesValue', { count: each }) : t('new.hours', { count: each / 60 })}
                    </option>
                  ))}
                </SelectField>
              </div>
              <TotpField value={code} onChange={(event) => setCode(event.target.value)} />
            </div>
          </Card>
        </div>
        <Summary
          label={draftLabel(draft, playbook)}
          target={target}
          playbook={draft.kind === 'run_playbook' ? playbook : undefined}
          approvers={Number(approvers) || MIN_APPROVERS}
          minutes={minutes}
        />
        <div className="space-y-4 lg:col-start-1">
          {request.isError && <Problem error={request.error} />}
          <Button type="submit" kind="primary" busy={request.isPending} className="max-sm:h-12 max-sm:w-full">
            {t('new.submit')}
          </Button>
        </div>
      </form>
    </Page>
  );
}

const KINDS = ['run_playbook', ...kindsOf([3]).filter((kind) => kind !== 'run_playbook')] as const;

function PlaceChoice({
  value,
  onChange,
}: {
  readonly value: 'host' | 'group';
  readonly onChange: (value: 'host' | 'group') => void;
}) {
  const { t } = useTranslation('emergency');
  return (
    <fieldset className="flex flex-wrap gap-x-5 gap-y-2">
      <legend className="sr-only">{t('new.where')}</legend>
      {(['host', 'group'] as const).map((each) => (
        <label key={each} className="flex items-center gap-2 pointer-coarse:min-h-11">
          <input
            type="radio"
            name="place"
            checked={value === each}
            onChange={() => onChange(each)}
            className="size-4 accent-(--accent)"
          />
          {t(each === 'host' ? 'new.oneHost' : 'new.group')}
        </label>
      ))}
    </fieldset>
  );
}
