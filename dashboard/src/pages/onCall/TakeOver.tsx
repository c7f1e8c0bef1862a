/** Somebody is on call for a while, above every layer: operators put themselves, admins anybody. */

import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { DAY_MS, MAX_PERIOD_DAYS } from '../../../../src/domain/onCall.ts';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { useCan, useMe } from '../../session.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { FormActions } from '../../ui/WriteForm.tsx';
import { fieldOf, momentOf, viewerZone } from './period.ts';
import { type Schedule, useCandidates, useScheduleRefresh } from './queries.ts';
import { useSpanWords } from './when.ts';

const DEFAULT_LENGTH_MS = 12 * 3_600_000;

/** Begins with the shift that was picked, or from now on. Times are the viewer's; the schedule's and UTC are told below. */
export function TakeOver({
  schedule,
  fromMs,
  untilMs,
  onClose,
}: {
  readonly schedule: Schedule;
  /** NaN: from now. */
  readonly fromMs: number;
  /** NaN: for some hours. */
  readonly untilMs: number;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('onCall');
  const me = useMe();
  const mayArrange = useCan()('on_call.write');
  const candidates = useCandidates();
  const refresh = useScheduleRefresh();
  const zone = viewerZone();
  const [begin] = useState(() => (Number.isNaN(fromMs) ? Date.now() : fromMs));
  const [from, setFrom] = useState(() => fieldOf(begin, zone));
  const [until, setUntil] = useState(() =>
    fieldOf(
      Math.min(Number.isNaN(untilMs) ? begin + DEFAULT_LENGTH_MS : untilMs, begin + MAX_PERIOD_DAYS * DAY_MS),
      zone,
    ),
  );
  const [userId, setUserId] = useState(me.id);
  const [note, setNote] = useState('');
  const [start, end] = [momentOf(from, zone), momentOf(until, zone)];
  const spanWords = useSpanWords();
  const save = useMutation({
    mutationFn: () =>
      ask(
        api.POST('/on-call/schedules/{id}/overrides', {
          params: { path: { id: schedule.id } },
          body: { user_id: userId, from: new Date(start).toISOString(), until: new Date(end).toISOString(), note },
        }),
      ),
    onSuccess: async () => {
      toast.success(t('override.done', { name: schedule.name }));
      onClose();
      await refresh();
    },
  });
  const fault = (field: string): string | undefined => problemOf(save.error)?.fault(field);
  const isBackwards = end <= start;
  const isTooLong = end - start > MAX_PERIOD_DAYS * DAY_MS;
  const people = mayArrange ? candidates : candidates.filter(({ id }) => id === me.id);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('override.title', { name: schedule.name })}
      description={mayArrange ? t('override.leadAdmin') : t('override.lead')}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isBackwards && !isTooLong) save.mutate();
        }}
      >
        {save.isError && <Problem error={save.error} />}
        <div className="grid gap-3 sm:grid-cols-2">
          <TextField
            label={t('override.from')}
            type="datetime-local"
            required
            value={from}
            fault={fault('from')}
            onChange={({ target }) => setFrom(target.value)}
          />
          <TextField
            label={t('override.until')}
            type="datetime-local"
            required
            value={until}
            fault={
              isBackwards
                ? t('override.backwards')
                : isTooLong
                  ? t('override.tooLong', { count: MAX_PERIOD_DAYS })
                  : fault('until')
            }
            onChange={({ target }) => setUntil(target.value)}
          />
        </div>
        {start < end && (
          <ul className="space-y-0.5 rounded-md bg-sunken px-3 py-2 text-xs text-ink-soft">
            {spanWords(start, end, schedule.time_zone).map(([name, words]) => (
              <li key={name} className="tabular-nums">
                {words} <span className="text-ink-faint">{name}</span>
              </li>
            ))}
          </ul>
        )}
        <SelectField
          label={t('override.who')}
          value={userId}
          disabled={!mayArrange}
          fault={fault('user_id')}
          onChange={({ target }) => setUserId(target.value)}
        >
          {!people.some(({ id }) => id === me.id) && <option value={me.id}>{me.name || me.email}</option>}
          {people.map(({ id, name, email }) => (
            <option key={id} value={id}>
              {id === me.id ? t('override.me', { name: name || email }) : name || email}
            </option>
          ))}
        </SelectField>
        <TextArea
          label={t('override.reason')}
          hint={t('override.reasonHint')}
          rows={2}
          maxLength={500}
          value={note}
          fault={fault('note')}
          onChange={({ target }) => setNote(target.value)}
        />
        <FormActions onCancel={onClose} busy={save.isPending}>
          {t('override.take')}
        </FormActions>
      </form>
    </Dialog>
  );
}
