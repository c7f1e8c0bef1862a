/** Planning a maintenance window of one client. */

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { WEEKDAYS, type Weekday } from '../../../../src/domain/localTime.ts';
import { api, ask, type paths } from '../../api/client.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Checkbox, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { localTime } from '../../ui/localTime.ts';
import { NamedOptions } from '../../ui/Options.tsx';
import { FormActions, WriteForm } from '../../ui/WriteForm.tsx';

type Draft = paths['/maintenance-windows']['post']['requestBody']['content']['application/json'];

const HOUR_MS = 3_600_000;
/** The dialog. */
export function MaintenanceForm({
  tenantId,
  onClose,
  onPlanned,
}: {
  readonly tenantId: string;
  readonly onClose: () => void;
  readonly onPlanned: () => void;
}) {
  const { t } = useTranslation('settings');
  const { t: common } = useTranslation();
  const [begun] = useState(() => Math.ceil(Date.now() / HOUR_MS) * HOUR_MS);
  const [title, setTitle] = useState('');
  const [reason, setReason] = useState('');
  const [groupId, setGroupId] = useState('');
  const [agentIds, setAgentIds] = useState<readonly string[]>([]);
  const [scope, setScope] = useState<'tenant' | 'group' | 'agents'>('tenant');
  const [kind, setKind] = useState<'once' | 'weekly'>('once');
  const [from, setFrom] = useState(() => localTime(begun));
  const [until, setUntil] = useState(() => localTime(begun + 2 * HOUR_MS));
  const [weekdays, setWeekdays] = useState<readonly Weekday[]>(['sunday']);
  const [start, setStart] = useState('02:00');
  const [minutes, setMinutes] = useState(120);
  const [last, setLast] = useState(() => localTime(begun + 90 * 24 * HOUR_MS).slice(0, 10));
  const groups = useQuery({
    queryKey: ['groups', 'choice', tenantId],
    queryFn: ({ signal }) =>
      ask(api.GET('/groups', { params: { query: { tenant_id: tenantId, limit: 100 } }, signal })),
  });
  const agents = useQuery({
    queryKey: ['agents', 'choice', tenantId],
    enabled: scope === 'agents',
    queryFn: ({ signal }) =>
      ask(api.GET('/agents', { params: { query: { tenant_id: tenantId, limit: 200 } }, signal })),
  });
  const plan = useMutation({
    mutationFn: () => {
      const body: Draft = {
        tenant_id: tenantId,
        title,
        reason,
        scope:
          scope === 'tenant'
            ? { kind: 'tenant' }
            : scope === 'group'
              ? { kind: 'group', group_id: groupId }
              : { kind: 'agents', agent_ids: [...agentIds] },
        schedule:
          kind === 'once'
            ? { kind: 'once', from: new Date(from).toISOString(), until: new Date(until).toISOString() }
            : {
                kind: 'weekly',
                weekdays: [...weekdays],
                start,
                duration_minutes: minutes,
                time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
                until: last,
              },
      };
      return ask(api.POST('/maintenance-windows', { body }));
    },
    onSuccess: onPlanned,
  });
  return (
    <Dialog open onOpenChange={onClose} title={t('maintenance.new')} description={t('maintenance.newLead')} wide>
      <WriteForm write={plan}>
        <TextField
          label={t('maintenance.what')}
          value={title}
          required
          maxLength={200}
          onChange={({ target }) => setTitle(target.value)}
        />
        <TextArea
          label={common('reason.label')}
          hint={common('reason.hint')}
          value={reason}
          required
          rows={2}
          onChange={({ target }) => setReason(target.value)}
        />
        <div className="grid gap-3 sm:grid-cols-2">
          <SelectField
            label={t('alertRules.target')}
            value={scope}
            onChange={({ target }) => setScope(target.value as typeof scope)}
          >
            <option value="tenant">{t('alertRules.allHosts')}</option>
            <option value="group" disabled={groups.data?.items.length === 0}>
              {t('maintenance.oneGroup')}
            </option>
            <option value="agents">{t('maintenance.chosenHosts')}</option>
          </SelectField>
          {scope === 'group' && (
            <SelectField
              label={t('maintenance.group')}
              value={groupId}
              required
              onChange={({ target }) => setGroupId(target.value)}
            >
              <option value="">—</option>
              <NamedOptions of={groups.data?.items} />
            </SelectField>
          )}
        </div>
        {scope === 'agents' && (
          <fieldset className="max-h-44 space-y-1.5 overflow-y-auto rounded-md border border-line p-3">
            <legend className="sr-only">{t('maintenance.chosenHosts')}</legend>
            {agents.data?.items.map(({ id, hostname }) => (
              <Checkbox
                key={id}
                label={hostname}
                checked={agentIds.includes(id)}
                onChange={({ target }) =>
                  setAgentIds((old) => (target.checked ? [...old, id] : old.filter((other) => other !== id)))
                }
              />
            ))}
          </fieldset>
        )}
        <SelectField
          label={t('maintenance.when')}
          value={kind}
          onChange={({ target }) => setKind(target.value as typeof kind)}
        >
          <option value="once">{t('maintenance.once')}</option>
          <option value="weekly">{t('maintenance.everyWeek')}</option>
        </SelectField>
        {kind === 'once' ? (
          <div className="grid gap-3 sm:grid-cols-2">
            <TextField
              label={t('maintenance.from')}
              type="datetime-local"
              value={from}
              required
              onChange={({ target }) => setFrom(target.value)}
            />
            <TextField
              label={t('maintenance.until')}
              type="datetime-local"
              value={until}
              required
              onChange={({ target }) => setUntil(target.value)}
            />
          </div>
        ) : (
          <>
            <fieldset className="flex flex-wrap gap-3">
              <legend className="sr-only">{t('maintenance.days')}</legend>
              {WEEKDAYS.map((day) => (
                <Checkbox
                  key={day}
                  label={t(`sla.weekdays.${day}`)}
                  checked={weekdays.includes(day)}
                  onChange={({ target }) =>
                    setWeekdays((old) => (target.checked ? [...old, day] : old.filter((other) => other !== day)))
                  }
                />
              ))}
            </fieldset>
            <div className="grid gap-3 sm:grid-cols-3">
              <TextField
                label={t('maintenance.start')}
                type="time"
                value={start}
                required
                onChange={({ target }) => setStart(target.value)}
              />
              <TextField
                label={t('maintenance.minutes')}
                type="number"
                min={1}
                max={1_440}
                value={minutes}
                required
                onChange={({ target }) => setMinutes(target.valueAsNumber || 0)}
              />
              <TextField
                label={t('maintenance.lastDay')}
                type="date"
                value={last}
                required
                onChange={({ target }) => setLast(target.value)}
              />
            </div>
          </>
        )}
        <FormActions onCancel={onClose} busy={plan.isPending}>
          {t('maintenance.plan')}
        </FormActions>
      </WriteForm>
    </Dialog>
  );
}
