/** One shift whole: who, when in every zone that matters, by what; and what can be done with it. */

import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { toast } from 'sonner';
import type { OnCallShift } from '../../../../src/domain/onCall.ts';
import { api, ask } from '../../api/client.ts';
import { useCan, useMe } from '../../session.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog, DialogActions } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/Feedback.tsx';
import { Facts } from '../../ui/Layout.tsx';
import { timeSpan, useNow } from '../../ui/Time.tsx';
import { PersonName, usePeople } from './people.tsx';
import { type Schedule, useScheduleRefresh } from './queries.ts';
import { NO_DIALOG, onCallRoute } from './routes.tsx';
import { useSourceWords } from './ShiftBar.tsx';
import { useSpanWords } from './when.ts';

/** What is over can be looked at, and no longer taken over. */
export function ShiftDialog({
  schedule,
  shift,
  onClose,
}: {
  readonly schedule: Schedule;
  readonly shift: OnCallShift;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('onCall');
  const people = usePeople();
  const navigate = onCallRoute.useNavigate();
  const nowMs = useNow(60);
  const mayTake = useCan()('on_call.override') && shift.untilMs > nowMs;
  const spanWords = useSpanWords();
  const sourceWords = useSourceWords();
  const { source } = shift.duty ?? {};
  return (
    <Dialog open onOpenChange={onClose} title={t('shift.title', { name: schedule.name })}>
      <div className="space-y-4">
        {shift.duty === null ? (
          <p className="font-semibold text-critical">{t('nobody')}</p>
        ) : (
          <PersonName person={people(shift.duty.userId)} large>
            <span className="block text-xs text-ink-soft">{people(shift.duty.userId).email}</span>
          </PersonName>
        )}
        <Facts
          items={[
            ...spanWords(shift.fromMs, shift.untilMs, schedule.time_zone),
            [t('shift.length'), timeSpan((shift.untilMs - shift.fromMs) / 1_000)],
            [t('shift.by'), sourceWords(shift, schedule)],
          ]}
        />
        <DialogActions>
          {source?.kind === 'override' && <RemoveOverride {...{ schedule, onClose }} id={source.overrideId} />}
          {mayTake ? (
            <Button
              kind="primary"
              onClick={() =>
                void navigate({
                  search: (old) => ({
                    ...old,
                    ...NO_DIALOG,
                    take: schedule.id,
                    start: new Date(Math.max(shift.fromMs, nowMs)).toISOString(),
                    end: new Date(shift.untilMs).toISOString(),
                  }),
                  resetScroll: false,
                })
              }
            >
              {t('override.take')}
            </Button>
          ) : (
            <Button onClick={onClose}>{t('shift.close')}</Button>
          )}
        </DialogActions>
      </div>
    </Dialog>
  );
}

/** Takes an override back; while it is not over, that can be undone. */
function RemoveOverride({
  schedule,
  id,
  onClose,
}: {
  readonly schedule: Schedule;
  readonly id: string;
  readonly onClose: () => void;
}) {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const me = useMe();
  const mayArrange = useCan()('on_call.write');
  const refresh = useScheduleRefresh();
  const override = schedule.overrides.find((each) => each.id === id);
  const restore = useMutation({
    mutationFn: (gone: Schedule['overrides'][number]) =>
      ask(
        api.POST('/on-call/schedules/{id}/overrides', {
          params: { path: { id: schedule.id } },
          body: { user_id: gone.user_id, from: gone.from, until: gone.until, note: gone.note },
        }),
      ),
    onSuccess: refresh,
    onError: (error) => toast.error(error.message),
  });
  const remove = useMutation({
    mutationFn: (gone: Schedule['overrides'][number]) =>
      ask(api.DELETE('/on-call/overrides/{id}', { params: { path: { id: gone.id } } })),
    onSuccess: async (_, gone) => {
      onClose();
      const canUndo = Date.parse(gone.until) > Date.now();
      toast.success(
        t('override.removed'),
        canUndo ? { action: { label: common('undo'), onClick: () => restore.mutate(gone) } } : {},
      );
      await refresh();
    },
  });
  // An operator's own may still have been arranged by an admin; the hub knows, and says so.
  if (override === undefined || !(mayArrange || override.user_id === me.id)) return null;
  return (
    <>
      {remove.isError && <Problem error={remove.error} />}
      <Button busy={remove.isPending} onClick={() => remove.mutate(override)} className="text-critical">
        {t('override.remove')}
      </Button>
    </>
  );
}
