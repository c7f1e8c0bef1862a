/** Making and changing a schedule: the fields, and beside them what the next four weeks will be. */

import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import { MAX_LAYERS } from '../../../../src/domain/onCall.ts';
import { api, ask } from '../../api/client.ts';
import { problemOf } from '../../api/problem.ts';
import { Button, ButtonLink } from '../../ui/Button.tsx';
import { Problem, SkeletonRows } from '../../ui/Feedback.tsx';
import { Checkbox, TextField } from '../../ui/Field.tsx';
import { Card, Page } from '../../ui/Layout.tsx';
import { TimeZoneField } from '../../ui/TimeZoneField.tsx';
import { bodyOf, draftOf, emptyLayer, emptySchedule, type LayerDraft, moved, type ScheduleDraft } from './draft.ts';
import { LayerFields } from './LayerFields.tsx';
import { Preview } from './Preview.tsx';
import { type Schedule, scheduleQuery, useScheduleRefresh } from './queries.ts';
import { editScheduleRoute } from './routes.tsx';

/** The page of a new schedule. */
export function NewSchedule() {
  const { t } = useTranslation('onCall');
  return <ScheduleForm schedule={null} start={emptySchedule(t('form.firstLayer'))} />;
}

/** The page of one that is there. */
export function EditSchedule() {
  const { t } = useTranslation('onCall');
  const { scheduleId } = editScheduleRoute.useParams();
  const { data, error, refetch } = useQuery(scheduleQuery(scheduleId));
  if (data !== undefined) return <ScheduleForm key={data.id} schedule={data} start={draftOf(data)} />;
  return (
    <Page title={t('schedule.edit')}>
      {error === null ? <SkeletonRows rows={10} /> : <Problem error={error} onRetry={() => void refetch()} />}
    </Page>
  );
}

function ScheduleForm({ schedule, start }: { readonly schedule: Schedule | null; readonly start: ScheduleDraft }) {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const navigate = useNavigate();
  const refresh = useScheduleRefresh();
  const [draft, setDraft] = useState(start);
  const [showsFaults, setShowsFaults] = useState(false);
  const set = (change: Partial<ScheduleDraft>): void => setDraft((old) => ({ ...old, ...change }));
  const save = useMutation({
    mutationFn: () =>
      schedule === null
        ? ask(api.POST('/on-call/schedules', { body: bodyOf(draft) }))
        : ask(api.PUT('/on-call/schedules/{id}', { params: { path: { id: schedule.id } }, body: bodyOf(draft) })),
    onSuccess: async ({ name }) => {
      toast.success(t('schedule.saved', { name }));
      await refresh();
      await navigate({ to: '/on-call', search: {} });
    },
  });
  const fault = (...path: (string | number)[]): string | undefined => problemOf(save.error)?.fault(...path);
  const setLayer = (key: string, change: Partial<LayerDraft>): void =>
    set({ layers: draft.layers.map((each) => (each.key === key ? { ...each, ...change } : each)) });
  const isIncomplete = draft.layers.some(({ members }) => members.length === 0);
  return (
    <Page title={schedule === null ? t('schedule.new') : t('schedule.editName', { name: schedule.name })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setShowsFaults(true);
          if (!isIncomplete) save.mutate();
        }}
        className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_minmax(0,34rem)]"
      >
        <div className="space-y-4">
          <Card title={t('form.schedule')}>
            <div className="space-y-3">
              <div className="grid gap-3 sm:grid-cols-2">
                <TextField
                  label={t('form.name')}
                  required
                  maxLength={200}
                  value={draft.name}
                  fault={fault('name')}
                  onChange={({ target }) => set({ name: target.value })}
                />
                <TimeZoneField
                  label={t('form.timeZone')}
                  hint={t('form.timeZoneHint')}
                  value={draft.timeZone}
                  fault={fault('time_zone')}
                  onChange={(timeZone) => set({ timeZone })}
                />
              </div>
              <Checkbox
                label={t('form.isDefault')}
                hint={t('form.isDefaultHint')}
                checked={draft.isDefault}
                onChange={({ target }) => set({ isDefault: target.checked })}
              />
            </div>
          </Card>
          {draft.layers.map((layer, index) => (
            <LayerFields
              key={layer.key}
              layer={layer}
              index={index}
              count={draft.layers.length}
              timeZone={draft.timeZone}
              fault={(...path) =>
                showsFaults && path[0] === 'members' && layer.members.length === 0
                  ? t('form.noMembers')
                  : fault('layers', index, ...path)
              }
              onChange={(change) => setLayer(layer.key, change)}
              onMove={(step) => set({ layers: moved(draft.layers, index, step) })}
              onRemove={() => set({ layers: draft.layers.filter(({ key }) => key !== layer.key) })}
            />
          ))}
          {draft.layers.length < MAX_LAYERS && (
            <div className="flex flex-wrap items-center gap-3">
              <Button
                onClick={() =>
                  set({
                    layers: [
                      ...draft.layers,
                      emptyLayer(t('form.layerName', { number: draft.layers.length + 1 }), draft.timeZone),
                    ],
                  })
                }
              >
                <Plus aria-hidden="true" /> {t('form.addLayer')}
              </Button>
              <p className="text-xs text-ink-faint">{t('form.layersHint')}</p>
            </div>
          )}
          {save.isError && <Problem error={save.error} />}
          <div className="flex flex-col-reverse gap-2 sm:flex-row">
            <ButtonLink to="/on-call">{common('cancel')}</ButtonLink>
            <Button type="submit" kind="primary" busy={save.isPending}>
              {common('save')}
            </Button>
          </div>
        </div>
        <Preview draft={draft} schedule={schedule} />
      </form>
    </Page>
  );
}
