/** Who is on call now, across the top: one card a schedule. */

import { useQuery } from '@tanstack/react-query';
import { CalendarPlus, Ellipsis, Pencil, Rss, Trash2, UserX } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useCan } from '../../session.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Problem, Skeleton } from '../../ui/Feedback.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../ui/Menu.tsx';
import { PersonName, usePeople } from './people.tsx';
import { type NowItem, nowQuery } from './queries.ts';
import { onCallRoute } from './routes.tsx';
import { useMoment, zoneName } from './when.ts';

/** Read again while one looks. */
export function NowCards() {
  const { t } = useTranslation('onCall');
  const { data, error, isPending, refetch } = useQuery(nowQuery);
  return (
    <section aria-label={t('now.title')} className="space-y-2">
      <h2 className="text-sm font-semibold">{t('now.title')}</h2>
      {error !== null && <Problem error={error} onRetry={() => void refetch()} />}
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {isPending && (
          <li>
            <Skeleton className="h-36 rounded-lg" />
          </li>
        )}
        {data?.items.map((item) => (
          <li key={item.schedule.id} className="min-w-0">
            <NowCard item={item} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function NowCard({ item: { schedule, now, until, next } }: { readonly item: NowItem }) {
  const { t } = useTranslation('onCall');
  const people = usePeople();
  const moment = useMoment();
  return (
    <article
      aria-label={schedule.name}
      className="flex h-full flex-col gap-3 rounded-lg border border-line bg-surface px-4 py-3"
    >
      <header className="flex items-start justify-between gap-2">
        <div className="min-w-0">
          <h3 className="truncate font-semibold">{schedule.name}</h3>
          <p className="flex h-5 items-center gap-1.5 text-xs text-ink-faint">
            {zoneName(schedule.time_zone)}
            {schedule.is_default && <Badge tone="accent">{t('default')}</Badge>}
          </p>
        </div>
        <ScheduleMenu id={schedule.id} name={schedule.name} />
      </header>
      <div className="flex-1">
        {now === null ? (
          <p className="flex items-center gap-2 font-semibold text-critical">
            <span aria-hidden="true" className="grid size-9 place-items-center rounded-full bg-critical-wash">
              <UserX className="size-4" />
            </span>
            {t('nobody')}
          </p>
        ) : (
          <PersonName person={people(now.user.id)} large>
            <span className="block text-xs text-ink-soft">
              {until === null ? t('now.always') : t('now.until', { time: moment(Date.parse(until)) })}
              {now.source.kind === 'override' && <> · {t('override.word')}</>}
            </span>
          </PersonName>
        )}
      </div>
      <p className="flex flex-wrap gap-x-1.5 border-t border-line pt-2 text-xs text-ink-soft">
        {next === null ? (
          t('now.noNext')
        ) : (
          <>
            <span>{t('now.next', { name: next.user.name || next.user.email })}</span>
            <span className="text-ink-faint">{t('now.from', { time: moment(Date.parse(next.from)) })}</span>
          </>
        )}
      </p>
    </article>
  );
}

function ScheduleMenu({ id, name }: { readonly id: string; readonly name: string }) {
  const { t } = useTranslation('onCall');
  const { t: common } = useTranslation();
  const can = useCan();
  const navigate = onCallRoute.useNavigate();
  const open = (dialog: { readonly take?: string; readonly calendar?: string; readonly remove?: string }): void =>
    void navigate({ search: (old) => ({ ...old, ...dialog }), resetScroll: false });
  return (
    <Menu
      trigger={
        <Button kind="quiet" size="sm" aria-label={t('schedule.actions', { name })} className="-mr-2">
          <Ellipsis aria-hidden="true" />
        </Button>
      }
    >
      {can('on_call.override') && (
        <MenuItem onSelect={() => open({ take: id })}>
          <CalendarPlus aria-hidden="true" /> {t('override.take')}
        </MenuItem>
      )}
      <MenuItem onSelect={() => open({ calendar: id })}>
        <Rss aria-hidden="true" /> {t('ical.action')}
      </MenuItem>
      {can('on_call.write') && (
        <>
          <MenuItem
            onSelect={() => void navigate({ to: '/on-call/schedules/$scheduleId', params: { scheduleId: id } })}
          >
            <Pencil aria-hidden="true" /> {common('edit')}
          </MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => open({ remove: id })}>
            <Trash2 aria-hidden="true" /> {common('delete')}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
